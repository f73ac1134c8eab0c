import type { Check } from './first-wrong.ts';
import { firstWrong, isFunction, isObject, upTo } from './first-wrong.ts';
import { parseToken } from './parse-token.ts';
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
  /**
   * Known beforehand (rendered into the page): no round trip at start-up. The page answers for these: they are taken for
   * whatever origin they name, and later tokens for the same origins are, too.
   */
  tokens?: readonly Token[];
  /**
   * Which URLs are signed, and for which URLs tokens are taken: where several CDNs are used, name them here.
   * @default the origins of the sources the player was given
   */
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

// of this realm or another
const isLink = (value: unknown): value is string | URL => typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;
const isNumber = upTo(1e6);
const isRule = (rule: unknown): boolean =>
  typeof rule === 'function' || !!(rule as RegExp).source || resolveUrl(rule as string) !== '';
const isScoped = (token: Token): boolean => !!parseToken(token) && !!(token.url ?? token.prefix);

const retryMembers: Record<keyof RetryOptions, Check> = { limit: isNumber, backoffLimit: isNumber };

const members: Record<keyof TokenSourceOptions, Check> = {
  endpoint: (value) => isLink(value) && resolveUrl(value as string, 'http://a'),
  getTokens: isFunction,
  request: isObject,
  tokens: (value) => (value as Token[]).every(isScoped),
  protect: (value) => [value].flat().every(isRule),
  renewBefore: isNumber,
  jitter: upTo(1),
  readAhead: isNumber,
  retry: isObject,
  timeout: (value) => value && isNumber(value),
  refusals: (value) => (value as unknown[]).every(isNumber),
  clock: isFunction,
  fetch: isFunction,
  random: isFunction,
};

/** What is missing or wrong in `options`, by name. */
function wrongIn(options: TokenSourceOptions): string | undefined {
  if (!options.endpoint === !options.getTokens) return 'endpoint (or getTokens instead)';
  const wrongRetry = (): string | undefined => options.retry && firstWrong(options.retry, retryMembers);
  return firstWrong(options, members) ?? wrongRetry();
}

/** The options as an object of our own. Throws `ERR_OPTIONS` at the first that is wrong, naming it. */
export function normalise(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions {
  const settings = { ...(isLink(options) ? { endpoint: options } : options) };
  const wrong = wrongIn(settings);
  if (wrong) throw new SecureTokenError('ERR_OPTIONS', `missing or wrong: ${wrong}`);
  return settings;
}
