import type { Check } from './first-wrong.ts';
import { firstWrong, isObject, isWrong } from './first-wrong.ts';
import type { Token } from './token.ts';

/** The least that is milliseconds, in seconds: the year 5138. */
const MILLISECONDS = 1e11;

/** A time in unix seconds. */
export const isUnixSeconds: Check = (value, name) => {
  if (typeof value !== 'number') return isWrong(value, name, 'Give unix seconds as a number.');
  if (value > MILLISECONDS) return `${name} is ${value}: milliseconds? Give unix seconds.`;
  return value > 0 ? undefined : `${name} is ${value}. Give unix seconds.`;
};

// never quoted: a token may be in it. And absolute, because there is no base
const isUrl: Check = (value, name) => {
  const remedy = 'Give an absolute http or https URL.';
  if (!value) return isWrong(value, name, remedy);
  try {
    return new URL(value as string).href.startsWith('http') ? undefined : `${name} is not http or https. ${remedy}`;
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
const isAnything: Check = () => undefined;

/** Every member of a token. */
const members: Record<keyof Token, Check> = {
  url: isUrl,
  prefix: isFolder,
  base: isFolder,
  expires: isUnixSeconds,
  query: isObject,
  headers: isObject,
  anyQuery: isAnything,
  credentials: isAnything,
};

/** Checks a token that a signing endpoint has sent, or that a team has written into its options. */
export const isToken: Check = (value, name) => {
  if (isObject(value, name)) return isWrong(value, name, "Give an object with 'expires', and 'url' or 'prefix'.");
  const { expires, base, prefix } = value as Partial<Token>;
  const problem = firstWrong(value as object, members, `${name}.`);
  if (problem) return problem;
  if (expires === undefined) return isWrong(expires, `${name}.expires`, 'Give unix seconds as a number.');
  return base && !prefix ? `${name} has a base, but no prefix. Give the prefix that the base replaces.` : undefined;
};

/** JSON has numbers, such as the `e` of a query. URLs and headers have none. */
const asTexts = (values: object): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

/** Reads a token, without members that a token does not have; `undefined` if `value` is none. */
export function parseToken(value: Token): Token | undefined {
  if (isToken(value, '')) return undefined;
  const known = (Object.keys(members) as (keyof Token)[]).filter((name) => value[name] !== undefined);
  const token = Object.fromEntries(known.map((name) => [name, value[name]])) as unknown as Token;
  const { query, headers } = token;
  return { ...token, ...(query && { query: asTexts(query) }), ...(headers && { headers: asTexts(headers) }) };
}
