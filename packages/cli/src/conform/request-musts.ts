import { answered, bringsToken, failed, hasStatus, judge, must, notAsked, passed, unanswered } from './outcome.ts';
import type { Must, Outcome } from './outcome.ts';
import { carriedBy } from './answer-musts.ts';
import type { Replies } from './replies.ts';

/** Tells whether a status blames this call, and neither the viewer nor an outage. */
const isOwnFault = (status: number): boolean => status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);

/** What an endpoint has to do with calls. */
export const requestMusts: readonly Must[] = [
  must(
    'P1',
    'A `POST` of `{ "urls", "reason" }` as `application/json` gets a 200 with a JSON object, ' +
      'within ten seconds and without a redirect.',
    answersAPost,
  ),
  must('P2', 'The endpoint answers a call of 100 URLs.', (replies) =>
    bringsToken(replies.hundred, replies, 'Take 100 URLs in one call: players ask for so many.'),
  ),
  must(
    'P3',
    'A call with more URLs than the endpoint accepts gets a 400 or a 413, ' +
      'and never tokens for a part of the URLs.',
    ({ hundredAndOne }) =>
      judge(hundredAndOne, (it) => {
        const remedy = 'Answer 400 or 413 to a call of too many URLs, or answer for all of them.';
        const left = unanswered(it).length;
        if (it.status === 400 || it.status === 413) return passed(answered(it));
        if (it.status === 200 && left === 0) return passed('The endpoint answered all 101.');
        return failed(it.status === 200 ? `Of 101 URLs, the endpoint left ${left} out.` : answered(it), remedy);
      }),
  ),
  must(
    'P4',
    'The order of `urls` does not matter. ' +
      'A URL that occurs twice in `urls` gets the same answer as a URL that occurs once.',
    ignoresTheOrder,
  ),
  must('P5', 'Members of the request that the endpoint does not know change nothing.', (replies) =>
    bringsToken(replies.unknownMembers, replies, 'Pass over members that you do not know.'),
  ),
  must('P6', 'A `reason` that is `null` counts as left out, which is `initial`.', (replies) =>
    bringsToken(replies.nulls, replies, 'Take null as left out; a `reason` that is left out is `initial`.'),
  ),
  must('P7', 'A `reason` that the endpoint does not know counts as `initial`, or gets a 400.', (replies) => {
    const { unknownReason } = replies;
    if (unknownReason?.status === 400) return passed(answered(unknownReason));
    return bringsToken(unknownReason, replies, 'Take a reason that you do not know for `initial`, or answer 400.');
  }),
  must(
    'P8',
    'A body that is not a valid request gets a 400, or another 4xx that is not 401, 403, 408 or 429.',
    (replies) =>
      allOf(replies.malformed, (what, reply) =>
        isOwnFault(reply.status)
          ? undefined
          : failed(`To ${what}: ${answered(reply)}`, 'Answer 400 to what is no request.'),
      ),
  ),
  must('P9', 'A body of two megabytes gets a 413.', ({ tooLong }) =>
    hasStatus(
      tooLong,
      (status) => status === 413,
      'Read no more of a body than 100 URLs can need (200 kB), and answer 413.',
    ),
  ),
  must(
    'P10',
    '`application/json` may have parameters. ' +
      'Any other media type gets a 415, or another 4xx that is not 401, 403, 408 or 429.',
    (replies) => {
      const read = bringsToken(
        replies.withCharset,
        replies,
        'Take application/json with parameters, such as a charset.',
      );
      const remedy = 'Answer 415 to text/plain and any other media type than application/json.';
      return read.result === 'passed' ? hasStatus(replies.asText, isOwnFault, remedy) : read;
    },
  ),
  must('P11', 'Methods other than `POST` and `OPTIONS` get a 405 with `Allow`, or a 404 or 501.', ({ methods }) =>
    allOf(methods, (method, reply) => {
      const allows = /\bPOST\b/.test(reply.headers.get('Allow') ?? '');
      if ([404, 501].includes(reply.status) || (reply.status === 405 && allows)) return undefined;
      const without = reply.status === 405 ? ' Its `Allow` does not name POST.' : '';
      return failed(`To ${method}: ${answered(reply)}${without}`, 'Answer 405 with `Allow: POST, OPTIONS`.');
    }),
  ),
];

/** Judges several calls: the first that fails decides. */
function allOf(
  calls: Replies['malformed'],
  check: (what: string, reply: NonNullable<Replies['malformed'][number][1]>) => Outcome | undefined,
): Outcome {
  for (const [what, reply] of calls) {
    const outcome = reply ? check(what, reply) : notAsked();
    if (outcome) return outcome;
  }
  return calls.length === 0 ? notAsked() : passed(`The endpoint refused all ${calls.length}.`);
}

function answersAPost({ first, url }: Replies): Outcome {
  const { status, answer, headers, denied } = first;
  if (status === 0)
    return failed(answered(first), 'Check ENDPOINT, and that it answers within ten seconds, also when it is busy.');
  if (status >= 300 && status < 400)
    return failed(`The endpoint redirects, with ${status}.`, 'Give the URL of the target; a redirect loses the POST.');
  if (status === 401 || status === 403)
    return failed(answered(first), 'Give the log-in of a viewer with --header, and a URL that this viewer may have.');
  if (status === 404) return failed(answered(first), 'Check the path of ENDPOINT.');
  if (status !== 200) return failed(answered(first), 'Look into the log of the endpoint. Tokens come with a 200.');
  if (answer === undefined) return failed('The body of its 200 is not JSON.', 'Send { "now", "tokens", "denied" }.');
  if (!/^application\/json\s*(;|$)/i.test(headers.get('Content-Type') ?? ''))
    return failed('The media type of its answer is not application/json.', 'Set Content-Type: application/json.');
  return !first.tokenFor(url) && denied.includes(url)
    ? failed('The endpoint denies URL.', 'Give a URL that this viewer may have, or another log-in with --header.')
    : passed('The endpoint answered 200 with JSON.');
}

function ignoresTheOrder({ ordered, url }: Replies): Outcome {
  const [one, turned, again] = ordered;
  if (!one || !turned || !again) return notAsked();
  const remedy = 'Make each token for the URL that it names, and treat a URL that occurs twice as one.';
  for (const reply of [one, turned]) {
    if (reply.status !== 200) return failed(answered(reply), remedy);
    if (!reply.tokenFor(url)) return failed('With a second URL in the call there is no token for the first.', remedy);
  }
  const isSameTime = Object.is(one.time, turned.time) && Object.is(one.time, again.time);
  const isSameToken = carriedBy(one, url) === carriedBy(again, url);
  // a format with random values makes another token each time
  return isSameTime && isSameToken && carriedBy(one, url) !== carriedBy(turned, url)
    ? failed('With the URLs in the other order, the URL gets another token.', remedy)
    : passed('The endpoint answered the same in both orders.');
}
