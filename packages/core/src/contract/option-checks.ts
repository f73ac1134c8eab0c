import type { Check } from './first-wrong.ts';
import { eachOf, firstWrong, isBoolean, isFunction, isObject, isWrong } from './first-wrong.ts';
import { isToken } from './parse-token.ts';
import {
  isAdopted,
  isAmount,
  isEndpoint,
  isLink,
  isPrefix,
  isRetry,
  isShare,
  isStatuses,
  isTimeout,
} from './plain-options.ts';
import { SecureTokenError } from './secure-token-error.ts';
import type { TokenSourceOptions } from './token-source-options.ts';
import type { Token } from './token.ts';
import { unknownOption } from './unknown-option.ts';

const isRule: Check = (rule, name) => {
  if (typeof rule === 'function' || (rule as RegExp | null)?.source) return undefined;
  return isPrefix(rule, name);
};

const isKnownToken: Check = (value, name) => {
  const { url, prefix } = (value ?? {}) as Partial<Token>;
  return (
    isToken(value, name) ??
    ((url ?? prefix) ? undefined : `${name} has neither url nor prefix. Give one: it says which URLs the token opens.`)
  );
};

/** A rule that is none might cover every URL, and tokens be taken for every host: all builds look at it. */
const isProtect: Check = (value, name) =>
  Array.isArray(value) ? eachOf(isRule, '')(value, name) : isRule(value, name);

const members: Record<keyof TokenSourceOptions, Check> = {
  endpoint: isEndpoint,
  getTokens: isFunction,
  request: isObject,
  tokens: eachOf(isKnownToken, 'Give a list of tokens.'),
  protect: isProtect,
  renewBefore: isAmount,
  jitter: isShare,
  readAhead: isAmount,
  retry: isRetry,
  timeout: isTimeout,
  refusals: isStatuses,
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

/** Says what is wrong with the options that decide where tokens come from and where they go. */
const wrongSource = (settings: TokenSourceOptions): string | undefined =>
  wrongWhence(settings) ?? (settings.protect === undefined ? undefined : isProtect(settings.protect, 'protect'));

/** Says what is wrong with the first option that is. */
const wrongOption = (settings: TokenSourceOptions): string | undefined =>
  unknownOption(settings, Object.keys(members)) ?? wrongWhence(settings) ?? firstWrong(settings, members);

/**
 * The options as an object of our own. Throws `ERR_OPTIONS` at the first that is wrong: what is, and what to write.
 * Development builds check all of them, others only those of `wrongSource`.
 */
export function normaliseOptions(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions {
  const settings = { ...(isLink(options) ? { endpoint: options } : options) };
  refuse(__DEVELOPMENT__ ? wrongOption(settings) : wrongSource(settings));
  return settings;
}

/**
 * The options of an adapter without those of its own, which are nothing to a token source.
 * @throws `ERR_OPTIONS` in development builds, if a name is neither one of `own` nor an option of a token source
 */
export function withoutOwnOptions(options: object, own: readonly string[]): object {
  if (__DEVELOPMENT__) refuse(unknownOption(options, [...Object.keys(members), ...own]));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !own.includes(name)));
}
