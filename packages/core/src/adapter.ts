export { askAfterDenials } from './adapter/after-denial.ts';
export { carriesToken, sentRequest } from './adapter/carries-token.ts';
export { withoutOwnOptions } from './adapter/options.ts';
export { backOff, isOffline } from './adapter/back-off.ts';
export { acquireFor, acquireTokenSource } from './adapter/player-source.ts';
export { errorWithoutToken, hideSignedUrl, textWithoutToken } from './adapter/hide-tokens.ts';
export { isLeftBehind } from './adapter/left-behind.ts';
export { replayOf } from './adapter/replay-of.ts';
export { fetchSigned, letGo, sendSigned } from './adapter/send-signed.ts';
export { credentialsMode, isElsewhere, needsUseCredentials, withTokenHeaders } from './adapter/token-carriers.ts';
export { forwardTokenEvents } from './adapter/token-events.ts';
export { unsignAs } from './adapter/unsign-as.ts';
export {
  hasController,
  renewWorker,
  responseWithoutToken,
  workerQuestion,
  workerSigns,
} from './adapter/worker-signs.ts';
export { writeMistake } from './console-lines.ts';
export { eachOf, firstWrong } from './contract/check.ts';
export {
  aPrefix as isPrefix,
  plainChecks as plainOptions,
  refuse,
  unknownOption,
  wrongAt,
} from './contract/check-options.ts';
export { isOutage } from './contract/errors.ts';
export { SOURCE_RENEWS, TOKEN_EVENTS, isTokenSource, untouchedRequest } from './contract/token-source.ts';
export { writeUnprotectedRefusal } from './adapter/unprotected.ts';
export { abortable, sleep } from './waiting.ts';
export type { SentRequest } from './adapter/carries-token.ts';
export type { AcquiredTokenSource } from './adapter/player-source.ts';
export type { Fetched, Sending, Sent } from './adapter/send-signed.ts';
export type { EdgeAnswer } from './contract/adopt.ts';
export type { Check } from './contract/check.ts';
export type { AdapterSource } from './contract/token-source.ts';
