import { isObject, webHref } from '../../endpoint-answer.ts';
import type { SentToken } from '../../endpoint-answer.ts';

/** What is told of a token: nothing of its texts. */
export interface Carried {
  /** Where the token comes from, as messages have it: `from the endpoint`. */
  readonly source: string;
  /** Unix seconds at which the token ends, if that is known. */
  readonly expires?: number | undefined;
  /** Names of the headers that carry it. CORS has to allow them. */
  readonly names: readonly string[];
  /** Whether requests with it carry cookies. CORS has to allow that, too. */
  readonly cookies: boolean;
}

/** A request that carries a token. */
export interface Pass extends Carried {
  readonly url: string;
  /** The URL without the token. */
  readonly bare: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The folder whose files the token opens, as its `prefix` says. */
  readonly folder?: string | undefined;
  /** The beginning that a token in the path has replaced, and what stands there now. */
  readonly moved?: { readonly from: string; readonly to: string };
}

/** What came with a token. */
interface Origin {
  readonly source: string;
  readonly expires?: number | undefined;
  /** The `Set-Cookie` headers. @default [] */
  readonly setCookies?: readonly string[] | undefined;
}

/**
 * Returns a request for `bare` with a token.
 *
 * @param token one that players accept (`tokenProblem`): for others, `URL` and `Headers` throw an error that quotes it
 */
export function passOf(token: SentToken, bare: string, { source, expires, setCookies = [] }: Origin): Pass {
  const carried = textsOf(token.headers);
  const folder = webHref(token.prefix);
  const [from, to] = [folder ?? `${new URL(bare).origin}/`, webHref(token.base)];
  const url = to !== undefined && bare.startsWith(from) ? to + bare.slice(from.length) : bare;
  // the cookies were given for the origin of `bare`, and not for an origin to which `base` leads
  const takesCookies = token.credentials === true && new URL(url).origin === new URL(bare).origin;
  const cookie = takesCookies ? setCookies.map((each) => each.split(';')[0]!).join('; ') : '';
  return {
    bare,
    source,
    expires,
    folder,
    url: withQuery(url, textsOf(token.query)),
    headers: { ...carried, ...(cookie !== '' && { cookie }) },
    names: Object.keys(carried).map((name) => name.toLowerCase()),
    cookies: token.credentials === true,
    ...(to !== undefined && { moved: { from, to } }),
  };
}

/** Returns the pass of a URL that has its token, or of headers that have it. */
export const passOfUrl = (url: string, bare: string, source: string, headers: Pass['headers'] = {}): Pass => ({
  url,
  bare,
  headers,
  source,
  names: Object.keys(headers).filter((name) => name !== 'cookie'),
  cookies: 'cookie' in headers,
});

/** Letters and digits, percent-encoded or not, and whether they are the name of a value. In linear time. */
const RUN = /([\w%.-]+)(=(?=[\w%]))?/g;

/** Returns a pass in whose token one character was changed; `undefined` if no character can be changed. */
export function tampered(pass: Pass): Pass | undefined {
  const { url, bare, headers } = pass;
  // no other host must get a request, although the token may have chosen the host
  const { origin } = new URL(url);
  const path = url.slice(origin.length);
  const runs = [path, ...Object.values(headers)].flatMap((text) => [...text.matchAll(RUN)]);
  const values = runs.flatMap(([, run = '', isName]) => (isName === undefined ? run : []));
  const longest = values.sort((a, b) => b.length - a.length).find((value) => !bare.includes(value)) ?? '';
  const changed = withOneChanged(longest);
  if (changed === undefined) return undefined;
  const change = (text: string): string => text.replace(longest, () => changed);
  const carried = Object.entries(headers).map(([name, text]) => [name, change(text)] as const);
  return { ...pass, url: origin + change(path), headers: Object.fromEntries(carried) };
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
  // another one of its kind
  const [one = '', other = ''] = ['12', 'ab', 'AB'].find((pair) => kindOfCharacter(pair) === kindOfCharacter(was))!;
  return value.slice(0, at) + (was === one ? other : one) + value.slice(at + 1);
}

const kindOfCharacter = (text: string): number => [/^\d/, /^[a-z]/, /^[A-Z]/].findIndex((kind) => kind.test(text));

/** Returns the members of an object as texts. Leaves out members that are null, as players do. */
function textsOf(value: unknown): Record<string, string> {
  const given = Object.entries(isObject(value) ? value : {}).filter(([, text]) => text !== null);
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
