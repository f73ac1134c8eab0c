import { SecureTokenError } from './secure-token-error.ts';
import { resolveUrl } from './signed-url.ts';
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
  retry?: { limit?: number; backoffLimit?: number };
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

const isFunction = (value: unknown): boolean => typeof value === 'function';
const between =
  (min: number, max: number): Check =>
  (value: unknown) => typeof value === 'number' && value >= min && value <= max;
const isRecord = (value: unknown): boolean => typeof value === 'object' && Object.values(value!).every((item) => typeof item === 'string');
// no page to resolve against: it must be absolute
const isUrl = (value: unknown): unknown => typeof value === 'string' && resolveUrl(value, 'about:blank');
const isFolderUrl = (value: string): unknown => isUrl(value) && /^[^?#]*\/$/.test(value);
const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const optionChecks: Record<string, Check> = {
  endpoint: (value: unknown) => (typeof value === 'string' || value instanceof URL) && resolveUrl(String(value), 'http://a'),
  getTokens: isFunction,
  request: (value: unknown) => value && /^[fo]/.test(typeof value),
  tokens: (value: unknown) => Array.isArray(value) && value.every((token: Token) => isToken(token) && (token.url ?? token.prefix)),
  protect: (value: Protect) =>
    list(value).every((rule) => (typeof rule === 'string' ? resolveUrl(rule) : isFunction(rule) || rule instanceof RegExp)),
  renewBefore: between(0, 1e9),
  jitter: between(0, 1),
  readAhead: between(0, 100),
  retry: (value: object) => typeof value === 'object' && !wrong(value, { limit: between(0, 1e6), backoffLimit: between(0, 1e6) }),
  timeout: between(1e-3, 1e6),
  refusals: (value: unknown) => Array.isArray(value) && value.every(Number.isInteger),
  clock: isFunction,
  fetch: isFunction,
  random: isFunction,
};

const tokenChecks: Record<string, Check> = {
  url: isUrl,
  prefix: isFolderUrl,
  base: isFolderUrl,
  expires: between(1, Infinity),
  query: isRecord,
  headers: isRecord,
};

/** The name of the first member of `value` that is there and wrong. */
const wrong = (value: object, checks: Record<string, Check>): string | undefined =>
  Object.keys(checks).find((name) => {
    const member = (value as Record<string, unknown>)[name];
    try {
      return member !== undefined && !checks[name]!(member as never);
    } catch {
      return true;
    }
  });

/** Whether a signing endpoint's token is well-formed. */
export const isToken = (token: Token): boolean =>
  !wrong(token, tokenChecks) && !!token.expires && !(token.base && !token.prefix);

/** Throws `ERR_OPTIONS` at the first option that is wrong, naming it. */
export function checkOptions(options: TokenSourceOptions): void {
  const both = !options.endpoint === !options.getTokens;
  const name = both ? 'endpoint (or getTokens instead)' : wrong(options, optionChecks);
  if (name) throw new SecureTokenError('ERR_OPTIONS', `Missing or wrong option: ${name}`);
}

/** `protect` as one function. */
export const protection =
  (protect: Protect | readonly Protect[]) =>
  (url: URL): boolean =>
    list(protect).some((rule) => {
      if (typeof rule === 'function') return rule(url);
      if (typeof rule !== 'string') return url.href.search(rule) >= 0;
      const { href } = resolveUrl(rule)!;
      // on a border: /vod is not /vodka
      return url.href.startsWith(href) && (href.endsWith('/') || /^[/?]?$/.test(url.href.charAt(href.length)));
    });
