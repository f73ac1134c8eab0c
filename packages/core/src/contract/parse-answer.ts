import { remedyFor } from '../development/remedies.ts';
import { aFolder, aUrl } from '../carriers/a-url.ts';
import type { Carrier } from '../carriers/carrier.ts';
import { CARRIERS } from '../carriers/carriers.ts';
import type { Check } from '../check.ts';
import { aBoolean, eachOf, firstWrong, isObject, must } from '../check.ts';
import { resolveUrl } from '../url-text.ts';
import { SecureTokenError } from './errors.ts';
import type { Token, TokensAnswer } from './token.ts';

/** The largest number that counts as unix seconds (the year 5138). A larger number counts as milliseconds. */
export const LATEST = 1e11;

const aTime: Check = must((value) => typeof value === 'number' && value > 0 && value <= LATEST);

const carrierNames = /* @__PURE__ */ Object.keys(CARRIERS) as (keyof typeof CARRIERS)[];

const members: Readonly<Record<Exclude<keyof Token, keyof typeof CARRIERS>, Check>> = {
  url: aUrl,
  prefix: aFolder,
  expires: aTime,
  anyQuery: aBoolean,
};

/** Checks a token that an endpoint has sent, or that a team has written into its options. */
export const aToken: Check = (value, path) => {
  if (!isObject(value)) return path;
  const token = value as Partial<Token>;
  let wrong = firstWrong(value, members, `${path}.`);
  for (const name of carrierNames)
    if (token[name] !== undefined) wrong ??= CARRIERS[name].check(token[name], `${path}.${name}`);
  wrong ??= token.expires === undefined ? `${path}.expires` : undefined;
  if (wrong) return wrong;
  if (token.base && !token.prefix) return `${path}.base without prefix`;
  // `credentials: false` is the same as none
  const hasCarrier = carrierNames.some((name) => token[name] !== undefined && token[name] !== false);
  return hasCarrier ? undefined : `${path} without ${carrierNames.join(', ').replace(/, (\w+)$/, ' or $1')}`;
};

/** Returns a valid token without unknown members, with absolute URLs, and with text in place of numbers. */
export function parseToken({ url, prefix, expires, anyQuery, ...more }: Token): Token {
  const token: Record<string, unknown> = { expires };
  if (url !== undefined) token.url = resolveUrl(url);
  if (prefix !== undefined) token.prefix = resolveUrl(prefix);
  if (anyQuery !== undefined) token.anyQuery = anyQuery;
  for (const name of carrierNames) {
    const { parse } = CARRIERS[name] as Carrier<unknown>;
    if (more[name] !== undefined) token[name] = parse(more[name]);
  }
  return token as unknown as Token;
}

const answerMembers: Readonly<Record<keyof TokensAnswer, Check>> = {
  tokens: eachOf(aToken),
  denied: must(Array.isArray),
  now: aTime,
};

/** Parses JSON without the members that are null: serialisers of Go, Java or C# write that for a missing one. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => value ?? undefined);
  } catch {
    // the error of the browser would quote the text, which may contain tokens
    return undefined;
  }
}

/**
 * Reads the text of an answer. One invalid token makes the answer invalid: the endpoint speaks another protocol.
 * @param sender `the signing endpoint` or `getTokens`
 * @throws `ERR_SIGNING_RESPONSE`, whose message names the first wrong member
 */
export function parseAnswer(text: string, sender: string): TokensAnswer {
  const answer = fromJson(text);
  const isWhole = isObject(answer) && 'tokens' in answer;
  const wrong = isWhole ? firstWrong(answer, answerMembers) : "JSON with a list 'tokens'";
  if (wrong) {
    const what = isWhole ? `${wrong} is wrong` : `it is not ${wrong}`;
    const remedy = __DEVELOPMENT__ ? ` ${remedyFor(wrong, answer ?? text)}` : '';
    throw new SecureTokenError('ERR_SIGNING_RESPONSE', `Answer of ${sender}: ${what}.${remedy}`);
  }
  const { tokens, denied = [], ...more } = answer as TokensAnswer;
  return { ...more, tokens: tokens.map(parseToken), denied: denied.filter((url) => typeof url === 'string') };
}
