import type { Check } from './first-wrong.ts';
import { firstWrong, isBoolean, isObject, isWrong, orNull } from './first-wrong.ts';
import { encodeParameter } from '../url-text.ts';
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
/** Values of parameters or headers. One that is null is left out, as Java and C# write it. */
const areTexts: Check = (values, name) => {
  if (isObject(values, name) || Array.isArray(values)) return isWrong(values, name, 'Give an object.');
  const isOfTexts = Object.values(values as object).every((value) => Object(value) !== value);
  return isOfTexts ? undefined : `${name} has a value that is neither text nor a number. Give texts.`;
};

/** JSON has numbers, such as the `e` of a query. URLs and headers have none. */
const asTexts = (values: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const])),
  );

/**
 * Texts over which `write` does not throw. A browser throws when the request is prepared, where few players listen, and
 * quotes the value in its error.
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

/** Names that a message may repeat: a longer one may be a token. */
const MEMBER_NAME = /^[A-Za-z_-]{1,20}$/;

/** A hint at what was meant as the carrier of a token that has none: in development builds. */
function hintAt(token: object): string {
  if (!__DEVELOPMENT__) return '';
  const unknown = Object.keys(token).find((name) => !Object.hasOwn(members, name) && MEMBER_NAME.test(name));
  if (unknown !== undefined) return ` '${unknown}' is no member of a token.`;
  const { url } = token as Partial<Token>;
  if (!url?.includes('?')) return '';
  return ' If its url is signed: give the URL of the call unchanged, and the signature as query.';
}

/** Every member of a token. */
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

/** Reads a token, without members that a token does not have; `undefined` if `value` is none. */
export function parseToken(value: Token): Token | undefined {
  if (isToken(value, '')) return undefined;
  const known = (Object.keys(members) as (keyof Token)[]).filter((name) => value[name] != null);
  const token = Object.fromEntries(known.map((name) => [name, value[name]])) as unknown as Token;
  const { query, headers } = token;
  return { ...token, ...(query && { query: asTexts(query) }), ...(headers && { headers: asTexts(headers) }) };
}
