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
  /** Never given to another rule. */
  readonly number: `P${number}`;
  /** The sentence of `docs/protocol.md`. */
  readonly must: string;
  readonly check: Check;
}

/** All musts of `docs/protocol.md`, each with its check. A new one gets the next number, wherever it stands. */
export const musts: readonly Must[] = [
  {
    number: 'P1',
    must:
      'A `POST` of `{ "urls", "reason" }` as `application/json` gets a 200 with a JSON object, ' +
      'within ten seconds and without a redirect.',
    check: answersAPost,
  },
  { number: 'P2', must: 'A call of 100 URLs is answered.', check: answersAHundred },
  {
    number: 'P3',
    must: 'A call of more URLs than the endpoint takes gets a 400 or a 413. It is never answered for some of them.',
    check: answersAllOrNone,
  },
  {
    number: 'P4',
    must: 'The order of `urls` means nothing. A URL that stands there twice is answered as if it stood there once.',
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
    must: 'A body that is no such request gets a 400, or another 4xx that is not 401, 403, 408 or 429.',
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
    must: 'Each token has a carrier: `query`, `headers` that a browser can send, `base`, or `credentials` that are `true`.',
    check: sendsCarriers,
  },
  {
    number: 'P16',
    must: 'Each URL of the call has a token that opens it, or stands in `denied` as it was asked for.',
    check: answersEachUrl,
  },
  {
    number: 'P17',
    must: 'One URL that may not be had does not cost the others their tokens.',
    check: answersInPart,
  },
  { number: 'P18', must: 'A URL of a host that is not yours gets no token.', check: signsNothingElse },
  {
    number: 'P19',
    must: 'A call of which no URL may be had gets a 403, or a 200 with all of them in `denied`.',
    check: deniesAll,
  },
  {
    number: 'P20',
    must: 'The reason `refused` gets another token than the one that was refused.',
    check: replacesRefused,
  },
  { number: 'P21', must: '`expires` lies ahead of the clock of the endpoint.', check: expiresLater },
  {
    number: 'P22',
    must:
      '`now` tells the clock of the endpoint, and agrees with the header `Date`. ' +
      'Without `now`, that header is there.',
    check: tellsTheTime,
  },
  { number: 'P23', must: 'Each call is answered anew, from no cache.', check: isMadeAnew },
  { number: 'P24', must: '`Cache-Control: no-store` stands on every answer.', check: isNotStored },
  { number: 'P25', must: 'A viewer who is not logged in gets a 401 or a 403.', check: refusesStrangers },
  { number: 'P26', must: 'Failures are `application/problem+json` (RFC 9457).', check: sendsProblems },
  { number: 'P27', must: 'A 429 has a `Retry-After`, in seconds or as a date.', check: tellsHowLong },
  { number: 'P28', must: 'An outage of yours is a 5xx, never a 401 or 403.', check: failsAsAnOutage },
  {
    number: 'P29',
    must: 'An answer lets the origin of the page read it, in `Access-Control-Allow-Origin`.',
    check: letsThePageIn,
  },
  {
    number: 'P30',
    must: 'A refusal or a failure lets the origin of the page read it, too.',
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
    must: 'An origin that is not yours is allowed no credentials.',
    check: keepsCredentialsFromOthers,
  },
  {
    number: 'P34',
    must: '`Retry-After` is exposed to the page, and `Date` where `now` is left out.',
    check: exposesTimes,
  },
];
