import { carriedBy, deniedOf, timeOf, tokenFinder, tokenFor } from './answer.ts';
import type { Reply } from './endpoint-caller.ts';
import { answered, failed, isOwnFault, judge, notAsked, passed } from './outcome.ts';
import type { Check, Outcome } from './outcome.ts';
import type { Replies } from './replies.ts';

const isJson = ({ headers }: Reply): boolean => /^application\/json\s*(;|$)/i.test(headers.get('Content-Type') ?? '');

/** Judges a call by whether its answer has a token for the URL. */
const bringsToken = (reply: Reply | undefined, { url }: Replies, remedy: string): Outcome =>
  judge(reply, (it) => {
    if (it.status !== 200) return failed(answered(it), remedy);
    return tokenFor(it, url)
      ? passed('The endpoint answered 200, with a token.')
      : failed('The endpoint sent no token for the URL.', remedy);
  });

export const answersAPost: Check = ({ first, url }) => {
  const { status, answer } = first;
  if (status === 0)
    return failed(answered(first), 'Check ENDPOINT, and that it answers within ten seconds, also when it is busy.');
  if (status >= 300 && status < 400)
    return failed(`The endpoint redirects, with ${status}.`, 'Give the URL of the target; a redirect loses the POST.');
  if (status === 401 || status === 403)
    return failed(answered(first), 'Give the log-in of a viewer with --header, and a URL that this viewer may have.');
  if (status === 404) return failed(answered(first), 'Check the path of ENDPOINT.');
  if (status !== 200) return failed(answered(first), 'Look into the log of the endpoint. Tokens come with a 200.');
  if (answer === undefined) return failed('The body of its 200 is not JSON.', 'Send { "now", "tokens", "denied" }.');
  if (!isJson(first))
    return failed('The media type of its answer is not application/json.', 'Set Content-Type: application/json.');
  return !tokenFor(first, url) && deniedOf(first).includes(url)
    ? failed(
        'The endpoint denies URL.',
        'Give a URL that this viewer may have, or the log-in of another viewer with --header.',
      )
    : passed('The endpoint answered 200 with JSON.');
};

export const answersAHundred: Check = (replies) =>
  bringsToken(replies.hundred, replies, 'Take 100 URLs in one call: players ask for so many.');

export const answersAllOrNone: Check = ({ hundredAndOne }) =>
  judge(hundredAndOne, (it) => {
    if (it.status === 400 || it.status === 413) return passed(`The endpoint answered ${it.status}.`);
    if (it.status !== 200) return failed(answered(it), 'Answer 400 or 413 to a call of too many URLs.');
    const left = unanswered(it).length;
    return left === 0
      ? passed('The endpoint answered all 101.')
      : failed(
          `The endpoint answered 200, and left ${left} of 101 URLs out.`,
          'Answer 400 or 413, or for all of them.',
        );
  });

/** Returns the URLs of a call about which its answer says nothing. */
export const unanswered = (reply: Reply): readonly string[] => {
  const denied = new Set(deniedOf(reply));
  const tokenOf = tokenFinder(reply);
  return reply.urls.filter((url) => !denied.has(url) && !tokenOf(url));
};

export const ignoresTheOrder: Check = ({ ordered, url }) => {
  const [one, turned, again] = ordered;
  if (!one || !turned || !again) return notAsked();
  const remedy = 'Make each token for the URL that it names, and treat a URL that occurs twice as one.';
  for (const reply of [one, turned]) {
    if (reply.status !== 200) return failed(answered(reply), remedy);
    if (!tokenFor(reply, url)) return failed('With a second URL in the call there is no token for the first.', remedy);
  }
  const isSameTime = Object.is(timeOf(one), timeOf(turned)) && Object.is(timeOf(one), timeOf(again));
  const isSameToken = carriedBy(one, url) === carriedBy(again, url);
  // a format with random values makes another token each time
  if (isSameTime && isSameToken && carriedBy(one, url) !== carriedBy(turned, url))
    return failed('With the URLs in the other order, the URL gets another token.', remedy);
  return passed('The endpoint answered the same in both orders.');
};

export const ignoresUnknownMembers: Check = (replies) =>
  bringsToken(replies.unknownMembers, replies, 'Pass over members that you do not know.');

export const takesNullAsLeftOut: Check = (replies) =>
  bringsToken(replies.nulls, replies, 'Take null as left out; a `reason` that is left out is `initial`.');

export const takesUnknownReasons: Check = (replies) =>
  replies.unknownReason?.status === 400
    ? passed('The endpoint answered 400.')
    : bringsToken(replies.unknownReason, replies, 'Take a reason that you do not know for `initial`, or answer 400.');

export const refusesMalformed: Check = ({ malformed }) => {
  if (malformed.length === 0) return notAsked();
  for (const [what, reply] of malformed) {
    if (!reply) return notAsked();
    if (!isOwnFault(reply)) return failed(`To ${what}: ${answered(reply)}`, 'Answer 400 to a body that is no request.');
  }
  return passed(`The endpoint refused all ${malformed.length}.`);
};

export const refusesTooLong: Check = ({ tooLong }) =>
  judge(tooLong, (it) =>
    it.status === 413
      ? passed('The endpoint answered 413.')
      : failed(answered(it), 'Read no more of a body than 100 URLs can need (200 kB), and answer 413.'),
  );

export const takesJsonAlone: Check = (replies) => {
  const { withCharset, asText } = replies;
  const read = bringsToken(withCharset, replies, 'Take application/json with parameters, such as a charset.');
  if (read.result !== 'passed') return read;
  return judge(asText, (it) =>
    isOwnFault(it)
      ? passed(`The endpoint answered ${it.status} to text/plain.`)
      : failed(`To text/plain: ${answered(it)}`, 'Answer 415 to any other media type than application/json.'),
  );
};

export const takesPostAlone: Check = ({ methods }) => {
  if (methods.length === 0) return notAsked();
  for (const [method, reply] of methods) {
    if (!reply) return notAsked();
    const remedy = 'Answer 405 with `Allow: POST, OPTIONS` to any other method.';
    if (![404, 405, 501].includes(reply.status)) return failed(`To ${method}: ${answered(reply)}`, remedy);
    if (reply.status === 405 && !/\bPOST\b/.test(reply.headers.get('Allow') ?? ''))
      return failed(`To ${method}: 405 without an \`Allow\` that names POST.`, remedy);
  }
  return passed('The endpoint refused GET and PUT.');
};
