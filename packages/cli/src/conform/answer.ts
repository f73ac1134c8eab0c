import type { Reply } from './endpoint-caller.ts';

/** A JSON object, whatever its members are. */
type Members = Readonly<Record<string, unknown>>;

/**
 * The smallest number that counts as milliseconds. In seconds, it is in the year 5138. A player draws the same line.
 */
const MILLISECONDS = 1e11;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isLeftOut = (value: unknown): value is null | undefined => value === null || value === undefined;
const kindOf = (value: unknown): string => {
  if (isLeftOut(value)) return value === null ? 'null' : 'missing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : typeof value === 'string' ? 'text' : `a ${typeof value}`;
};

const membersOf = ({ answer }: Reply): Members => (isObject(answer) ? answer : {});

/** Returns the tokens of an answer that are objects. */
export function tokensOf(reply: Reply): readonly Members[] {
  const { tokens } = membersOf(reply);
  return Array.isArray(tokens) ? tokens.filter(isObject) : [];
}

/** Returns the URLs that an answer denies. */
export function deniedOf(reply: Reply): readonly string[] {
  const { denied } = membersOf(reply);
  return Array.isArray(denied) ? denied.filter((url) => typeof url === 'string') : [];
}

/** Returns the endpoint's clock in unix seconds: `now`, or else the header `Date`; NaN if the answer has neither. */
export function timeOf(reply: Reply): number {
  const { now } = membersOf(reply);
  return typeof now === 'number' ? now : Date.parse(reply.headers.get('Date') ?? '') / 1000;
}

/** Says which list of an answer is wrong, and why; only the first problem. */
export function wrongLists(reply: Reply): string | undefined {
  const { answer } = reply;
  if (!isObject(answer)) return `The answer is ${kindOf(answer)}, and not a JSON object.`;
  const { tokens, denied } = answer;
  if (!Array.isArray(tokens)) return `\`tokens\` is ${kindOf(tokens)}.`;
  const noToken = tokens.findIndex((token) => !isObject(token));
  if (noToken >= 0) return `\`tokens[${noToken}]\` is ${kindOf(tokens[noToken])}.`;
  if (isLeftOut(denied)) return undefined;
  if (!Array.isArray(denied)) return `\`denied\` is ${kindOf(denied)}.`;
  const noUrl = denied.findIndex((url) => typeof url !== 'string');
  return noUrl < 0 ? undefined : `\`denied[${noUrl}]\` is ${kindOf(denied[noUrl])}.`;
}

/** Says which time of an answer is not in unix seconds. */
export function wrongTimes(reply: Reply): string | undefined {
  const { now } = membersOf(reply);
  const times = tokensOf(reply).map(({ expires }, i) => [`tokens[${i}].expires`, expires] as const);
  for (const [name, value] of [...(isLeftOut(now) ? [] : [['now', now] as const]), ...times]) {
    if (typeof value !== 'number') return `\`${name}\` is ${kindOf(value)}.`;
    if (value > MILLISECONDS) return `\`${name}\` is ${value}: milliseconds.`;
    if (value <= 0) return `\`${name}\` is ${value}.`;
  }
  return undefined;
}

function wrongUrl(value: unknown, isFolder: boolean): string | undefined {
  if (isLeftOut(value)) return undefined;
  if (typeof value !== 'string') return `is ${kindOf(value)}`;
  const url = parseUrl(value);
  if (!url) return 'is not an absolute http or https URL';
  if (!isFolder) return undefined;
  if (/[?#]/.test(url.href)) return 'has a query or a fragment';
  return url.href.endsWith('/') ? undefined : "does not end with '/'";
}

function parseUrl(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Says which token does not state correctly which URLs it opens. */
export function wrongScopes(reply: Reply): string | undefined {
  const tokens = tokensOf(reply);
  for (const [i, token] of tokens.entries()) {
    for (const name of ['url', 'prefix', 'base']) {
      const problem = wrongUrl(token[name], name !== 'url');
      if (problem) return `\`tokens[${i}].${name}\` ${problem}.`;
    }
    if (!isLeftOut(token.base) && isLeftOut(token.prefix))
      return `\`tokens[${i}]\` has a \`base\` without a \`prefix\`.`;
    if (!isLeftOut(token.anyQuery) && typeof token.anyQuery !== 'boolean')
      return `\`tokens[${i}].anyQuery\` is ${kindOf(token.anyQuery)}.`;
  }
  const unscoped = tokens.filter(({ url, prefix }) => isLeftOut(url) && isLeftOut(prefix));
  return unscoped.length > 1
    ? `${unscoped.length} tokens have neither \`url\` nor \`prefix\`: which one is for which URL?`
    : undefined;
}

/** Tells whether a browser can send the headers. A value is text, or can be converted to text. */
function canBeSent(headers: Members): boolean {
  const texts = Object.entries(headers).filter(([, value]) => value !== null) as [string, string][];
  try {
    new Headers(texts);
    return true;
  } catch {
    return false;
  }
}

/** Says which token has no correct carrier. */
export function wrongCarriers(reply: Reply): string | undefined {
  for (const [i, { query, headers, base, credentials }] of tokensOf(reply).entries()) {
    for (const [name, values] of Object.entries({ query, headers })) {
      if (isLeftOut(values)) continue;
      if (!isObject(values)) return `\`tokens[${i}].${name}\` is ${kindOf(values)}.`;
      const wrong = Object.values(values).find((value) => typeof value === 'object' && value !== null);
      if (wrong) return `A value in \`tokens[${i}].${name}\` is ${kindOf(wrong)}.`;
    }
    if (isObject(headers) && !canBeSent(headers))
      return `\`tokens[${i}].headers\` has a name or a value that no browser sends: a line break?`;
    if (!isLeftOut(credentials) && typeof credentials !== 'boolean')
      return `\`tokens[${i}].credentials\` is ${kindOf(credentials)}.`;
    if (isLeftOut(query) && isLeftOut(headers) && isLeftOut(base) && credentials !== true)
      return `\`tokens[${i}]\` has no carrier.`;
  }
  return undefined;
}

/**
 * Returns the token of an answer that opens a URL: the token of the URL itself, else the token with the longest prefix,
 * else a token for all URLs.
 */
export const tokenFor = (reply: Reply, url: string): Members | undefined => tokenFinder(reply)(url);

/** Returns `tokenFor` for many URLs. Parses what the tokens open once: an answer may have 200,000 tokens. */
export function tokenFinder(reply: Reply): (url: string) => Members | undefined {
  const lengthOf = ({ prefix }: Members): number => (typeof prefix === 'string' ? prefix.length : 0);
  const scopes = [...tokensOf(reply)]
    .sort((one, other) => lengthOf(other) - lengthOf(one))
    .map((token) => ({ token, opens: scopeOf(token) }));
  const asked = new Set(reply.urls);
  return (url) => {
    const { href } = new URL(url);
    const target = { href, path: withoutQuery(href), isAsked: asked.has(url) };
    const opening = scopes.filter(({ opens }) => opens(target)).map(({ token }) => token);
    return opening.find((token) => typeof token.url === 'string') ?? opening[0];
  };
}

interface Target {
  readonly href: string;
  /** The URL without its query. */
  readonly path: string;
  /** Whether the call named the URL. */
  readonly isAsked: boolean;
}

const withoutQuery = (href: string): string => href.replace(/[?#].*/s, '');

/** Returns a function that tells whether a token opens a URL. */
function scopeOf({ url, prefix, anyQuery }: Members): (target: Target) => boolean {
  const own = typeof url === 'string' ? parseUrl(url)?.href : undefined;
  if (own !== undefined) {
    const ownPath = anyQuery === true ? withoutQuery(own) : undefined;
    return ({ href, path }) => own === href || ownPath === path;
  }
  if (typeof prefix !== 'string') return ({ isAsked }) => isAsked;
  const folder = parseUrl(prefix)?.href;
  return ({ href }) => folder !== undefined && href.startsWith(folder);
}

/**
 * Returns the carriers of a token as text to compare; cookies are in the headers of the answer. The text is never
 * shown.
 */
export function carriedBy(reply: Reply, url: string): string | undefined {
  const token = tokenFor(reply, url);
  if (!token) return undefined;
  const { query, headers, base, credentials } = token;
  const cookies = credentials === true ? reply.headers.getSetCookie() : [];
  const sorted = [query, headers].map((values) => (isObject(values) ? Object.entries(values).sort() : null));
  return JSON.stringify([sorted, base ?? null, cookies]);
}
