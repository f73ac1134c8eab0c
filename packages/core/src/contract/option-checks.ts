import type { Check } from './first-wrong.ts';
import { eachOf, firstWrong, isBoolean, isFunction, isObject, isWrong } from './first-wrong.ts';
import { isToken } from './parse-token.ts';
import {
  isAdopted,
  isAmount,
  isEndpoint,
  isLink,
  isPrefix,
  isRefusals,
  isRetry,
  isShare,
  isTimeout,
} from './plain-options.ts';
import { SecureTokenError } from './secure-token-error.ts';
import type { TokenSourceOptions } from './token-source-options.ts';
import type { Token } from './token.ts';
import { unknownOption } from './unknown-option.ts';

const isRule: Check = (rule, name) => {
  // a RegExp of any realm; one that went through JSON is none, and would match nearly every URL
  const isPattern = Object.prototype.toString.call(rule) === '[object RegExp]';
  if (typeof rule === 'function' || isPattern) return undefined;
  return isPrefix(rule, name);
};

const isKnownToken: Check = (value, name) => {
  const { url, prefix } = (value ?? {}) as Partial<Token>;
  return (
    isToken(value, name) ??
    ((url ?? prefix) ? undefined : `${name} has neither url nor prefix. Give one: it says which URLs the token opens.`)
  );
};

const members: Record<keyof TokenSourceOptions, Check> = {
  endpoint: isEndpoint,
  getTokens: isFunction,
  request: isObject,
  tokens: eachOf(isKnownToken, 'Give a list of tokens.'),
  // a rule that is none might cover every URL; an empty list covers none
  protect: (value, name) =>
    Array.isArray(value) && value.length ? eachOf(isRule, '')(value, name) : isRule(value, name),
  renewBefore: isAmount,
  jitter: isShare,
  readAhead: isAmount,
  retry: isRetry,
  timeout: isTimeout,
  refusals: isRefusals,
  adopt: isAdopted,
  debug: isBoolean,
  clock: isFunction,
  fetch: isFunction,
  random: isFunction,
};

function wrongWhence({ endpoint, getTokens }: TokenSourceOptions): string | undefined {
  if (endpoint && getTokens) return 'endpoint and getTokens are both given. Give one of them.';
  if (endpoint || getTokens) return undefined;
  return isWrong(
    endpoint,
    'endpoint',
    "Give the URL of your signing endpoint, such as '/token', or getTokens instead.",
  );
}

function refuse(problem: string | undefined): void {
  if (problem) throw new SecureTokenError('ERR_OPTIONS', problem);
}

/** The options as an object of our own. Throws `ERR_OPTIONS` at the first that is wrong: what is, and what to write. */
export function normaliseOptions(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions {
  const settings = { ...(isLink(options) ? { endpoint: options } : options) };
  refuse(unknownOption(settings, Object.keys(members)) ?? wrongWhence(settings) ?? firstWrong(settings, members));
  return settings;
}

/**
 * The options of an adapter without those of its own, which are nothing to a token source.
 * @throws `ERR_OPTIONS` if a name is neither one of `own` nor an option of a token source
 */
export function withoutOwnOptions(options: object, own: readonly string[]): object {
  refuse(unknownOption(options, [...Object.keys(members), ...own]));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !own.includes(name)));
}
