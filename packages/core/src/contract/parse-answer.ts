import { remedyFor } from '../development/remedies.ts';
import { fromEntries } from '../older-browsers.ts';
import { encodeParameter } from '../url-text.ts';
import type { Check } from './check.ts';
import { aBoolean, eachOf, firstWrong, isObject, must } from './check.ts';
import { SecureTokenError } from './errors.ts';
import type { Token, TokensAnswer } from './token.ts';

/** The largest number that counts as unix seconds (the year 5138). A larger number counts as milliseconds. */
export const LATEST = 1e11;

const aTime: Check = must((value) => typeof value === 'number' && value > 0 && value <= LATEST);

function hrefOf(value: unknown): string {
  try {
    return new URL(value as string).href;
  } catch {
    // the browser's error quotes the URL, which may contain a token
    return '';
  }
}

const aUrl: Check = must((value) => /^https?:/.test(hrefOf(value)));
const aFolder: Check = must((value) => /^https?:[^?#]*\/$/.test(hrefOf(value)));

/** Converts values to text. JSON has numbers, such as the `e` of a query; URLs and headers do not. */
function asTexts(values: object): Record<string, string> {
  const texts = { ...values } as Record<string, string>;
  for (const name of Object.keys(texts)) texts[name] = String(texts[name]);
  return texts;
}

/** Returns a check for texts with which `write` does not throw: a browser would throw later, and quote the text. */
const textsFor = /* @__NO_SIDE_EFFECTS__ */ (write: (texts: Record<string, string>) => unknown): Check =>
  must((texts) => {
    if (!isObject(texts) || Object.values(texts).some((value) => Object(value) === value)) return false;
    try {
      write(asTexts(texts));
      return true;
    } catch {
      return false;
    }
  });

const members: Readonly<Record<keyof Token, Check>> = {
  url: aUrl,
  prefix: aFolder,
  base: aFolder,
  expires: aTime,
  query: textsFor((texts) => Object.entries(texts).flat().forEach(encodeParameter)),
  headers: textsFor((texts) => new Headers(texts)),
  anyQuery: aBoolean,
  credentials: aBoolean,
};

/** Checks a token that an endpoint has sent, or that a team has written into its options. */
export const aToken: Check = (value, path) => {
  if (!isObject(value)) return path;
  const { expires, base, prefix, query, headers, credentials } = value as Partial<Token>;
  const wrong = firstWrong(value, members, `${path}.`) ?? (expires === undefined ? `${path}.expires` : undefined);
  if (wrong) return wrong;
  if (base && !prefix) return `${path}.base without prefix`;
  return (query ?? headers ?? base ?? credentials) ? undefined : `${path} without query, headers, base or credentials`;
};

/** Returns a valid token without unknown members, and with text in place of numbers. */
export function parseToken(value: Token): Token {
  const known = (Object.keys(members) as (keyof Token)[]).filter((name) => value[name] !== undefined);
  const token = fromEntries(known.map((name) => [name, value[name]])) as unknown as Token;
  const { query, headers } = token;
  return { ...token, ...(query && { query: asTexts(query) }), ...(headers && { headers: asTexts(headers) }) };
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
