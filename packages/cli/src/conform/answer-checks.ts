import {
  carriedBy,
  deniedOf,
  timeOf,
  tokenFor,
  tokensOf,
  wrongCarriers,
  wrongLists,
  wrongScopes,
  wrongTimes,
} from './answer.ts';
import type { Reply } from './endpoint-caller.ts';
import { answered, failed, judge, notAsked, notTried, passed } from './outcome.ts';
import type { Check } from './outcome.ts';
import { unanswered } from './request-checks.ts';
import type { Replies } from './replies.ts';

/** Seconds by which `now` and the header `Date` may differ. */
const CLOCKS = 5;

/** Returns all answers with tokens, which are those with status 200. */
const granted = ({ first, ordered, hundred, partial, unknownMembers, nulls, later, refused }: Replies): Reply[] =>
  [first, ...ordered, hundred, partial, unknownMembers, nulls, later, ...(refused ?? [])].filter(
    (reply) => reply?.status === 200,
  ) as Reply[];

/** Creates a check of the form of all these answers. */
const form =
  (wrongIn: (reply: Reply) => string | undefined, remedy: string): Check =>
  (replies) => {
    const answers = granted(replies);
    if (answers.length === 0) return notAsked();
    const problem = answers.map(wrongIn).find((text) => text !== undefined);
    return problem === undefined ? passed(`Right in ${answers.length} answers.`) : failed(problem, remedy);
  };

export const sendsLists: Check = form(
  wrongLists,
  'Send `tokens` as a list, an empty one where there are none, and `denied` as a list of URLs, null or not at all.',
);
export const sendsScopes: Check = form(
  wrongScopes,
  "Send `url` as it was asked for, or a `prefix` such as 'https://cdn.example.com/vod/'.",
);
export const sendsSeconds: Check = form(wrongTimes, 'Send unix seconds as a number.');
export const sendsCarriers: Check = form(wrongCarriers, 'Send `query`, `headers`, `base`, or `credentials: true`.');
export const answersEachUrl: Check = form((reply) => {
  const [url] = unanswered(reply);
  if (url === undefined) return undefined;
  return `URL ${reply.urls.indexOf(url) + 1} of ${reply.urls.length} has no token and is not in \`denied\`.`;
}, 'Send a token whose `url` or `prefix` opens it, or deny it, spelled as it was asked for.');

export const answersInPart: Check = ({ partial, url }) =>
  judge(partial, (it) => {
    const remedy = 'Answer 200 with the tokens of the others, and the denied URL in `denied`.';
    if (it.status !== 200) return failed(answered(it), remedy);
    return tokenFor(it, url)
      ? passed('The endpoint answered 200, with the token.')
      : failed('The other URL has no token.', remedy);
  });

export const signsNothingElse: Check = ({ partial, denied, foreign }) => {
  if (!partial || !denied) return notAsked();
  return [partial, denied].some((reply) => reply.status === 200 && tokenFor(reply, foreign))
    ? failed(
        'The endpoint sent a token for a host that it cannot know.',
        'Sign URLs of your CDN alone: compare the whole host.',
      )
    : passed('The endpoint signed no URL of another host.');
};

export const deniesAll: Check = ({ denied, foreign }) =>
  judge(denied, (it) => {
    const isDenied = it.status === 403 || (it.status === 200 && deniedOf(it).includes(foreign));
    return isDenied
      ? passed(`The endpoint answered ${it.status}.`)
      : failed(answered(it), 'Answer 403, or 200 with all URLs in `denied`.');
  });

export const replacesRefused: Check = ({ refused, first, url }) => {
  if (!refused)
    return tokensOf(first).length > 0
      ? notTried(
          'No two calls were answered in the same second.',
          'Run this nearer to the endpoint, or when it is less busy.',
        )
      : notAsked();
  const [initial, again] = refused;
  const remedy = 'Let the token after `refused` expire one second later, so that the token differs.';
  const [before, after] = [initial, again].map((reply) => carriedBy(reply, url));
  if (again.status !== 200 || after === undefined)
    return failed(`To the reason \`refused\`: ${answered(again)}`, remedy);
  return before === after
    ? failed('After `refused`, the endpoint sent the same token again.', remedy)
    : passed('Another token came.');
};

export const expiresLater: Check = (replies) => {
  const answers = granted(replies);
  if (answers.length === 0) return notAsked();
  const left = answers.flatMap((reply) =>
    tokensOf(reply).flatMap(({ expires }) => (typeof expires === 'number' ? [expires - timeOf(reply)] : [])),
  );
  const least = Math.min(...left.filter((seconds) => !Number.isNaN(seconds)));
  if (least > 0) return passed(least === Infinity ? 'No clock tells.' : `At least ${Math.floor(least)} s are left.`);
  return failed(
    `A token has ended ${Math.ceil(-least)} s before it was sent.`,
    'Count `expires` from the clock of `now`.',
  );
};

export const tellsTheTime: Check = ({ first }) => {
  if (first.status !== 200) return notAsked();
  const time = timeOf(first);
  const remedy = 'Send `now`, the unix seconds of the moment of the answer, from a clock that is synchronised.';
  if (Number.isNaN(time)) return failed('The endpoint sent neither `now` nor a header `Date`.', remedy);
  const date = Date.parse(first.headers.get('Date') ?? '') / 1000;
  const apart = Math.abs(time - date);
  return apart > CLOCKS
    ? failed(`\`now\` and the header \`Date\` are ${Math.round(apart)} s apart.`, remedy)
    : passed('The endpoint sends its time.');
};

export const isMadeAnew: Check = ({ first, later }) =>
  judge(later, (it) => {
    if (it.status !== 200) return failed(`Two seconds later: ${answered(it)}`, 'Answer each call anew.');
    return timeOf(it) > timeOf(first)
      ? passed('Two seconds later the answer is a later one.')
      : failed('Two seconds later the clock of the answer stands still.', 'Keep no answers, in no cache on the way.');
  });

export const isNotStored: Check = (replies) => {
  const { first, later, denied, stranger, tooLong, asText, malformed, limited } = replies;
  const all = [first, later, denied, stranger, tooLong, asText, ...malformed.map(([, reply]) => reply), ...limited];
  const stored = all.find(
    (reply) => reply && reply.status > 0 && !/\bno-store\b/i.test(reply.headers.get('Cache-Control') ?? ''),
  );
  if (first.status === 0) return notAsked();
  return stored
    ? failed(`\`Cache-Control: no-store\` is missing on a ${stored.status}.`, 'Set it on every answer.')
    : passed('Every answer has it.');
};
