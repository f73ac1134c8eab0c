import type { Reply } from './endpoint-caller.ts';
import { answered, failed, hasStatus, judge, must, notAsked, notTried, passed } from './outcome.ts';
import type { Must, Outcome } from './outcome.ts';
import { OTHER_ORIGIN, headersToAllow } from './replies.ts';
import type { Page, Replies } from './replies.ts';

/** How an endpoint has to fail, and what pages may read of its answers. */
export const failureMusts: readonly Must[] = [
  must('P25', 'A viewer who is not logged in gets a 401 or a 403.', ({ stranger, viewer, first }) => {
    if (viewer.length === 0)
      return notTried('Nobody was logged in: each call is that of a stranger.', 'Give a log-in with --header.');
    if (!stranger) return first.status === 200 ? notAsked() : notTried(answered(first), 'Give the log-in of a viewer.');
    if (stranger.status === 200 && stranger.tokens.length > 0)
      return notTried('The endpoint also sends tokens without --header.', 'Give a log-in that the endpoint requires.');
    const remedy = 'Answer 401 to who is not logged in, without a redirect to a page.';
    return hasStatus(stranger, (status) => status === 401 || status === 403, remedy);
  }),
  must('P26', 'Failures are `application/problem+json` (RFC 9457).', (replies) => {
    const isProblem = ({ headers }: Reply): boolean =>
      /^application\/problem\+json\b/i.test(headers.get('Content-Type') ?? '');
    const remedy = 'Send application/problem+json: { "status", "title", "detail" }.';
    return ofFailures(replies, isProblem, ({ status }) => failed(`A ${status} has another media type.`, remedy));
  }),
  must('P27', 'A 429 has a `Retry-After`, in seconds or as a date.', ({ limited, first }) => {
    if (limited.length === 0 && first.status === 200)
      return notTried('No call was a 429.', 'Give --burst with more calls than the rate limit lets through.');
    if (limited.length === 0) return notAsked();
    // as HTTP writes it (RFC 9110, section 10.2.3)
    const isRight = ({ headers }: Reply): boolean =>
      /^(?:\d+|[A-Z][a-z]{2}, .* GMT)$/.test(headers.get('Retry-After') ?? '');
    return limited.every(isRight)
      ? passed('Its 429 says how long to wait.')
      : failed('A 429 has no `Retry-After`, or none that is seconds or a date.', 'Set `Retry-After`, in seconds.');
  }),
  must('P28', 'An internal failure of the endpoint is a 5xx, never a 401 or 403.', () =>
    notTried(
      'Nobody can stop your session store from outside.',
      'Stop it, and see that the endpoint answers 503: a 401 or 403 would log all viewers out.',
    ),
  ),
  must('P29', 'An answer names the origin of the page, or `*`, in `Access-Control-Allow-Origin`.', (replies) =>
    ofOtherOrigins(replies, ({ first, page }) =>
      lets(first, page)
        ? passed('The page can read the answer.')
        : failed(`Its 200 does not allow ${page.origin}.`, `Send Access-Control-Allow-Origin: ${page.origin}.`),
    ),
  ),
  must(
    'P30',
    'A refusal or a failure also names the origin of the page, or `*`, in `Access-Control-Allow-Origin`.',
    (replies) =>
      ofOtherOrigins(replies, ({ page }) =>
        ofFailures(
          replies,
          (reply) => lets(reply, page),
          ({ status }) =>
            failed(
              `The page cannot read its ${status}, and takes it for an outage.`,
              'Set the CORS headers on every answer, before anything can fail.',
            ),
        ),
      ),
  ),
  must(
    'P31',
    'A preflight gets a 2xx without a log-in, and allows `content-type` and the headers of your log-in.',
    (replies) => ofOtherOrigins(replies, answersPreflights),
  ),
  must('P32', 'An answer that allows credentials names the origin, and not `*`.', (replies) =>
    ofOtherOrigins(replies, ({ first, page, viewer }) => {
      const takes = takesCredentials(first);
      if (takes && allowedOrigin(first) === '*')
        return failed('The endpoint allows credentials and `*`.', 'Name the origin of the request in place of *.');
      if (!takes && viewer.includes('cookie') && page.isGiven)
        return failed(
          'The log-in is a cookie, and credentials are not allowed.',
          'Send Access-Control-Allow-Credentials: true.',
        );
      return passed(takes ? 'The endpoint names the origin.' : 'The endpoint allows no credentials of other origins.');
    }),
  ),
  must('P33', 'CORS headers never allow credentials to an origin that is not yours.', ({ otherOrigin }) =>
    judge(otherOrigin, (it) =>
      takesCredentials(it) && allowedOrigin(it) === OTHER_ORIGIN
        ? failed(
            'Any page of the web gets tokens with the cookies of your viewer.',
            'Compare `Origin` with a list of your pages; never send it back as it came.',
          )
        : passed('Another origin gets no credentials.'),
    ),
  ),
  must(
    'P34',
    '`Access-Control-Expose-Headers` names `Retry-After`, and also `Date` if the answer has no `now`.',
    (replies) =>
      ofOtherOrigins(replies, ({ first, limited }) => {
        const remedy = 'Send Access-Control-Expose-Headers: Date, Retry-After.';
        const { now } = Object(first.answer) as { now?: unknown };
        const exposes = ({ headers }: Reply, name: string): boolean =>
          namesIn(headers.get('Access-Control-Expose-Headers')).some((each) => each === name || each === '*');
        if (typeof now !== 'number' && !exposes(first, 'date'))
          return failed('Without `now`, the page needs the header Date, which is not exposed.', remedy);
        return [first, ...limited].every((reply) => exposes(reply, 'retry-after'))
          ? passed('The page can read Date and Retry-After.')
          : failed('The page cannot read Retry-After.', remedy);
      }),
  ),
];

const allowedOrigin = ({ headers }: Reply): string | null => headers.get('Access-Control-Allow-Origin');
const lets = (reply: Reply, { origin }: Page): boolean => ['*', origin].includes(allowedOrigin(reply) ?? '');
const takesCredentials = ({ headers }: Reply): boolean => headers.get('Access-Control-Allow-Credentials') === 'true';
const namesIn = (value: string | null): string[] =>
  (value ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());

/** Judges an endpoint that allows pages of another origin, as far as such an origin is known. */
function ofOtherOrigins(replies: Replies, check: (replies: Replies) => Outcome): Outcome {
  const { first, page } = replies;
  if (first.status !== 200) return notAsked();
  if (lets(first, page) || page.isGiven) return check(replies);
  return notTried(
    `The endpoint allows no pages of ${page.origin}: does it have a page on another origin?`,
    'Give the origin of that page with --origin. An endpoint on the origin of its page needs no CORS.',
  );
}

/** Judges all refusals and failures that the endpoint itself must answer. For other methods, a router may answer. */
function ofFailures(replies: Replies, isRight: (reply: Reply) => boolean, fail: (reply: Reply) => Outcome): Outcome {
  const { denied, stranger, tooLong, asText, malformed, hundredAndOne, unknownReason, limited } = replies;
  const all = [denied, stranger, tooLong, asText, hundredAndOne, unknownReason, ...malformed.map(([, reply]) => reply)];
  const failures = [...all, ...limited].filter((reply): reply is Reply => reply !== undefined && reply.status >= 400);
  if (failures.length === 0) return notAsked();
  const wrong = failures.find((reply) => !isRight(reply));
  return wrong ? fail(wrong) : passed(`All ${failures.length} failures are right.`);
}

const answersPreflights = ({ preflight, page, viewer }: Replies): Outcome =>
  judge(preflight, (it) => {
    const remedy = 'Answer OPTIONS with 204 and the CORS headers, without a log-in.';
    if (!(it.status >= 200 && it.status < 300)) return failed(`To the preflight: ${answered(it)}`, remedy);
    if (!lets(it, page)) return failed('The preflight does not allow the page.', remedy);
    const allowed = namesIn(it.headers.get('Access-Control-Allow-Headers'));
    const isAny = allowed.includes('*') && !takesCredentials(it);
    // a wildcard does not include this header (Fetch, section 4.8)
    const isMissing = (name: string): boolean => !allowed.includes(name) && (!isAny || name === 'authorization');
    const missing = headersToAllow(viewer).find(isMissing);
    return missing === undefined
      ? passed('The preflight allows the call.')
      : failed(`The preflight does not allow the header ${missing}.`, 'Name it in Access-Control-Allow-Headers.');
  });
