export { networkPause } from './adapter/network-pause.ts';
export {
  PlayerEvents,
  acquireFor,
  acquireTokenSource,
  askAfterDenials,
  forwardTokenEvents,
} from './adapter/player-source.ts';
export { errorWithoutToken, hideSignedUrl, textWithoutToken, unsignAs } from './adapter/hide-tokens.ts';
export { isLeftBehind } from './adapter/left-behind.ts';
export { fetchSigned, letGo, replayOf, sendSigned } from './adapter/send-signed.ts';
export { credentialsMode, isElsewhere, needsUseCredentials, withTokenHeaders } from './adapter/token-carriers.ts';
export {
  hasController,
  renewWorker,
  responseWithoutToken,
  workerQuestion,
  workerSigns,
} from './adapter/worker-signs.ts';
export { writeMistake, writeUnprotectedRefusal } from './console-lines.ts';
export { eachOf, firstWrong } from './check.ts';
export {
  aPrefix,
  plainChecks as plainOptions,
  throwIfWrong,
  unknownOption,
  withoutOwnOptions,
  wrongAt,
} from './contract/check-options.ts';
export { isOutage } from './contract/errors.ts';
export { SOURCE_RENEWS, TOKEN_EVENTS, isTokenSource, untouchedRequest } from './contract/token-source.ts';
export { carriesToken, sentRequest } from './requests/signed-requests.ts';
export { abortWith, fromEntries, reasonOf, throwIfAborted, within } from './older-browsers.ts';
export { abortable, isOffline, listen, sleep } from './waiting.ts';
export type { AcquiredTokenSource } from './adapter/player-source.ts';
export type { Fetched, Sending, Sent } from './adapter/send-signed.ts';
export type { SentRequest } from './requests/signed-requests.ts';
export type { Check } from './check.ts';
export type { AdapterSource, EdgeAnswer } from './contract/token-source.ts';
