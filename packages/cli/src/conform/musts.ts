import { answerMusts, carriedBy } from './answer-musts.ts';
import { failureMusts } from './failure-musts.ts';
import { withoutToken, wrongStatus } from './outcome.ts';
import type { Must, Verdict } from './outcome.ts';
import type { Replies } from './replies.ts';
import { answered, unanswered } from './reply.ts';
import type { Reply } from './reply.ts';

/** Tells whether a status blames this call, and neither the viewer nor an outage. */
const isOwnFault = (status: number): boolean => status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);

/** What an endpoint has to do with calls. */
const requestMusts: readonly Must[] = [
  {
    number: 'P1',
    must: 'A `POST` of `{ "urls", "reason" }` as `application/json` gets a 200 with a JSON object within ten seconds.',
    remedy:
      'Check ENDPOINT and its log. After 401, 403 or a denial, give the log-in of a viewer with --header, and a URL ' +
      'that this viewer may have. After a redirect, give the URL of its target.',
    check: { first: answersAPost },
  },
  {
    number: 'P2',
    must: 'The endpoint answers a call of 100 URLs.',
    check: ({ hundred, url }) => withoutToken(hundred, url),
  },
  {
    number: 'P3',
    must: 'A call with too many URLs gets a 400 or a 413, and never tokens for a part of the URLs.',
    check: ({ hundredAndOne }) => {
      const left = hundredAndOne.status === 200 ? unanswered(hundredAndOne).length : 0;
      if (left > 0) return `Of 101 URLs, the endpoint left ${left} out.`;
      return wrongStatus(hundredAndOne, (status) => [200, 400, 413].includes(status));
    },
  },
  {
    number: 'P4',
    must: 'The order of `urls` does not matter, and a URL that occurs twice counts as one.',
    check: ignoresTheOrder,
  },
  {
    number: 'P5',
    must: 'Members of the request that the endpoint does not know change nothing.',
    check: ({ unknownMembers, url }) => withoutToken(unknownMembers, url),
  },
  {
    number: 'P6',
    must: 'A `reason` that is `null` or missing counts as `initial`.',
    check: ({ nulls, url }) => withoutToken(nulls, url),
  },
  {
    number: 'P7',
    must: 'A `reason` that the endpoint does not know counts as `initial`, or gets a 400.',
    check: ({ unknownReason, url }) => (unknownReason.status === 400 ? undefined : withoutToken(unknownReason, url)),
  },
  {
    number: 'P8',
    must: 'A body that is not a valid request gets a 400, or another 4xx except 401, 403, 408 and 429.',
    check: ({ malformed }) => {
      const [what, wrong] = malformed.find(([, { status }]) => !isOwnFault(status)) ?? [];
      return wrong && `To ${what}: ${answered(wrong)}`;
    },
  },
  {
    number: 'P9',
    must: 'A body of two megabytes gets a 413.',
    remedy: 'Read no more of a body than 100 URLs can need (200 kB), and answer 413.',
    check: ({ tooLong }) => wrongStatus(tooLong, (status) => status === 413),
  },
  {
    number: 'P10',
    must: '`application/json` may have parameters. Any other media type gets a 415, or a 4xx as in P8.',
    check: ({ withCharset, asText, url }) => withoutToken(withCharset, url) ?? wrongStatus(asText, isOwnFault),
  },
  {
    number: 'P11',
    must: 'Methods other than `POST` and `OPTIONS` get a 405 with `Allow`, or a 404 or 501.',
    check: ({ get }) => {
      const allowsPost = /\bPOST\b/.test(get.headers.get('Allow') ?? '');
      return wrongStatus(get, (status) => (status === 405 ? allowsPost : status === 404 || status === 501));
    },
  },
];

/** All musts of `docs/protocol.md`, each with its check. A new must gets the next number, wherever it stands. */
export const musts: readonly Must[] = [...requestMusts, ...answerMusts, ...failureMusts];

function answersAPost(first: Reply, url: string): Verdict {
  const { status, answer, headers, denied, tokenFor } = first;
  if (status !== 200) return answered(first);
  if (answer === undefined) return 'The body of its 200 is not JSON.';
  if (!/^application\/json\s*(;|$)/i.test(headers.get('Content-Type') ?? ''))
    return 'The media type of its answer is not application/json.';
  return !tokenFor(url) && denied.includes(url) ? 'The endpoint denies URL.' : undefined;
}

function ignoresTheOrder({ ordered, url }: Replies): Verdict {
  const [one, turned, again] = ordered;
  const fault = withoutToken(one, url) ?? withoutToken(turned, url);
  if (fault !== undefined) return fault;
  const isSameTime = Object.is(one.time, turned.time) && Object.is(one.time, again.time);
  const isSameToken = carriedBy(one, url) === carriedBy(again, url);
  // a format with random values makes another token each time
  return isSameTime && isSameToken && carriedBy(one, url) !== carriedBy(turned, url)
    ? 'With the URLs in the other order, the URL gets another token.'
    : undefined;
}
