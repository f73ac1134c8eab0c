/** A token as an endpoint has sent it: any member may be wrong. */
export type SentToken = Readonly<Record<string, unknown>>;

/** The body of a signing endpoint's answer, as far as it can be read. */
export interface EndpointBody {
  readonly now: unknown;
  readonly tokens: readonly SentToken[];
  readonly denied: readonly string[];
}

/** The smallest number that counts as milliseconds. In seconds, it is in the year 5138. */
const MILLISECONDS = 1e11;

/** @returns `undefined` for a text that is not a JSON object */
export function readEndpointBody(text: string): EndpointBody | undefined {
  const body = asObject(parsed(text));
  if (!body) return undefined;
  const tokens: readonly unknown[] = Array.isArray(body.tokens) ? body.tokens : [];
  const denied: readonly unknown[] = Array.isArray(body.denied) ? body.denied : [];
  return {
    now: body.now,
    tokens: tokens.map(asObject).filter((each) => each !== undefined),
    denied: denied.filter((each): each is string => typeof each === 'string'),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

export const isMilliseconds = (value: unknown): boolean => typeof value === 'number' && value > MILLISECONDS;

/** Returns the token that a player would use for `url`, which was requested. */
export const tokenThatOpens = (body: EndpointBody, url: string): SentToken | undefined => tokenFinder(body)(url);

/**
 * Returns a function that finds the token that a player would use for a URL, which was requested. Parses what the
 * tokens open once, and each requested URL once: an answer may have a token for each ten of its bytes.
 */
export function tokenFinder({ tokens }: EndpointBody): (url: string) => SentToken | undefined {
  const scopes = tokens.map((token) => ({ token, opens: scopeOf(token) }));
  return (url) => {
    const { href, origin, pathname } = new URL(url);
    const path = origin + pathname;
    return scopes.find(({ opens }) => opens(href, path))?.token;
  };
}

/** Tells whether a token opens a URL, given as a whole and without its query. */
type Scope = (href: string, path: string) => boolean;

function scopeOf({ url, prefix, anyQuery }: SentToken): Scope {
  if (typeof prefix === 'string') {
    const folder = hrefOf(prefix);
    return (href) => folder !== undefined && href.startsWith(folder);
  }
  if (url === undefined || url === null) return () => true;
  const named = typeof url === 'string' ? hrefOf(url) : undefined;
  if (named === undefined) return () => false;
  if (anyQuery !== true) return (href) => href === named;
  const whole = new URL(named);
  const namedPath = whole.origin + whole.pathname;
  return (href, path) => href === named || path === namedPath;
}

/** Tells whether a token states what it opens. Any other token opens whatever was requested, on any host. */
export const namesItsScope = ({ url, prefix }: SentToken): boolean =>
  typeof prefix === 'string' || typeof url === 'string';

const hrefOf = (text: string): string | undefined => {
  try {
    const url = new URL(text);
    url.hash = '';
    return url.href;
  } catch {
    return undefined;
  }
};

export const hasCarrier = ({ query, headers, base, credentials }: SentToken): boolean =>
  [query, headers].some((each) => Object.keys(asObject(each) ?? {}).length > 0) ||
  Boolean(base) ||
  credentials === true;

/** Returns why a player would refuse a token, without any value of the token; `undefined` for a well-formed token. */
export function problemOf({ expires, url, prefix, base, query, headers }: SentToken): string | undefined {
  if (typeof expires !== 'number') return '`expires` is not a number.';
  if (expires < 1e9) return '`expires` is a lifetime. Give the unix time of the expiry.';
  for (const [name, value] of Object.entries({ url, prefix, base })) {
    if (value === undefined || value === null) continue;
    const href = typeof value === 'string' && /^https?:\/\//i.test(value) ? hrefOf(value) : undefined;
    if (href === undefined) return `\`${name}\` is not an absolute URL.`;
    if (name === 'url') continue;
    if (/[?#]/.test(value as string)) return `\`${name}\` has a query or a fragment.`;
    // as players do, which accept `https://cdn.example.com`
    if (!href.endsWith('/')) return `\`${name}\` does not end with a slash.`;
  }
  if (base && !prefix) return '`base` comes without the `prefix` that it replaces.';
  for (const [name, value] of Object.entries({ query, headers })) {
    if (value === undefined || value === null) continue;
    const members = asObject(value);
    if (!members) return `\`${name}\` is not an object.`;
    const given = Object.entries(members).filter(([, text]) => text !== null);
    if (given.some(([, text]) => typeof text === 'object')) return `\`${name}\` has a value that is not a text.`;
    if (!canBeSent(name, given)) return `\`${name}\` has a name or a value that no browser sends.`;
  }
  return undefined;
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
