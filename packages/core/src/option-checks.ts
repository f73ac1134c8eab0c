import type { Check } from './first-wrong.ts';
import { firstWrong, isFunction, isObject, upTo } from './first-wrong.ts';
import { parseToken } from './parse-token.ts';
import { SecureTokenError } from './secure-token-error.ts';
import type { RetryOptions, TokenSourceOptions } from './token-source-options.ts';
import type { Token } from './token.ts';
import { resolveUrl } from './url-text.ts';

// of this realm or another
const isLink = (value: unknown): value is string | URL =>
  typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;
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
export function normaliseOptions(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions {
  const settings = { ...(isLink(options) ? { endpoint: options } : options) };
  const wrong = wrongIn(settings);
  if (wrong) throw new SecureTokenError('ERR_OPTIONS', `missing or wrong: ${wrong}`);
  return settings;
}
