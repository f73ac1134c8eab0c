import type { Protect, TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { isTokenSource } from 'secure-token-core/adapter';

/**
 * The settings that the worker reads from its own URL: unlike its memory, that survives when it is stopped. The URL
 * stands in access logs, in `scriptURL` and may travel as a `Referer`: nothing that may be secret is written there.
 */
export interface WorkerSettings {
  /** Absent: pages hand out the tokens. */
  readonly endpoint?: string;
  /** Absent: pages are asked for each media request. */
  readonly protect?: readonly string[];
  readonly request?: { readonly credentials: RequestCredentials };
  readonly renewBefore?: number;
  readonly jitter?: number;
  readonly readAhead?: number;
  readonly timeout?: number;
  readonly refusals?: readonly number[];
  readonly debug?: boolean;
  readonly retry?: { readonly limit?: number; readonly backoffLimit?: number };
  /** Requests of scripts are signed, too. */
  readonly requests?: 'all';
}

/** The parameter of the worker's URL that holds them. */
export const SETTINGS = 'secure-token';

type Writable = (value: unknown) => boolean;

const isNumber: Writable = (value) => typeof value === 'number';
const isListOf =
  (isWritable: Writable): Writable =>
  (value) =>
    Array.isArray(value) && value.every(isWritable);
/** A plain object that has no members but these. */
const isObjectOf =
  (members: Readonly<Record<string, Writable>>): Writable =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    hasOnly(value, members);

/** Whether every member of `value` that is there is one of `members`, and is writable. */
function hasOnly(value: object, members: Readonly<Record<string, Writable>>): boolean {
  return Object.entries(value).every(
    ([name, member]) => member === undefined || (Object.hasOwn(members, name) && members[name]!(member)),
  );
}

/** An http(s) URL that holds nothing but a place: a query, a fragment or user info may be a secret. */
const isBareUrl: Writable = (value) => {
  try {
    const { protocol, username, password, href } = new URL(value as string);
    return typeof value === 'string' && /^https?:$/.test(protocol) && !username && !password && !/[?#]/.test(href);
  } catch {
    return false;
  }
};
const CREDENTIALS: readonly unknown[] = ['omit', 'same-origin', 'include'];

/** All that may stand in the URL of a worker, and as what. */
const writable: Record<keyof WorkerSettings, Writable> = {
  endpoint: isBareUrl,
  protect: isListOf(isBareUrl),
  request: isObjectOf({ credentials: (value) => CREDENTIALS.includes(value) }),
  renewBefore: isNumber,
  jitter: isNumber,
  readAhead: isNumber,
  timeout: isNumber,
  refusals: isListOf(isNumber),
  debug: (value) => typeof value === 'boolean',
  retry: isObjectOf({ limit: isNumber, backoffLimit: isNumber }),
  requests: (value) => value === 'all',
};

const PROTECT_IS_MISSING =
  "protect is missing. Write which URLs the worker signs, such as 'https://cdn.example.com/': " +
  'it sees the media requests of the whole site.';

const PROTECT_IS_NO_TEXT =
  "requests: 'all' needs protect as text, without a query, such as 'https://cdn.example.com/': the worker sees every " +
  'request of the site, and has to know by itself which ones to leave alone.';

const absolute = (url: string | URL): string => new URL(url, document.baseURI).href;

/**
 * The settings of a worker for `options`. It asks the endpoint itself if all of them may stand in its URL; with
 * anything else in them (functions, tokens, headers, a body, text), the page does.
 * @throws `ERR_OPTIONS` without `protect`: a worker sees the requests of the whole site
 */
export function workerSettings(
  options: TokenSourceOptions | TokenSource,
  requests: 'media' | 'all' = 'media',
): WorkerSettings {
  const settings = isTokenSource(options) ? {} : signingSettings(options);
  if (requests === 'media') return settings;
  if (!settings.protect) throw new SecureTokenError('ERR_OPTIONS', PROTECT_IS_NO_TEXT);
  return { ...settings, requests };
}

function signingSettings(options: TokenSourceOptions): WorkerSettings {
  const { endpoint, protect } = options;
  if (!protect) throw new SecureTokenError('ERR_OPTIONS', PROTECT_IS_MISSING);
  const rules = [protect].flat() as readonly Protect[];
  if (!rules.every((rule) => typeof rule === 'string')) return {};
  const written = { protect: rules.map(absolute) };
  if (!hasOnly(written, writable)) return {};
  const all = { ...options, ...written, ...(endpoint && { endpoint: absolute(endpoint) }) };
  // none of the page's own: a URL object, or what a getter returns the second time
  return endpoint && hasOnly(all, writable) ? (JSON.parse(JSON.stringify(all)) as WorkerSettings) : written;
}

/** The settings in the URL of a worker: nothing but what `workerSettings` writes there, whoever has made the URL. */
export function readSettings(url: string): WorkerSettings {
  const text = new URL(url).searchParams.get(SETTINGS);
  const parsed: unknown = text === null ? {} : JSON.parse(text);
  const isKnown = ([name, value]: [string, unknown]): boolean =>
    Object.hasOwn(writable, name) && writable[name as keyof WorkerSettings](value);
  return Object.fromEntries(Object.entries(Object(parsed) as object).filter(isKnown));
}
