import {
  carrierProblem,
  isLeftOut,
  isObject,
  kindOf,
  namesItsScope,
  scopeProblem,
  timeProblem,
} from '../endpoint-answer.ts';
import type { SentToken } from '../endpoint-answer.ts';
import { notAsked, withoutToken, wrongStatus } from './outcome.ts';
import type { Must, Verdict } from './outcome.ts';
import type { Replies } from './replies.ts';
import { answered, unanswered } from './reply.ts';
import type { Reply } from './reply.ts';

/** Seconds by which `now` and the header `Date` may differ. */
const CLOCKS = 5;

/** What an endpoint has to answer. */
export const answerMusts: readonly Must[] = [
  {
    number: 'P12',
    must: '`tokens` is a list of objects. `denied` is a list of URLs, `null`, or left out.',
    check: (replies) => ofGranted(replies, wrongLists),
  },
  {
    number: 'P13',
    must: '`url`, `prefix` and `base` are absolute http(s) URLs. `prefix` and `base` end in `/`, without query. `base` needs `prefix`.',
    remedy: "Send `url` as it was asked for, or a `prefix` such as 'https://cdn.example.com/vod/'.",
    check: (replies) => ofGranted(replies, wrongScopes),
  },
  {
    number: 'P14',
    must: '`expires` and `now` are unix seconds, as numbers: no milliseconds, no text.',
    check: (replies) => ofGranted(replies, wrongTimes),
  },
  {
    number: 'P15',
    must: 'Each token has a carrier: `query`, `headers` that a browser can send, `base`, or `credentials: true`.',
    check: (replies) => ofGranted(replies, wrongCarriers),
  },
  {
    number: 'P16',
    must: 'Each URL of the call has a token that opens the URL, or is in `denied`, spelled as in the call.',
    check: (replies) =>
      ofGranted(replies, (reply) => {
        const [url] = unanswered(reply);
        if (url === undefined) return undefined;
        return `URL ${reply.urls.indexOf(url) + 1} of ${reply.urls.length} has no token and is not in \`denied\`.`;
      }),
  },
  {
    number: 'P17',
    must: 'If the viewer may not have one URL of a call, the other URLs still get tokens.',
    check: ({ partial, url }) => withoutToken(partial, url),
  },
  {
    number: 'P18',
    must: 'A URL of a host that is not yours gets no token.',
    remedy: 'Sign URLs of your CDN alone: compare the whole host.',
    check: ({ partial, denied, foreign }) => {
      const isSigned = [partial, denied].some(({ status, tokenFor }) => status === 200 && tokenFor(foreign));
      return isSigned ? 'The endpoint sent a token for a host that it cannot know.' : undefined;
    },
  },
  {
    number: 'P19',
    must: 'If the viewer may have no URL of a call, the call gets a 403, or a 200 with all its URLs in `denied`.',
    check: ({ denied, foreign }) =>
      wrongStatus(denied, (status) => status === 403 || (status === 200 && denied.denied.includes(foreign))),
  },
  {
    number: 'P20',
    must: 'A call with the reason `refused` gets another token than the refused one.',
    remedy: 'Let the token after `refused` expire one second later, so that the token differs.',
    check: replacesRefused,
  },
  {
    number: 'P21',
    must: '`expires` is later than the time of the endpoint.',
    remedy: 'Count `expires` from the clock of `now`.',
    check: (replies) =>
      ofGranted(replies, ({ tokens, time }) =>
        tokens.some(({ expires }) => typeof expires === 'number' && expires <= time)
          ? 'A token had ended before it was sent.'
          : undefined,
      ),
  },
  {
    number: 'P22',
    must: '`now` agrees with the header `Date`. Without `now`, the answer has a header `Date`.',
    remedy: 'Send `now`, the unix seconds of the moment of the answer, from a clock that is synchronised.',
    check: ({ first: { time, headers } }) => {
      if (Number.isNaN(time)) return 'The endpoint sent neither `now` nor a header `Date`.';
      const apart = Math.abs(time - Date.parse(headers.get('Date') ?? '') / 1000);
      return apart > CLOCKS ? `\`now\` and the header \`Date\` are ${Math.round(apart)} s apart.` : undefined;
    },
  },
  {
    number: 'P23',
    must: 'Each call gets a new answer, never one from a cache.',
    check: ({ first, later }) => {
      if (later.status !== 200) return `Two seconds later: ${answered(later)}`;
      return later.time > first.time ? undefined : 'Two seconds later the clock of the answer stands still.';
    },
  },
  {
    number: 'P24',
    must: 'Every answer has `Cache-Control: no-store`.',
    check: ({ first, later, denied, stranger, tooLong, asText, malformed, limited }) => {
      const all = [first, later, denied, stranger, tooLong, asText, ...malformed.map(([, it]) => it), ...limited];
      const isStored = (reply: Reply): boolean => !/\bno-store\b/i.test(reply.headers.get('Cache-Control') ?? '');
      const stored = all.find((reply) => reply && reply.status > 0 && isStored(reply));
      return stored && `\`Cache-Control: no-store\` is missing on a ${stored.status}.`;
    },
  },
];

/** Judges all answers with tokens, which are those with status 200. */
function ofGranted(replies: Replies, wrongIn: (reply: Reply) => string | undefined): Verdict {
  const { first, ordered, hundred, partial, unknownMembers, nulls, later, refused = [] } = replies;
  const all = [first, ...ordered, hundred, partial, unknownMembers, nulls, later, ...refused];
  const granted = all.filter(({ status }) => status === 200);
  return granted.map(wrongIn).find((problem) => problem !== undefined);
}

/** Says which list of an answer is wrong, and why. */
export function wrongLists({ answer }: Reply): string | undefined {
  if (!isObject(answer)) return `The answer is ${kindOf(answer)}, and not a JSON object.`;
  const { tokens, denied } = answer;
  if (!Array.isArray(tokens) || !tokens.every(isObject)) return '`tokens` is not a list of objects.';
  const isRight = isLeftOut(denied) || (Array.isArray(denied) && denied.every((url) => typeof url === 'string'));
  return isRight ? undefined : '`denied` is not a list of texts.';
}

/** Says what is wrong with the first token that is wrong. */
function wrongToken({ tokens }: Reply, problemOf: (token: SentToken) => string | undefined): string | undefined {
  const at = tokens.findIndex((token) => problemOf(token) !== undefined);
  return at < 0 ? undefined : `Token ${at + 1} of ${tokens.length}: ${problemOf(tokens[at]!)}`;
}

/** Says which token does not state correctly which URLs it opens. */
export function wrongScopes(reply: Reply): string | undefined {
  const unscoped = reply.tokens.filter((token) => !namesItsScope(token)).length;
  const problem = 'have neither `url` nor `prefix`: which one is for which URL?';
  return wrongToken(reply, scopeProblem) ?? (unscoped > 1 ? `${unscoped} tokens ${problem}` : undefined);
}

/** Says which time of an answer is not in unix seconds. */
export function wrongTimes(reply: Reply): string | undefined {
  const { now } = isObject(reply.answer) ? reply.answer : {};
  const ofNow = isLeftOut(now) ? undefined : timeProblem('now', now);
  return ofNow ?? wrongToken(reply, ({ expires }) => timeProblem('expires', expires));
}

/** Whether a token has a carrier, which may be empty. */
const isCarried = ({ query, headers, base, credentials }: SentToken): boolean =>
  credentials === true || ![query, headers, base].every(isLeftOut);

/** Says which token has no correct carrier. */
export const wrongCarriers = (reply: Reply): string | undefined =>
  wrongToken(reply, (token) => carrierProblem(token) ?? (isCarried(token) ? undefined : 'it has no carrier.'));

function replacesRefused({ refused, url }: Replies): Verdict {
  if (!refused) return notAsked;
  const [initial, again] = refused;
  const before = carriedBy(initial, url);
  return withoutToken(again, url) ?? (before === carriedBy(again, url) ? 'The same token came again.' : undefined);
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
