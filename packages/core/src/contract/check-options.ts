import { remedyFor, suggestionFor } from '../development/remedies.ts';
import { fromEntries } from '../older-browsers.ts';
import { resolveUrl } from '../url-text.ts';
import type { Check } from '../check.ts';
import { aBoolean, eachOf, firstWrong, must } from '../check.ts';
import { SecureTokenError } from './errors.ts';
import type { TokenSourceOptions } from './options.ts';
import { aToken, fromJson } from './parse-answer.ts';
import type { Token } from './token.ts';

const upTo = /* @__NO_SIDE_EFFECTS__ */ (most: number): Check =>
  must((value) => typeof value === 'number' && value >= 0 && value <= most);

// accepts a URL of another realm too, such as an iframe
const isLink = (value: unknown): value is string | URL =>
  typeof value === 'string' || !!(value as Partial<URL> | undefined)?.href;

/** A URL without its scheme, such as `cdn.example.com/vod`: a browser would read it as a path of the page. */
const HOST = /^[\w-]+(\.[\w-]+)+(:\d+)?(?=\/|$)[^?#]*$/;

export const aPrefix: Check = /* @__PURE__ */ must(
  (rule) => typeof rule === 'string' && !HOST.test(rule) && resolveUrl(rule),
);

const aRule: Check = (rule, path) => {
  // accepts a RegExp of any realm, but no object that JSON made of one: as a pattern it matches nearly every URL
  const isPattern = Object.prototype.toString.call(rule) === '[object RegExp]';
  return typeof rule === 'function' || isPattern ? undefined : aPrefix(rule, path);
};

const aPreset: Check = (value, path) => {
  const { url, prefix } = (value ?? {}) as Partial<Token>;
  return aToken(value, path) ?? ((url ?? prefix) ? undefined : `${path} without url or prefix`);
};

type PlainOption = 'endpoint' | 'renewBefore' | 'jitter' | 'readAhead' | 'retry' | 'timeout' | 'refusals' | 'debug';

const anAmount = upTo(1e6);
const aFunction = /* @__PURE__ */ must((value) => typeof value === 'function');
const anObject = /* @__PURE__ */ must((value) => Object(value) === value);

/** The checks of the options that are plain data, except `protect`: the URL of a token worker may contain them too. */
export const plainChecks: Readonly<Record<PlainOption, Check>> = {
  endpoint: must((value) => isLink(value) && resolveUrl(String(value), 'http://a')),
  renewBefore: anAmount,
  jitter: upTo(1),
  readAhead: anAmount,
  retry: (value, path) =>
    anObject(value, path) ?? firstWrong(value as object, { limit: anAmount, backoffLimit: anAmount }, `${path}.`),
  timeout: must((value) => value !== 0 && !anAmount(value, 'timeout')),
  refusals: eachOf(anAmount),
  debug: aBoolean,
};

// a call, which a bundler leaves out of a page that checks plain data alone
const optionChecks: Readonly<Record<keyof TokenSourceOptions, Check>> = /* @__PURE__ */ Object.assign({}, plainChecks, {
  getTokens: aFunction,
  request: anObject,
  tokens: /* @__PURE__ */ eachOf(aPreset),
  // an invalid rule might cover every URL, and an empty list covers none
  protect: ((value, path) =>
    (Array.isArray(value) && value.length ? eachOf(aRule) : aRule)(value, path)) satisfies Check,
  adopt: aFunction,
  clock: aFunction,
  fetch: aFunction,
  random: aFunction,
});

/** The names of the options of a token source. */
const OPTIONS: readonly string[] = /* @__PURE__ */ Object.keys(optionChecks);

/** Returns a message about the first member that is not one of `names`. @param path such as `retry.` */
export function unknownOption(options: object, names: readonly string[], path = ''): string | undefined {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !names.includes(name));
  if (!unknown) return undefined;
  const problem = `Unknown option '${path}${unknown[0]}'.`;
  return __DEVELOPMENT__ ? `${problem} ${suggestionFor(unknown[0], names, path)}` : problem;
}

/** @throws `ERR_OPTIONS` if there is a `problem` */
export function throwIfWrong(problem: string | undefined): void {
  if (problem) throw new SecureTokenError('ERR_OPTIONS', problem);
}

/**
 * Returns a message about what is wrong. @param path as a `Check` returns it; @param whole the object that was checked
 */
export function wrongAt(path: string | undefined, whole: object): string | undefined {
  return path && (__DEVELOPMENT__ ? `${path} is wrong. ${remedyFor(path, whole)}` : `${path} is wrong.`);
}

/**
 * Returns a copy of the options.
 * @throws `ERR_OPTIONS` if an option is wrong: the message names the first one, and says what to write
 */
export function checkOptions(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions {
  const given = { ...(isLink(options) ? { endpoint: options } : options) };
  throwIfWrong(unknownOption(given, OPTIONS));
  if (Array.isArray(given.tokens)) given.tokens = fromJson(JSON.stringify(given.tokens)) as Token[];
  throwIfWrong(unknownOption(Object(given.retry) as object, ['limit', 'backoffLimit'], 'retry.'));
  if (!given.endpoint === !given.getTokens) throwIfWrong("Give either 'endpoint' or 'getTokens'.");
  throwIfWrong(wrongAt(firstWrong(given, optionChecks), given));
  return given;
}

/**
 * Returns the options of an adapter without the options in `own`, which only the adapter knows.
 * @throws `ERR_OPTIONS` if a name is neither one of `own` nor an option of a token source
 */
export function withoutOwnOptions(options: object, own: readonly string[]): object {
  throwIfWrong(unknownOption(options, [...OPTIONS, ...own]));
  return fromEntries(Object.entries(options).filter(([name]) => !own.includes(name)));
}
