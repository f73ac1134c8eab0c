import {
  answersEachUrl,
  answersInPart,
  deniesAll,
  expiresLater,
  isMadeAnew,
  isNotStored,
  replacesRefused,
  sendsCarriers,
  sendsLists,
  sendsScopes,
  sendsSeconds,
  signsNothingElse,
  tellsTheTime,
} from './answer-checks.ts';
import {
  answersPreflights,
  exposesTimes,
  keepsCredentialsFromOthers,
  letsThePageIn,
  letsThePageReadFailures,
  namesOriginsForCredentials,
} from './cors-checks.ts';
import { failsAsAnOutage, refusesStrangers, sendsProblems, tellsHowLong } from './failure-checks.ts';
import type { Check } from './outcome.ts';
import {
  answersAHundred,
  answersAPost,
  answersAllOrNone,
  ignoresTheOrder,
  ignoresUnknownMembers,
  refusesMalformed,
  refusesTooLong,
  takesJsonAlone,
  takesNullAsLeftOut,
  takesPostAlone,
  takesUnknownReasons,
} from './request-checks.ts';

/** A rule of the protocol that an endpoint has to keep. */
export interface Must {
  /** The number of the rule, which no other rule ever gets. */
  readonly number: `P${number}`;
  /** The sentence of `docs/protocol.md`. */
  readonly must: string;
  readonly check: Check;
}

/** All musts of `docs/protocol.md`, each with its check. A new must gets the next number, wherever it stands. */
export const musts: readonly Must[] = [
  {
    number: 'P1',
    must:
      'A `POST` of `{ "urls", "reason" }` as `application/json` gets a 200 with a JSON object, ' +
      'within ten seconds and without a redirect.',
    check: answersAPost,
  },
  { number: 'P2', must: 'The endpoint answers a call of 100 URLs.', check: answersAHundred },
  {
    number: 'P3',
    must:
      'A call with more URLs than the endpoint accepts gets a 400 or a 413, ' +
      'and never tokens for a part of the URLs.',
    check: answersAllOrNone,
  },
  {
    number: 'P4',
    must:
      'The order of `urls` does not matter. ' +
      'A URL that occurs twice in `urls` gets the same answer as a URL that occurs once.',
    check: ignoresTheOrder,
  },
  {
    number: 'P5',
    must: 'Members of the request that the endpoint does not know change nothing.',
    check: ignoresUnknownMembers,
  },
  {
    number: 'P6',
    must: 'A `reason` that is `null` counts as left out, which is `initial`.',
    check: takesNullAsLeftOut,
  },
  {
    number: 'P7',
    must: 'A `reason` that the endpoint does not know counts as `initial`, or gets a 400.',
    check: takesUnknownReasons,
  },
  {
    number: 'P8',
    must: 'A body that is not a valid request gets a 400, or another 4xx that is not 401, 403, 408 or 429.',
    check: refusesMalformed,
  },
  { number: 'P9', must: 'A body of two megabytes gets a 413.', check: refusesTooLong },
  {
    number: 'P10',
    must:
      '`application/json` may have parameters. ' +
      'Any other media type gets a 415, or another 4xx that is not 401, 403, 408 or 429.',
    check: takesJsonAlone,
  },
  {
    number: 'P11',
    must: 'Methods other than `POST` and `OPTIONS` get a 405 with `Allow`, or a 404 or 501.',
    check: takesPostAlone,
  },
  {
    number: 'P12',
    must: '`tokens` is a list of objects. `denied` is a list of URLs, `null`, or left out.',
    check: sendsLists,
  },
  {
    number: 'P13',
    must:
      '`url` is an absolute http or https URL. ' +
      '`prefix` and `base` also end with `/`, without a query; a `base` needs a `prefix`.',
    check: sendsScopes,
  },
  {
    number: 'P14',
    must: '`expires` and `now` are unix seconds, as numbers: no milliseconds, no text.',
    check: sendsSeconds,
  },
  {
    number: 'P15',
    must:
      'Each token has a carrier: `query`, `headers` that a browser can send, `base`, ' +
      'or `credentials` that are `true`.',
    check: sendsCarriers,
  },
  {
    number: 'P16',
    must:
      'For each URL of the call, `tokens` has a token that opens it, ' +
      'or `denied` has the URL as the player sent it.',
    check: answersEachUrl,
  },
  {
    number: 'P17',
    must: 'If the viewer may not have one URL of a call, the other URLs still get tokens.',
    check: answersInPart,
  },
  { number: 'P18', must: 'A URL of a host that is not yours gets no token.', check: signsNothingElse },
  {
    number: 'P19',
    must: 'If the viewer may have no URL of a call, the call gets a 403, or a 200 with all its URLs in `denied`.',
    check: deniesAll,
  },
  {
    number: 'P20',
    must: 'A call with the reason `refused` gets another token than the refused one.',
    check: replacesRefused,
  },
  { number: 'P21', must: '`expires` is later than the time of the endpoint.', check: expiresLater },
  {
    number: 'P22',
    must:
      '`now` is the time of the endpoint, and agrees with the header `Date`. ' +
      'Without `now`, the answer has a header `Date`.',
    check: tellsTheTime,
  },
  { number: 'P23', must: 'Each call gets a new answer, never one from a cache.', check: isMadeAnew },
  { number: 'P24', must: 'Every answer has `Cache-Control: no-store`.', check: isNotStored },
  { number: 'P25', must: 'A viewer who is not logged in gets a 401 or a 403.', check: refusesStrangers },
  { number: 'P26', must: 'Failures are `application/problem+json` (RFC 9457).', check: sendsProblems },
  { number: 'P27', must: 'A 429 has a `Retry-After`, in seconds or as a date.', check: tellsHowLong },
  { number: 'P28', must: 'An internal failure of the endpoint is a 5xx, never a 401 or 403.', check: failsAsAnOutage },
  {
    number: 'P29',
    must: 'An answer names the origin of the page, or `*`, in `Access-Control-Allow-Origin`.',
    check: letsThePageIn,
  },
  {
    number: 'P30',
    must: 'A refusal or a failure also names the origin of the page, or `*`, in `Access-Control-Allow-Origin`.',
    check: letsThePageReadFailures,
  },
  {
    number: 'P31',
    must: 'A preflight gets a 2xx without a log-in, and allows `content-type` and the headers of your log-in.',
    check: answersPreflights,
  },
  {
    number: 'P32',
    must: 'An answer that allows credentials names the origin, and not `*`.',
    check: namesOriginsForCredentials,
  },
  {
    number: 'P33',
    must: 'CORS headers never allow credentials to an origin that is not yours.',
    check: keepsCredentialsFromOthers,
  },
  {
    number: 'P34',
    must: '`Access-Control-Expose-Headers` names `Retry-After`, and also `Date` if the answer has no `now`.',
    check: exposesTimes,
  },
];
