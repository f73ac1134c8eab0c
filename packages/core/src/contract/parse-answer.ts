import { encodeParameter } from '../url-text.ts';
import type { Check } from './check.ts';
import { aBoolean, eachOf, firstWrong, isObject, must, wrong } from './check.ts';
import { SecureTokenError } from './errors.ts';
import type { Token, TokensAnswer } from './token.ts';

/** The largest number that counts as unix seconds (the year 5138). A larger number counts as milliseconds. */
const LATEST = 1e11;

const EXAMPLE = 'Answer { "now": 1732450000, "tokens": [], "denied": [] }.';

/** Returns `check`, extended to accept `null`, which serialisers of Go, Java or C# write for a missing member. */
const orNull =
  /* @__NO_SIDE_EFFECTS__ */
  (check: Check): Check =>
    (value, name) =>
      value === null ? undefined : check(value, name);

export const unixSeconds: Check = (value, name) => {
  if (typeof value === 'number' && value > LATEST) return `${name} is ${value}: milliseconds? Give unix seconds.`;
  return typeof value === 'number' && value > 0 ? undefined : wrong(value, name, 'Give unix seconds as a number.');
};

function hrefOf(value: unknown): string {
  try {
    return new URL(value as string).href;
  } catch {
    // the browser's error quotes the URL, which may contain a token
    return '';
  }
}

const aUrl: Check = must((value) => /^https?:/.test(hrefOf(value)), 'Give an absolute http or https URL.');
const aFolder: Check = must(
  (value) => /^https?:[^?#]*\/$/.test(hrefOf(value)),
  "Give the URL of a folder that ends with '/', such as 'https://cdn.example.com/vod/'.",
);

/** Converts values to text and omits null. JSON has numbers, such as the `e` of a query; URLs and headers do not. */
const asTexts = (values: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  );

/** Returns a check for texts with which `write` does not throw: a browser would throw later, and quote the text. */
const textsFor =
  /* @__NO_SIDE_EFFECTS__ */
  (write: (texts: Record<string, string>) => unknown): Check =>
    (texts, name) => {
      if (!isObject(texts)) return wrong(texts, name, 'Give an object.');
      if (Object.values(texts as object).some((value) => Object(value) === value))
        return `${name} has a value that is neither text nor a number. Give texts.`;
      try {
        write(asTexts(texts as object));
        return undefined;
      } catch {
        return `${name} has a name or a value that no browser sends. Write base64 without line breaks.`;
      }
    };

const members: Readonly<Record<keyof Token, Check>> = {
  url: orNull(aUrl),
  prefix: orNull(aFolder),
  base: orNull(aFolder),
  expires: unixSeconds,
  query: orNull(textsFor((texts) => Object.entries(texts).flat().forEach(encodeParameter))),
  headers: orNull(textsFor((texts) => new Headers(texts))),
  anyQuery: orNull(aBoolean),
  credentials: orNull(aBoolean),
};

/** Checks a token that an endpoint has sent, or that a team has written into its options. */
export const aToken: Check = (value, name) => {
  if (!isObject(value)) return wrong(value, name, "Give an object with 'expires', and 'url' or 'prefix'.");
  const { expires, base, prefix, query, headers, credentials } = value as Partial<Token>;
  const problem = firstWrong(value as object, members, `${name}.`);
  if (problem) return problem;
  if (expires === undefined) return unixSeconds(expires, `${name}.expires`);
  if (base && !prefix) return `${name} has a base, but no prefix. Give the prefix that the base replaces.`;
  if (query ?? headers ?? base ?? (credentials || undefined)) return undefined;
  return `${name} has no carrier. Give the signature as query, headers or base, or credentials: true.`;
};

/** Returns a valid token without unknown members, and with text in place of numbers. */
export function parseToken(value: Token): Token {
  const known = (Object.keys(members) as (keyof Token)[]).filter((name) => (value[name] ?? null) !== null);
  const token = Object.fromEntries(known.map((name) => [name, value[name]])) as unknown as Token;
  const { query, headers } = token;
  return { ...token, ...(query && { query: asTexts(query) }), ...(headers && { headers: asTexts(headers) }) };
}

const answerMembers: Readonly<Record<keyof TokensAnswer, Check>> = {
  tokens: eachOf(aToken, 'Give a list of tokens.'),
  denied: orNull(eachOf(() => undefined, 'Give a list of URLs.')),
  now: orNull(unixSeconds),
};

/** Parses JSON. The error of `JSON.parse` would quote the text, which may contain tokens. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wrongInAnswer(answer: unknown, text: string): string | undefined {
  if (!text.trim()) return `it is empty. ${EXAMPLE}`;
  if (answer === undefined) return `it is ${/^\s*</.test(text) ? 'HTML or XML' : 'text'} instead of JSON. ${EXAMPLE}`;
  if (!isObject(answer)) return wrong(answer, 'it', EXAMPLE);
  return 'tokens' in (answer as object) ? firstWrong(answer as object, answerMembers) : `tokens is missing. ${EXAMPLE}`;
}

/**
 * Reads the text of an answer. One invalid token makes the answer invalid: the endpoint speaks another protocol.
 * @param sender `the signing endpoint` or `getTokens`
 * @throws `ERR_SIGNING_RESPONSE`, whose message names the first wrong member
 */
export function parseAnswer(text: string, sender: string): TokensAnswer {
  const answer = fromJson(text);
  const problem = wrongInAnswer(answer, text);
  if (problem) throw new SecureTokenError('ERR_SIGNING_RESPONSE', `answer of ${sender}: ${problem}`);
  const { tokens, denied, now } = answer as { tokens: Token[]; denied?: unknown[] | null; now?: number | null };
  return {
    tokens: tokens.map(parseToken),
    denied: (denied ?? []).filter((url) => typeof url === 'string'),
    ...(now && { now }),
  };
}
