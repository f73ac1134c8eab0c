/** A token or an answer as an endpoint has sent it: any member may be wrong. */
export type SentToken = Readonly<Record<string, unknown>>;

/** The answer of a signing endpoint, as far as it can be read. */
export interface SentAnswer {
  readonly now: unknown;
  readonly tokens: readonly SentToken[];
  readonly denied: readonly string[];
  /** The endpoint's clock in unix seconds: `now`, or else the header `Date`; NaN if the answer has neither. */
  readonly time: number;
  /** Returns the token that opens a URL of the call. */
  readonly tokenFor: (url: string) => SentToken | undefined;
}

/** The smallest number that counts as milliseconds. In seconds, it is in the year 5138. A player draws the same line. */
const MILLISECONDS = 1e11;

export const isObject = (value: unknown): value is SentToken =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a member counts as left out, as players see it. */
export const isLeftOut = (value: unknown): value is null | undefined => value === null || value === undefined;

export const isMilliseconds = (value: unknown): boolean => typeof value === 'number' && value > MILLISECONDS;

/** Returns the kind of a value in words, and nothing of the value itself: it may be a token. */
export function kindOf(value: unknown): string {
  if (isLeftOut(value)) return value === null ? 'null' : 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** @returns `undefined` for a text that is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Leaves out what is no token and no URL. */
export function readAnswer({ now, tokens: sent, denied }: SentToken, headers: Headers): SentAnswer {
  const tokens = Array.isArray(sent) ? sent.filter(isObject) : [];
  return {
    now,
    tokens,
    tokenFor: tokenFinder(tokens),
    denied: Array.isArray(denied) ? denied.filter((url) => typeof url === 'string') : [],
    time: typeof now === 'number' ? now : Date.parse(headers.get('Date') ?? '') / 1000,
  };
}

/** Attempts to have two calls answered in the same second. */
const PAIRS = 4;

/**
 * Repeats two calls until both are answered in the same second: tokens of different seconds would differ anyway,
 * because their expiries differ.
 *
 * @returns `undefined` if that did not happen, or a call was not made
 */
export async function sameSecond<T>(
  ask: () => Promise<readonly [T | undefined, T | undefined]>,
  timeOf: (answer: T) => number | undefined,
): Promise<readonly [T, T] | undefined> {
  for (let i = 0; i < PAIRS; i++) {
    const [one, other] = await ask();
    if (one === undefined || other === undefined) return undefined;
    if (Object.is(timeOf(one), timeOf(other))) return [one, other];
  }
  return undefined;
}

/**
 * Returns a function that finds the token that a player uses for a URL of the call: the token of the URL itself, else
 * the token with the longest prefix, else a token that does not say what it opens.
 *
 * Parses what the tokens open once: an answer may have a token for each ten of its bytes.
 */
export function tokenFinder(tokens: readonly SentToken[]): (url: string) => SentToken | undefined {
  const lengthOf = ({ prefix }: SentToken): number => (typeof prefix === 'string' ? prefix.length : 0);
  const scopes = [...tokens]
    .sort((one, other) => lengthOf(other) - lengthOf(one))
    .map((token) => ({ token, opens: scopeOf(token) }));
  return (url) => {
    const { href } = new URL(url);
    const path = withoutQuery(href);
    const opening = scopes.filter(({ opens }) => opens(href, path)).map(({ token }) => token);
    return opening.find((token) => typeof token.url === 'string') ?? opening[0];
  };
}

const withoutQuery = (href: string): string => href.replace(/[?#].*/s, '');

/** Returns a function that tells whether a token opens a URL, given as a whole and without its query. */
function scopeOf({ url, prefix, anyQuery }: SentToken): (href: string, path: string) => boolean {
  if (!isLeftOut(url)) {
    const own = webHref(url);
    const ownPath = own !== undefined && anyQuery === true ? withoutQuery(own) : undefined;
    return (href, path) => own === href || ownPath === path;
  }
  if (isLeftOut(prefix)) return () => true;
  const folder = webHref(prefix);
  return (href) => folder !== undefined && href.startsWith(folder);
}

/** Whether a token states what it opens. Any other token opens whatever was requested, on any host. */
export const namesItsScope = ({ url, prefix }: SentToken): boolean =>
  typeof prefix === 'string' || typeof url === 'string';

/** Returns a http or https URL as a browser writes it, without its fragment. */
export function webHref(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  url.hash = '';
  return url.href;
}

export const hasCarrier = ({ query, headers, base, credentials }: SentToken): boolean =>
  [query, headers].some((each) => isObject(each) && Object.keys(each).length > 0) ||
  !isLeftOut(base) ||
  credentials === true;

/** Says what is wrong with a time, which is in unix seconds; `undefined` for a time that is right. */
export function timeProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'number') return `\`${name}\` is not a number: it is ${kindOf(value)}.`;
  if (isMilliseconds(value)) return `\`${name}\` is in milliseconds.`;
  return value <= 0 ? `\`${name}\` is ${value}.` : undefined;
}

/** Says why a player refuses what a token states about its URLs; `undefined` for a token that is right. */
export function scopeProblem({ url, prefix, base, anyQuery }: SentToken): string | undefined {
  for (const [name, value] of Object.entries({ url, prefix, base })) {
    if (isLeftOut(value)) continue;
    const href = webHref(value);
    if (href === undefined) return `\`${name}\` is not an absolute http or https URL.`;
    if (name === 'url') continue;
    if (/[?#]/.test(value as string)) return `\`${name}\` has a query or a fragment.`;
    // as players do, which accept `https://cdn.example.com`
    if (!href.endsWith('/')) return `\`${name}\` does not end with a slash.`;
  }
  if (!isLeftOut(base) && isLeftOut(prefix)) return '`base` comes without the `prefix` that it replaces.';
  return isLeftOut(anyQuery) || typeof anyQuery === 'boolean' ? undefined : `\`anyQuery\` is ${kindOf(anyQuery)}.`;
}

/** Says why a player refuses the carriers of a token; `undefined` for a token that is right, or has no carrier. */
export function carrierProblem({ query, headers, credentials }: SentToken): string | undefined {
  for (const [name, value] of Object.entries({ query, headers })) {
    if (isLeftOut(value)) continue;
    if (!isObject(value)) return `\`${name}\` is ${kindOf(value)}, and not an object.`;
    const given = Object.entries(value).filter(([, text]) => text !== null);
    if (given.some(([, text]) => typeof text === 'object')) return `\`${name}\` has a value that is not a text.`;
    if (!canBeSent(name, given)) return `\`${name}\` has a name or a value that no browser sends.`;
  }
  return isLeftOut(credentials) || typeof credentials === 'boolean'
    ? undefined
    : `\`credentials\` is ${kindOf(credentials)}.`;
}

/** Says why a player would refuse a token, without any value of the token; `undefined` for a well-formed token. */
export function tokenProblem(token: SentToken): string | undefined {
  const { expires } = token;
  // in seconds, the number was in the year 2001
  if (typeof expires === 'number' && expires < 1e9) return '`expires` is a lifetime. Give the unix time of the expiry.';
  return timeProblem('expires', expires) ?? scopeProblem(token) ?? carrierProblem(token);
}

/** Whether a browser can send these texts: as headers, or percent-encoded (half a surrogate pair has no encoding). */
function canBeSent(member: string, texts: readonly (readonly [name: string, value: unknown])[]): boolean {
  try {
    if (member === 'headers') new Headers(texts.map(([name, value]) => [name, String(value)]));
    else texts.flat().forEach((text) => encodeURIComponent(String(text)));
    return true;
  } catch {
    return false;
  }
}
