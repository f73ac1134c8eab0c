import { isObject } from '../../endpoint-answer.ts';
import type { Travel } from '../observations.ts';

/** A request that carries a token. */
export interface Pass {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The texts of the token, as they are written in `url` and `headers`. */
  readonly values: readonly string[];
  readonly travel: Travel;
  /** Where the token comes from, as messages have it: `from the endpoint`. */
  readonly source: string;
  /** Unix seconds at which the token ends, if that is known. */
  readonly expires?: number | undefined;
  /** The folder whose files the token opens, as its `prefix` says. */
  readonly folder?: string;
  /** The `prefix` that a token has replaced in the URL, and the `base` that replaces it. */
  readonly moved?: { readonly base: string; readonly prefix: string };
}

/** A token with the members that attach it to a request. It comes from an endpoint or a format. */
export interface Attached {
  readonly prefix?: unknown;
  readonly base?: unknown;
  readonly query?: unknown;
  readonly headers?: unknown;
  readonly credentials?: unknown;
}

/** What came with a token. */
interface Origin {
  readonly source: string;
  readonly expires?: number | undefined;
  /** The `Set-Cookie` headers. @default [] */
  readonly setCookies?: readonly string[] | undefined;
}

/**
 * Returns `url` with a token; `undefined` if the token makes no valid request: `fetch`, `URL` and `Headers` would throw
 * an error that quotes the token.
 *
 * @param url without a token
 */
export function passOf(token: Attached, url: string, origin: Origin): Pass | undefined {
  try {
    const pass = attached(token, url, origin);
    new URL(pass.url);
    new Headers(pass.headers);
    return pass;
  } catch {
    return undefined;
  }
}

function attached(token: Attached, url: string, { source, expires, setCookies = [] }: Origin): Pass {
  const query = textsOf(token.query);
  const carried = textsOf(token.headers);
  const folder = folderIn(token.prefix);
  const prefix = folder ?? `${new URL(url).origin}/`;
  const base = folderIn(token.base);
  const moved = base !== undefined && url.startsWith(prefix) ? base + url.slice(prefix.length) : url;
  // the cookies were given for the origin of `url`, and not for an origin to which `base` leads
  const takesCookies = token.credentials === true && moved.startsWith(`${new URL(url).origin}/`);
  const cookies = takesCookies ? setCookies.map((cookie) => cookie.split(';')[0]!) : [];
  const headers = { ...carried, ...(cookies.length > 0 && { cookie: cookies.join('; ') }) };
  const signed = withQuery(moved, query);
  return {
    url: signed,
    headers,
    source,
    expires,
    values: [...valuesIn(signed, url), ...Object.values(headers)],
    ...(folder !== undefined && { folder }),
    ...(base !== undefined && { moved: { base, prefix } }),
    travel: { headers: Object.keys(carried).map((name) => name.toLowerCase()), cookies: token.credentials === true },
  };
}

/** Returns the pass of a URL that has its token. @param bare the same URL without the token */
export const passOfUrl = (url: string, bare: string, { source, expires }: Origin): Pass => ({
  ...{ url, headers: {}, source, expires, values: valuesIn(url, bare) },
  travel: { headers: [], cookies: false },
});

/** Returns the texts that a token has added to the query and the path of a URL. */
function valuesIn(url: string, bare: string): string[] {
  const [signed, plain] = [new URL(url), new URL(bare)];
  const kept = new Set(plain.search.slice(1).split('&'));
  const added = signed.search.slice(1).split('&');
  return [
    ...added.filter((pair) => !kept.has(pair)).map((pair) => pair.slice(pair.indexOf('=') + 1)),
    ...(signed.pathname === plain.pathname ? [] : [frontOf(signed.pathname, plain.pathname)]),
  ].filter((value) => value !== '');
}

/** Returns a pass in whose token one character was changed; `undefined` if no character can be changed. */
export function tampered(pass: Pass): Pass | undefined {
  const { url, headers, values } = pass;
  const [longest = ''] = [...values].sort((a, b) => b.length - a.length);
  const changed = withOneChanged(longest);
  if (changed === undefined) return undefined;
  const at = url.lastIndexOf(longest);
  return {
    ...pass,
    // a value in a header may also be part of the host, and no other host must get a request
    url: at < new URL(url).origin.length ? url : url.slice(0, at) + changed + url.slice(at + longest.length),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace(longest, () => changed)]),
    ),
    values: [changed],
  };
}

/**
 * Changes a character in the third quarter: signatures come last, and the last character of base64 may mean nothing.
 */
function withOneChanged(value: string): string | undefined {
  const from = Math.floor(value.length * 0.7);
  const order = Array.from({ length: value.length }, (_, index) => (index + from) % value.length);
  const at = order.find((index) => /[A-Za-z\d]/.test(value[index]!) && !/%.?$/.test(value.slice(0, index)));
  if (at === undefined) return undefined;
  const was = value[at]!;
  const [one, other] = /\d/.test(was) ? ['1', '2'] : /[a-z]/.test(was) ? ['a', 'b'] : ['A', 'B'];
  return value.slice(0, at) + (was === one ? other : one) + value.slice(at + 1);
}

/** Returns an absolute URL as a browser writes it, with a slash after the host; `undefined` for an invalid value. */
function folderIn(value: unknown): string | undefined {
  return typeof value === 'string' && URL.canParse(value) ? new URL(value).href : undefined;
}

/** Returns the part of a path before the ending that it shares with `plain`. */
function frontOf(path: string, plain: string): string {
  let shared = 0;
  while (shared < plain.length && path.at(-1 - shared) === plain.at(-1 - shared)) shared++;
  return path.slice(0, path.length - shared);
}

/** Returns the members of an object as texts. Leaves out members that are null, as players do. */
function textsOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  const given = Object.entries(value).filter(([, text]) => text !== null);
  return Object.fromEntries(given.map(([name, text]) => [name, String(text)]));
}

/** Adds parameters to a URL. They replace parameters of the same name, and every other byte stays. */
function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const entries = Object.entries(query);
  if (entries.length === 0) return url;
  const [front = '', search = ''] = url.split('#')[0]!.split(/\?(.*)/s);
  const kept = search.split('&').filter((pair) => pair !== '' && !Object.hasOwn(query, pair.split('=')[0]!));
  return `${front}?${[...kept, ...entries.map(([name, text]) => `${escapeQuery(name)}=${escapeQuery(text)}`)].join('&')}`;
}

/** Escapes only the characters that would end a value: CDNs compare `=`, `~`, `*` and `/` as they were signed. */
const escapeQuery = (text: string): string => encodeURI(text).replace(/[&+#]/g, encodeURIComponent);
