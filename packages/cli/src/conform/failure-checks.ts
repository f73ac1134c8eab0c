import { tokensOf } from './answer.ts';
import type { Reply } from './endpoint-caller.ts';
import { answered, failed, notAsked, notTried, passed } from './outcome.ts';
import type { Check } from './outcome.ts';
import type { Replies } from './replies.ts';

/** Returns all refusals and failures that the endpoint itself must answer. For other methods, a router may answer. */
export const failures = (replies: Replies): Reply[] => {
  const { denied, stranger, tooLong, asText, malformed, hundredAndOne, unknownReason, limited } = replies;
  const all = [denied, stranger, tooLong, asText, hundredAndOne, unknownReason, ...malformed.map(([, reply]) => reply)];
  return [...all, ...limited].filter((reply) => reply !== undefined && reply.status >= 400) as Reply[];
};

export const refusesStrangers: Check = ({ stranger, viewer, first }) => {
  if (viewer.length === 0)
    return notTried(
      'Nobody was logged in: without --header every call is that of a stranger.',
      'Give a log-in with --header.',
    );
  if (!stranger) return first.status === 200 ? notAsked() : notTried(answered(first), 'Give the log-in of a viewer.');
  if (stranger.status === 401 || stranger.status === 403) return passed(`The endpoint answered ${stranger.status}.`);
  return stranger.status === 200 && tokensOf(stranger).length > 0
    ? notTried(
        'The endpoint also sends tokens without the headers of --header.',
        'Give a log-in that the endpoint requires.',
      )
    : failed(
        `Without a log-in: ${answered(stranger)}`,
        'Answer 401 to who is not logged in, without a redirect to a page.',
      );
};

export const sendsProblems: Check = (replies) => {
  const all = failures(replies);
  if (all.length === 0) return notAsked();
  const other = all.find(({ headers }) => !/^application\/problem\+json\b/i.test(headers.get('Content-Type') ?? ''));
  return other
    ? failed(
        `A ${other.status} has another media type.`,
        'Send application/problem+json: { "status", "title", "detail" }.',
      )
    : passed(`All ${all.length} failures are problems.`);
};

/** Tells whether a value is seconds, or a date as HTTP writes it (RFC 9110, section 10.2.3). */
const isRetryAfter = (value: string): boolean => /^\d+$/.test(value) || /^[A-Z][a-z]{2}, .* GMT$/.test(value);

export const tellsHowLong: Check = ({ limited, first }) => {
  if (limited.length === 0)
    return first.status === 200
      ? notTried('No call was a 429.', 'Give --burst with more calls than the rate limit lets through.')
      : notAsked();
  return limited.every(({ headers }) => isRetryAfter(headers.get('Retry-After') ?? ''))
    ? passed('Its 429 says how long to wait.')
    : failed('A 429 has no `Retry-After`, or none that is seconds or a date.', 'Set `Retry-After`, in seconds.');
};

export const failsAsAnOutage: Check = () =>
  notTried(
    'Nobody can stop your session store from outside.',
    'Stop it, and see that the endpoint answers 503: a 401 or 403 would log all viewers out.',
  );
