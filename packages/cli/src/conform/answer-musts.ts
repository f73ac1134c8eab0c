import {
  carrierProblem,
  hasCarrier,
  isLeftOut,
  isObject,
  kindOf,
  namesItsScope,
  scopeProblem,
  timeProblem,
} from '../endpoint-answer.ts';
import type { SentToken } from '../endpoint-answer.ts';
import type { Reply } from './endpoint-caller.ts';
import {
  answered,
  bringsToken,
  failed,
  hasStatus,
  judge,
  must,
  notAsked,
  notTried,
  passed,
  unanswered,
} from './outcome.ts';
import type { Must, Outcome } from './outcome.ts';
import type { Replies } from './replies.ts';

/** Seconds by which `now` and the header `Date` may differ. */
const CLOCKS = 5;

/** What an endpoint has to answer. */
export const answerMusts: readonly Must[] = [
  must('P12', '`tokens` is a list of objects. `denied` is a list of URLs, `null`, or left out.', (replies) =>
    ofEach(replies, wrongLists, 'Send `tokens` as a list, an empty one for none, and `denied` as a list of URLs.'),
  ),
  must(
    'P13',
    '`url` is an absolute http or https URL. ' +
      '`prefix` and `base` also end with `/`, without a query; a `base` needs a `prefix`.',
    (replies) =>
      ofEach(
        replies,
        wrongScopes,
        "Send `url` as it was asked for, or a `prefix` such as 'https://cdn.example.com/vod/'.",
      ),
  ),
  must('P14', '`expires` and `now` are unix seconds, as numbers: no milliseconds, no text.', (replies) =>
    ofEach(replies, wrongTimes, 'Send unix seconds as a number.'),
  ),
  must(
    'P15',
    'Each token has a carrier: `query`, `headers` that a browser can send, `base`, ' +
      'or `credentials` that are `true`.',
    (replies) => ofEach(replies, wrongCarriers, 'Send `query`, `headers`, `base`, or `credentials: true`.'),
  ),
  must(
    'P16',
    'For each URL of the call, `tokens` has a token that opens it, ' + 'or `denied` has the URL as the player sent it.',
    (replies) =>
      ofEach(
        replies,
        (reply) => {
          const [url] = unanswered(reply);
          if (url === undefined) return undefined;
          return `URL ${reply.urls.indexOf(url) + 1} of ${reply.urls.length} has no token and is not in \`denied\`.`;
        },
        'Send a token whose `url` or `prefix` opens it, or deny it, spelled as it was asked for.',
      ),
  ),
  must('P17', 'If the viewer may not have one URL of a call, the other URLs still get tokens.', (replies) =>
    bringsToken(replies.partial, replies, 'Answer 200 with the tokens of the others, and the denied URL in `denied`.'),
  ),
  must('P18', 'A URL of a host that is not yours gets no token.', ({ partial, denied, foreign }) => {
    if (!partial || !denied) return notAsked();
    return [partial, denied].some(({ status, tokenFor }) => status === 200 && tokenFor(foreign))
      ? failed(
          'The endpoint signs for a host that it cannot know.',
          'Sign URLs of your CDN alone: compare the whole host.',
        )
      : passed('The endpoint signed no URL of another host.');
  }),
  must(
    'P19',
    'If the viewer may have no URL of a call, the call gets a 403, or a 200 with all its URLs in `denied`.',
    ({ denied, foreign }) => {
      const isDenied = denied?.status === 200 && denied.denied.includes(foreign);
      return hasStatus(denied, (status) => status === 403 || isDenied, 'Answer 403, or 200 with all URLs in `denied`.');
    },
  ),
  must('P20', 'A call with the reason `refused` gets another token than the refused one.', replacesRefused),
  must('P21', '`expires` is later than the time of the endpoint.', (replies) => {
    const answers = granted(replies);
    if (answers.length === 0) return notAsked();
    const left = answers
      .flatMap(({ tokens, time }) => tokens.map(({ expires }) => (typeof expires === 'number' ? expires - time : NaN)))
      .filter((seconds) => !Number.isNaN(seconds));
    const least = left.reduce((one, other) => Math.min(one, other), Infinity);
    if (least > 0) return passed(least === Infinity ? 'No clock tells.' : `At least ${Math.floor(least)} s are left.`);
    return failed(
      `A token ended ${Math.ceil(-least)} s before it was sent.`,
      'Count `expires` from the clock of `now`.',
    );
  }),
  must(
    'P22',
    '`now` is the time of the endpoint, and agrees with the header `Date`. ' +
      'Without `now`, the answer has a header `Date`.',
    ({ first }) => {
      if (first.status !== 200) return notAsked();
      const remedy = 'Send `now`, the unix seconds of the moment of the answer, from a clock that is synchronised.';
      if (Number.isNaN(first.time)) return failed('The endpoint sent neither `now` nor a header `Date`.', remedy);
      const apart = Math.abs(first.time - Date.parse(first.headers.get('Date') ?? '') / 1000);
      return apart > CLOCKS
        ? failed(`\`now\` and the header \`Date\` are ${Math.round(apart)} s apart.`, remedy)
        : passed('The endpoint sends its time.');
    },
  ),
  must('P23', 'Each call gets a new answer, never one from a cache.', ({ first, later }) =>
    judge(later, (it) => {
      if (it.status !== 200) return failed(`Two seconds later: ${answered(it)}`, 'Answer each call anew.');
      return it.time > first.time
        ? passed('Two seconds later the answer is a later one.')
        : failed('Two seconds later the clock of the answer stands still.', 'Keep no answers, in no cache on the way.');
    }),
  ),
  must('P24', 'Every answer has `Cache-Control: no-store`.', (replies) => {
    const { first, later, denied, stranger, tooLong, asText, malformed, limited } = replies;
    const all = [first, later, denied, stranger, tooLong, asText, ...malformed.map(([, reply]) => reply), ...limited];
    const stored = all.find(
      (reply) => reply && reply.status > 0 && !/\bno-store\b/i.test(reply.headers.get('Cache-Control') ?? ''),
    );
    if (first.status === 0) return notAsked();
    return stored
      ? failed(`\`Cache-Control: no-store\` is missing on a ${stored.status}.`, 'Set it on every answer.')
      : passed('Every answer has it.');
  }),
];

/** Returns all answers with tokens, which are those with status 200. */
const granted = ({ first, ordered, hundred, partial, unknownMembers, nulls, later, refused }: Replies): Reply[] =>
  [first, ...ordered, hundred, partial, unknownMembers, nulls, later, ...(refused ?? [])].filter(
    (reply) => reply?.status === 200,
  ) as Reply[];

/** Judges the form of all these answers. */
function ofEach(replies: Replies, wrongIn: (reply: Reply) => string | undefined, remedy: string): Outcome {
  const answers = granted(replies);
  if (answers.length === 0) return notAsked();
  const problem = answers.map(wrongIn).find((text) => text !== undefined);
  return problem === undefined ? passed(`Right in ${answers.length} answers.`) : failed(problem, remedy);
}

/** Says which list of an answer is wrong, and why. */
export function wrongLists({ answer }: Reply): string | undefined {
  if (!isObject(answer)) return `The answer is ${kindOf(answer)}, and not a JSON object.`;
  const { tokens, denied } = answer;
  if (!Array.isArray(tokens)) return `\`tokens\` is ${kindOf(tokens)}.`;
  if (!tokens.every(isObject)) return `\`tokens\` has a member that is no object.`;
  const isRight = isLeftOut(denied) || (Array.isArray(denied) && denied.every((url) => typeof url === 'string'));
  return isRight ? undefined : '`denied` is not a list of texts.';
}

/** Says what is wrong with the first token that is wrong. */
const wrongToken = ({ tokens }: Reply, problemOf: (token: SentToken) => string | undefined): string | undefined =>
  tokens
    .map((token, i) => [i + 1, problemOf(token)] as const)
    .find(([, problem]) => problem !== undefined)
    ?.join(': ');

/** Says which token does not state correctly which URLs it opens. */
export function wrongScopes(reply: Reply): string | undefined {
  const problem = wrongToken(reply, scopeProblem);
  if (problem !== undefined) return `Token ${problem}`;
  const unscoped = reply.tokens.filter((token) => !namesItsScope(token)).length;
  return unscoped > 1
    ? `${unscoped} tokens have neither \`url\` nor \`prefix\`: which one is for which URL?`
    : undefined;
}

/** Says which time of an answer is not in unix seconds. */
export function wrongTimes(reply: Reply): string | undefined {
  const { now } = isObject(reply.answer) ? reply.answer : {};
  const ofNow = isLeftOut(now) ? undefined : timeProblem('now', now);
  const problem = wrongToken(reply, ({ expires }) => timeProblem('expires', expires));
  return ofNow ?? (problem === undefined ? undefined : `Token ${problem}`);
}

/** Says which token has no correct carrier. */
export function wrongCarriers(reply: Reply): string | undefined {
  const problem = wrongToken(
    reply,
    (token) => carrierProblem(token) ?? (hasCarrier(token) ? undefined : 'it has no carrier.'),
  );
  return problem === undefined ? undefined : `Token ${problem}`;
}

function replacesRefused({ refused, first, url }: Replies): Outcome {
  if (!refused)
    return first.tokens.length > 0
      ? notTried(
          'No two calls were answered in the same second.',
          'Run this nearer to the endpoint, or when it is less busy.',
        )
      : notAsked();
  const [initial, again] = refused;
  const remedy = 'Let the token after `refused` expire one second later, so that the token differs.';
  const after = carriedBy(again, url);
  if (again.status !== 200 || after === undefined)
    return failed(`To the reason \`refused\`: ${answered(again)}`, remedy);
  return carriedBy(initial, url) === after
    ? failed('After `refused`, the endpoint sent the same token again.', remedy)
    : passed('Another token came.');
}

/**
 * Returns the carriers of a token as text to compare; cookies are in the headers of the answer. The text is never
 * shown.
 */
export function carriedBy({ headers: received, tokenFor }: Reply, url: string): string | undefined {
  const token = tokenFor(url);
  if (!token) return undefined;
  const { query, headers, base, credentials } = token;
  const cookies = credentials === true ? received.getSetCookie() : [];
  const sorted = [query, headers].map((values) => (isObject(values) ? Object.entries(values).sort() : null));
  return JSON.stringify([sorted, base ?? null, cookies]);
}
