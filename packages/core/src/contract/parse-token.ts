import type { Check } from './first-wrong.ts';
import { firstWrong, isBoolean, isObject, isWrong, orNull } from './first-wrong.ts';
import { encodeParameter } from '../url-text.ts';
import type { Token } from './token.ts';

/** The largest number that counts as unix seconds (the year 5138). A larger number counts as milliseconds. */
const MILLISECONDS = 1e11;

/** Checks a time in unix seconds. */
export const isUnixSeconds: Check = (value, name) => {
  if (typeof value !== 'number') return isWrong(value, name, 'Give unix seconds as a number.');
  if (value > MILLISECONDS) return `${name} is ${value}: milliseconds? Give unix seconds.`;
  return value > 0 ? undefined : `${name} is ${value}. Give unix seconds.`;
};

// the message never quotes the URL, which may contain a token; the URL is absolute, because there is no base
const isUrl: Check = (value, name) => {
  const remedy = 'Give an absolute http or https URL.';
  if (!value) return isWrong(value, name, remedy);
  try {
    return /^https?:/.test(new URL(value as string).href) ? undefined : `${name} is not http or https. ${remedy}`;
  } catch {
    return typeof value === 'string' ? `${name} is not an absolute URL. ${remedy}` : isWrong(value, name, remedy);
  }
};
const isFolder: Check = (value, name) => {
  const problem = isUrl(value, name);
  if (problem) return problem;
  const { href } = new URL(value as string);
  const remedy = "Give a folder, such as 'https://cdn.example.com/vod/'.";
  if (/[?#]/.test(href)) return `${name} has a query or a fragment. ${remedy}`;
  return href.endsWith('/') ? undefined : `${name} does not end with '/'. ${remedy}`;
};
/** Checks values of parameters or headers. Accepts null, which Java and C# write for a missing value. */
const areTexts: Check = (values, name) => {
  if (isObject(values, name) || Array.isArray(values)) return isWrong(values, name, 'Give an object.');
  const isOfTexts = Object.values(values as object).every((value) => Object(value) !== value);
  return isOfTexts ? undefined : `${name} has a value that is neither text nor a number. Give texts.`;
};

/** Converts values to text and omits null. JSON has numbers, such as the `e` of a query; URLs and headers do not. */
const asTexts = (values: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const])),
  );

/**
 * Returns a check for values with which `write` does not throw. Without this check, the browser throws later, while a
 * player prepares a request and few players catch errors, and the browser's error quotes the value.
 */
const areSendable =
  /* @__NO_SIDE_EFFECTS__ */
  (write: (texts: Record<string, string>) => unknown): Check =>
    (values, name) => {
      const problem = areTexts(values, name);
      if (problem) return problem;
      try {
        write(asTexts(values as object));
        return undefined;
      } catch {
        return `${name} has a name or a value that no browser sends. Write base64 without line breaks.`;
      }
    };

/** The member names that a message may quote: a longer name may be a token. */
const MEMBER_NAME = /^[A-Za-z_-]{1,20}$/;

/** Returns a hint at the probable mistake in a token without a carrier; empty except in development builds. */
function hintAt(token: object): string {
  if (!__DEVELOPMENT__) return '';
  const unknown = Object.keys(token).find((name) => !Object.hasOwn(members, name) && MEMBER_NAME.test(name));
  if (unknown !== undefined) return ` '${unknown}' is no member of a token.`;
  const { url } = token as Partial<Token>;
  if (!url?.includes('?')) return '';
  return ' If its url is signed: give the URL of the call unchanged, and the signature as query.';
}

/** The checks of all members of a token. */
const members: Record<keyof Token, Check> = {
  url: orNull(isUrl),
  prefix: orNull(isFolder),
  base: orNull(isFolder),
  expires: isUnixSeconds,
  query: orNull(areSendable((texts) => Object.entries(texts).flat().forEach(encodeParameter))),
  headers: orNull(areSendable((texts) => new Headers(texts))),
  anyQuery: orNull(isBoolean),
  credentials: orNull(isBoolean),
};

/** Checks a token that a signing endpoint has sent, or that a team has written into its options. */
export const isToken: Check = (value, name) => {
  if (isObject(value, name)) return isWrong(value, name, "Give an object with 'expires', and 'url' or 'prefix'.");
  const { expires, base, prefix, query, headers, credentials } = value as Partial<Token>;
  const problem = firstWrong(value as object, members, `${name}.`);
  if (problem) return problem;
  if (expires === undefined) return isWrong(expires, `${name}.expires`, 'Give unix seconds as a number.');
  if (base && !prefix) return `${name} has a base, but no prefix. Give the prefix that the base replaces.`;
  if (query ?? headers ?? base ?? (credentials || undefined)) return undefined;
  return `${name} has no carrier. Give query, headers, base, or credentials: true.${hintAt(value as object)}`;
};

/** Returns a token that `isToken` has found valid, without unknown members, and with text in place of numbers. */
export function parseToken(value: Token): Token {
  const known = (Object.keys(members) as (keyof Token)[]).filter((name) => value[name] != null);
  const token = Object.fromEntries(known.map((name) => [name, value[name]])) as unknown as Token;
  const { query, headers } = token;
  return { ...token, ...(query && { query: asTexts(query) }), ...(headers && { headers: asTexts(headers) }) };
}
