import { suggestionFor } from '../development/suggestions.ts';
import { resolveUrl } from '../url-text.ts';
import type { Check } from './check.ts';
import { aBoolean, eachOf, firstWrong, must, wrong } from './check.ts';
import { SecureTokenError } from './errors.ts';
import type { TokenSourceOptions } from './options.ts';
import { aToken } from './parse-answer.ts';
import type { Token } from './token.ts';

const upTo =
  /* @__NO_SIDE_EFFECTS__ */
  (most: number): Check =>
    must((value) => typeof value === 'number' && value >= 0 && value <= most, `Give a number from 0 to ${most}.`);

// accepts a URL of another realm too, such as an iframe
const isLink = (value: unknown): value is string | URL =>
  typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;

const anEndpoint: Check = must(
  (value) => isLink(value) && resolveUrl(String(value), 'http://a'),
  "Give the http or https URL of your signing endpoint, such as '/token', or getTokens instead.",
);

/** A URL without its scheme, such as `cdn.example.com/vod`: a browser would read it as a path of the page. */
const HOST = /^[\w-]+(\.[\w-]+)+(:\d+)?(?=\/|$)[^?#]*$/;

export const aPrefix: Check = (rule, name) => {
  if (typeof rule === 'string' && HOST.test(rule))
    return `${name}: '${rule}' is not a URL. Write 'https://${rule.replace(/\/?$/, '/')}'.`;
  if (typeof rule === 'string' && resolveUrl(rule)) return undefined;
  return wrong(
    rule,
    name,
    "Give an http or https URL prefix such as 'https://cdn.example.com/', a RegExp or a function.",
  );
};

const aRule: Check = (rule, name) => {
  // accepts a RegExp of any realm, but no object that JSON made of one: as a pattern it matches nearly every URL
  const isPattern = Object.prototype.toString.call(rule) === '[object RegExp]';
  return typeof rule === 'function' || isPattern ? undefined : aPrefix(rule, name);
};

const aPreset: Check = (value, name) => {
  const { url, prefix } = (value ?? {}) as Partial<Token>;
  const isScoped = (url ?? prefix) !== undefined;
  return (
    aToken(value, name) ??
    (isScoped ? undefined : `${name} has neither url nor prefix. Give one: it says which URLs the token opens.`)
  );
};

const anAmount = upTo(1e6);
const aFunction = must((value) => typeof value === 'function', 'Give a function.');
const anObject = must((value) => Object(value) === value, 'Give an object.');
const retryMembers = { limit: anAmount, backoffLimit: anAmount };

export const optionChecks: Readonly<Record<keyof TokenSourceOptions, Check>> = {
  endpoint: anEndpoint,
  getTokens: aFunction,
  request: anObject,
  tokens: eachOf(aPreset, 'Give a list of tokens.'),
  // an invalid rule might cover every URL, and an empty list covers none
  protect: (value, name) => (Array.isArray(value) && value.length ? eachOf(aRule, '') : aRule)(value, name),
  renewBefore: anAmount,
  jitter: upTo(1),
  readAhead: anAmount,
  retry: (value, name) =>
    anObject(value, name) ??
    unknownOption(value as object, Object.keys(retryMembers), `${name}.`) ??
    firstWrong(value as object, retryMembers, `${name}.`),
  timeout: (value, name) => (value === 0 ? `${name} is 0. Give seconds, more than 0.` : anAmount(value, name)),
  refusals: eachOf(anAmount, 'Give a list of HTTP statuses, such as [401, 403, 410].'),
  adopt: must((value) => typeof value === 'function', "Give adoptTokens of 'secure-token-core/adopt'."),
  debug: aBoolean,
  clock: aFunction,
  fetch: aFunction,
  random: aFunction,
};

/** Returns a message about the first member that is not one of `names`. @param path such as `retry.` */
export function unknownOption(options: object, names: readonly string[], path = ''): string | undefined {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !names.includes(name));
  if (!unknown) return undefined;
  const problem = `Unknown option '${path}${unknown[0]}'.`;
  return __DEVELOPMENT__ ? `${problem} ${suggestionFor(unknown[0], names, path)}` : problem;
}

/** @throws `ERR_OPTIONS` if there is a `problem` */
export function refuse(problem: string | undefined): void {
  if (problem) throw new SecureTokenError('ERR_OPTIONS', problem);
}

/**
 * Returns a copy of the options.
 * @throws `ERR_OPTIONS` if an option is wrong: the message says what is wrong with the first one, and what to write
 */
export function checkOptions(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions {
  const given = { ...(isLink(options) ? { endpoint: options } : options) };
  const { endpoint, getTokens } = given;
  refuse(unknownOption(given, Object.keys(optionChecks)));
  if (endpoint && getTokens) refuse('endpoint and getTokens are both given. Give one of them.');
  if (!endpoint && !getTokens) refuse(anEndpoint(endpoint, 'endpoint'));
  refuse(firstWrong(given, optionChecks));
  return given;
}
