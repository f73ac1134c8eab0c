import type { Check } from './first-wrong.ts';
import { eachOf, firstWrong, isBoolean, isObject, isWrong, upTo } from './first-wrong.ts';
import type { EdgeRefusals, RetryOptions, TokenSourceOptions } from './token-source-options.ts';
import { unknownOption } from './unknown-option.ts';
import { resolveUrl } from '../url-text.ts';

/*
 * Checks of the options of a token source that are plain data: these may also stand in the URL of a token worker, where
 * the page and the worker check them.
 */

type PlainOption = keyof Pick<
  TokenSourceOptions,
  'endpoint' | 'renewBefore' | 'jitter' | 'readAhead' | 'retry' | 'timeout' | 'refusals' | 'adopt' | 'debug'
>;

// of this realm or another
export const isLink = (value: unknown): value is string | URL =>
  typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;

export const isEndpoint: Check = (value, name) => {
  const remedy = "Give the URL of your signing endpoint, such as '/token'.";
  if (!isLink(value)) return isWrong(value, name, remedy);
  return resolveUrl(value as string, 'http://a') ? undefined : `${name} is not an http or https URL. ${remedy}`;
};

/** `cdn.example.com/vod`: a browser would read it as a path of the page. */
const HOST = /^[\w-]+(\.[\w-]+)+(:\d+)?(?=\/|$)[^?#]*$/;

/** Checks a rule of `protect` that is text. */
export const isPrefix: Check = (rule, name) => {
  if (typeof rule !== 'string' || !rule)
    return isWrong(rule, name, "Give a URL prefix such as 'https://cdn.example.com/', a RegExp or a function.");
  if (HOST.test(rule)) return `${name}: '${rule}' is not a URL. Write 'https://${rule.replace(/\/?$/, '/')}'.`;
  const isUrl = resolveUrl(rule) !== '';
  return isUrl ? undefined : `${name} is not an http or https URL. Write it as in 'https://cdn.example.com/'.`;
};

/** Seconds, or a number of things. */
export const isAmount: Check = upTo(1e6);
export const isShare: Check = upTo(1);
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
export const isRefusals: Check = eachOf(isStatusOrEdge, LIST);
export const isTimeout: Check = (value, name) =>
  value === 0 ? `${name} is 0. Give seconds, more than 0.` : isAmount(value, name);

export const isAdopted: Check = (value, name) =>
  typeof value === 'boolean' || (typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value))
    ? undefined
    : isWrong(value, name, "Give true, or the name of a response header such as 'CTA-Common-Access-Token'.");

const retryMembers: Record<keyof RetryOptions, Check> = { limit: isAmount, backoffLimit: isAmount };

export const isRetry: Check = (value, name) =>
  isObject(value, name) ?? wrongMember(value as object, retryMembers, `${name}.`);

/** Says what is wrong with the first member that is not one of `checks`, or else does not pass its check. */
const wrongMember = (value: object, checks: Readonly<Record<string, Check>>, path = ''): string | undefined =>
  unknownOption(value, Object.keys(checks), path) ?? firstWrong(value, checks, path);

/** The checks of all of them but `protect`. */
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
