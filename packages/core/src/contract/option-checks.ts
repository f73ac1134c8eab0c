import type { Check } from './first-wrong.ts';
import { eachOf, firstWrong, isBoolean, isFunction, isObject, isWrong, upTo } from './first-wrong.ts';
import { isToken } from './parse-token.ts';
import { SecureTokenError } from './secure-token-error.ts';
import type { RetryOptions, TokenSourceOptions } from './token-source-options.ts';
import type { Token } from './token.ts';
import { unknownOption } from './unknown-option.ts';
import { resolveUrl } from '../url-text.ts';

// of this realm or another
const isLink = (value: unknown): value is string | URL =>
  typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;
const isNumber = upTo(1e6);

const isEndpoint: Check = (value, name) => {
  const remedy = "Give the URL of your signing endpoint, such as '/token'.";
  if (!isLink(value)) return isWrong(value, name, remedy);
  return resolveUrl(value as string, 'http://a') ? undefined : `${name} is not an http or https URL. ${remedy}`;
};

/** `cdn.example.com/vod`: a browser would read it as a path of the page. */
const HOST = /^[\w-]+(\.[\w-]+)+(:\d+)?(?=\/|$)[^?#]*$/;

const isRule: Check = (rule, name) => {
  if (typeof rule === 'function' || (rule as RegExp | null)?.source) return undefined;
  if (typeof rule !== 'string' || !rule)
    return isWrong(rule, name, "Give a URL prefix such as 'https://cdn.example.com/', a RegExp or a function.");
  if (HOST.test(rule)) return `${name}: '${rule}' is not a URL. Write 'https://${rule.replace(/\/?$/, '/')}'.`;
  const isUrl = resolveUrl(rule) !== '';
  return isUrl ? undefined : `${name} is not an http or https URL. Write it as in 'https://cdn.example.com/'.`;
};

const isKnownToken: Check = (value, name) => {
  const { url, prefix } = (value ?? {}) as Partial<Token>;
  return (
    isToken(value, name) ??
    ((url ?? prefix) ? undefined : `${name} has neither url nor prefix. Give one: it says which URLs the token opens.`)
  );
};

const retryMembers: Record<keyof RetryOptions, Check> = { limit: isNumber, backoffLimit: isNumber };

const members: Record<keyof TokenSourceOptions, Check> = {
  endpoint: isEndpoint,
  getTokens: isFunction,
  request: isObject,
  tokens: eachOf(isKnownToken, 'Give a list of tokens.'),
  protect: (value, name) => (Array.isArray(value) ? eachOf(isRule, '')(value, name) : isRule(value, name)),
  renewBefore: isNumber,
  jitter: upTo(1),
  readAhead: isNumber,
  retry: (value, name) => isObject(value, name) ?? wrongMember(value as object, retryMembers, `${name}.`),
  timeout: (value, name) => (value === 0 ? `${name} is 0. Give seconds, more than 0.` : isNumber(value, name)),
  refusals: eachOf(isNumber, 'Give a list of HTTP statuses, such as [401, 403, 410].'),
  adopt: (value, name) =>
    typeof value === 'boolean' || (typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value))
      ? undefined
      : isWrong(value, name, "Give true, or the name of a response header such as 'CTA-Common-Access-Token'."),
  debug: isBoolean,
  clock: isFunction,
  fetch: isFunction,
  random: isFunction,
};

/** Says what is wrong with the first member that is not one of `checks`, or else does not pass its check. */
const wrongMember = (value: object, checks: Readonly<Record<string, Check>>, path = ''): string | undefined =>
  unknownOption(value, Object.keys(checks), path) ?? firstWrong(value, checks, path);

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
