import { SecureTokenError } from './secure-token-error.ts';
import { pathOf, resolveUrl } from './signed-url.ts';
import type { Token } from './token.ts';

/** Why tokens are asked for: the first time, before expiry, after it, or because the edge refused the last one. */
export type TokenReason = 'initial' | 'expiring' | 'expired' | 'refused';

export interface TokenRequest {
  /** Absolute, unsigned. */
  readonly urls: readonly string[];
  readonly reason: TokenReason;
  /** Aborts when the call takes longer than `timeout` or the source is destroyed. */
  readonly signal: AbortSignal;
}

/** Which URLs are signed: those below a prefix, those that match, or those a function picks. */
export type Protect = string | RegExp | ((url: URL) => boolean);

export interface RetryOptions {
  limit?: number;
  backoffLimit?: number;
}

export interface TokenSourceOptions {
  /** The signing endpoint: `POST {urls, reason}` → `{tokens, now, denied}`. */
  endpoint?: string | URL;
  /**
   * Instead of `endpoint`: the team's own way to get tokens. An error with the code `ERR_DENIED` or a `status` of 401 or
   * 403 is final for these URLs; any other is retried.
   */
  getTokens?: (request: TokenRequest) => Promise<Token | readonly Token[]>;
  /** Headers, credentials and the like for the call to `endpoint`; a function is asked before each call. */
  request?: RequestInit | (() => RequestInit | Promise<RequestInit>);
  /** Known beforehand (rendered into the page): no round trip at start-up. */
  tokens?: readonly Token[];
  /** @default the origins of the sources the player was given */
  protect?: Protect | readonly Protect[];
  /** Seconds before expiry. @default a quarter of the lifetime, at most 60 */
  renewBefore?: number;
  /** 0…1: the share of `renewBefore` by which this viewer renews even earlier. @default 0.5 */
  jitter?: number;
  /** URLs signed ahead in a playlist when tokens are per URL; 0 switches it off. @default 6 */
  readAhead?: number;
  /**
   * Retries of a failed call, with full-jitter back-off of at most `backoffLimit` seconds; `Retry-After` wins.
   * @default { limit: 4, backoffLimit: 30 }
   */
  retry?: RetryOptions;
  /** Seconds for one call. @default 10 */
  timeout?: number;
  /** The statuses with which the edge refuses a token. @default [401, 403, 410] */
  refusals?: readonly number[];
  /** Unix time in ms. @default Date.now */
  clock?: () => number;
  /** @default the global fetch */
  fetch?: typeof fetch;
  /** 0…1. @default Math.random */
  random?: () => number;
}

type Check = (value: never) => unknown;

// of this realm or another
const isLink = (value: unknown): value is string | URL => typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isObject = (value: unknown): boolean => Object(value) === value;
const upTo =
  (max: number): Check =>
  (value: number) => value === Math.max(0, Math.min(max, value));
const isNumber = upTo(1e6);
// absolute, for there is no base
const matches =
  (pattern: RegExp): Check =>
  (value: string) => pattern.test(new URL(value).href);
const isFolderUrl = matches(/^http[^?#]*\/$/);

const checks: Record<string, Check> = {
  // of a token
  url: matches(/^http/),
  prefix: isFolderUrl,
  base: isFolderUrl,
  // not milliseconds
  expires: upTo(1e11),
  query: isObject,
  headers: isObject,
  // of the options
  endpoint: (value: unknown) => isLink(value) && resolveUrl(value as string, 'http://a'),
  getTokens: isFunction,
  request: isObject,
  tokens: (value: readonly Token[]) => value.every((token) => isToken(token) && (token.url ?? token.prefix)),
  protect: (value: Protect) => [value].flat().every((rule) => isFunction(rule) || (rule as RegExp).source || resolveUrl(rule as string)),
  renewBefore: isNumber,
  jitter: upTo(1),
  readAhead: isNumber,
  retry: isObject,
  limit: isNumber,
  backoffLimit: isNumber,
  timeout: (value: number) => value && isNumber(value as never),
  refusals: (value: readonly never[]) => value.every(isNumber),
  clock: isFunction,
  fetch: isFunction,
  random: isFunction,
};

/** The name of the first member of `value` that is there and wrong. */
function wrong(value: object): string | undefined {
  for (const name in checks) {
    const member = (value as Record<string, unknown>)[name];
    try {
      if (member !== undefined && !checks[name]!(member as never)) return name;
    } catch {
      return name;
    }
  }
}

/** Whether a signing endpoint's token is well-formed. */
export const isToken = (token: Token): boolean =>
  !wrong(token) && !!token.expires && !(token.base && !token.prefix);

/** The options with the members of `retry` beside the others. Throws `ERR_OPTIONS` at the first that is wrong, naming it. */
export function normalise(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions & RetryOptions {
  const given = isLink(options) ? { endpoint: options } : options;
  const settings = { ...given, ...given?.retry };
  const name = !settings.endpoint === !settings.getTokens ? 'endpoint (or getTokens instead)' : wrong(settings);
  if (name) throw new SecureTokenError('ERR_OPTIONS', 'missing or wrong: ' + name);
  return settings;
}

/** Whether one of the rules of `protect` covers `key`. */
export const covers = (protect: Protect | readonly Protect[], key: string): boolean =>
  [protect].flat().some((rule) =>
    typeof rule === 'function'
      ? rule(new URL(key))
      : typeof rule === 'string'
        ? // on a border: /vod is not /vodka
          (pathOf(key) + '/').startsWith(resolveUrl(rule).replace(/\/?$/, '/'))
        : key.search(rule) >= 0,
  );
