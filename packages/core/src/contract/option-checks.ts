import { resolveUrl } from '../url-text.ts';
import type { Check } from './first-wrong.ts';
import { eachOf, firstWrong, isBoolean, isFunction, isObject, isWrong, unknownOption, upTo } from './first-wrong.ts';
import { isToken } from './parse-token.ts';
import { SecureTokenError } from './secure-token-error.ts';
import type { EdgeRefusals, RetryOptions, TokenSourceOptions } from './token-source-options.ts';
import type { Token } from './token.ts';

// accepts a URL of another realm too, such as an iframe
const isLink = (value: unknown): value is string | URL =>
  typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;

const isEndpoint: Check = (value, name) => {
  const remedy = "Give the URL of your signing endpoint, such as '/token'.";
  if (!isLink(value)) return isWrong(value, name, remedy);
  return resolveUrl(value as string, 'http://a') ? undefined : `${name} is not an http or https URL. ${remedy}`;
};

/** A URL without its scheme, such as `cdn.example.com/vod`: a browser would read it as a path of the page. */
const HOST = /^[\w-]+(\.[\w-]+)+(:\d+)?(?=\/|$)[^?#]*$/;

/** Checks a rule of `protect` that is text. */
export const isPrefix: Check = (rule, name) => {
  if (typeof rule !== 'string' || !rule)
    return isWrong(rule, name, "Give a URL prefix such as 'https://cdn.example.com/', a RegExp or a function.");
  if (HOST.test(rule)) return `${name}: '${rule}' is not a URL. Write 'https://${rule.replace(/\/?$/, '/')}'.`;
  const isUrl = resolveUrl(rule) !== '';
  return isUrl ? undefined : `${name} is not an http or https URL. Write it as in 'https://cdn.example.com/'.`;
};

/** Checks a number of seconds or of things, or an HTTP status. */
const isAmount: Check = upTo(1e6);
const isShare: Check = upTo(1);
const LIST = 'Give a list of HTTP statuses, such as [401, 403, 410].';
const isStatuses: Check = eachOf(isAmount, LIST);
const isStatusOrEdge: Check = (value, name) => {
  if (Object(value) !== value) return isAmount(value, name);
  const { prefix, statuses } = value as Partial<EdgeRefusals>;
  return (
    unknownOption(value as object, ['prefix', 'statuses'], `${name}.`) ??
    isPrefix(prefix, `${name}.prefix`) ??
    isStatuses(statuses, `${name}.statuses`)
  );
};
const isRefusals: Check = eachOf(isStatusOrEdge, LIST);
const isTimeout: Check = (value, name) =>
  value === 0 ? `${name} is 0. Give seconds, more than 0.` : isAmount(value, name);

const isAdopted: Check = (value, name) =>
  typeof value === 'boolean' || (typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value))
    ? undefined
    : isWrong(value, name, "Give true, or the name of a response header such as 'CTA-Common-Access-Token'.");

const retryMembers: Record<keyof RetryOptions, Check> = { limit: isAmount, backoffLimit: isAmount };

const isRetry: Check = (value, name) =>
  isObject(value, name) ??
  unknownOption(value as object, Object.keys(retryMembers), `${name}.`) ??
  firstWrong(value as object, retryMembers, `${name}.`);

type PlainOption = keyof Pick<
  TokenSourceOptions,
  'endpoint' | 'renewBefore' | 'jitter' | 'readAhead' | 'retry' | 'timeout' | 'refusals' | 'adopt' | 'debug'
>;

/**
 * The checks of the options that are plain data, except `protect`. The URL of a token worker may contain these options
 * too; the page and the worker check them there.
 */
export const plainOptions: Readonly<Record<PlainOption, Check>> = {
  endpoint: isEndpoint,
  renewBefore: isAmount,
  jitter: isShare,
  readAhead: isAmount,
  retry: isRetry,
  timeout: isTimeout,
  refusals: isRefusals,
  adopt: isAdopted,
  debug: isBoolean,
};

const isRule: Check = (rule, name) => {
  // accepts a RegExp of any realm, but no object that JSON made of one: as a pattern it matches nearly every URL
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
  // an invalid rule might cover every URL, and an empty list covers none
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

/**
 * Returns a copy of the options.
 * @throws `ERR_OPTIONS` if an option is wrong: the message says what is wrong with the first one, and what to write
 */
export function normaliseOptions(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions {
  const settings = { ...(isLink(options) ? { endpoint: options } : options) };
  refuse(unknownOption(settings, Object.keys(members)) ?? wrongWhence(settings) ?? firstWrong(settings, members));
  return settings;
}

/**
 * Returns the options of an adapter without the options in `own`, which only the adapter knows.
 * @throws `ERR_OPTIONS` if a name is neither one of `own` nor an option of a token source
 */
export function withoutOwnOptions(options: object, own: readonly string[]): object {
  refuse(unknownOption(options, [...Object.keys(members), ...own]));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !own.includes(name)));
}
