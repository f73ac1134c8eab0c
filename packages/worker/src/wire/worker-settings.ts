import type { Check } from 'secure-token-core/adapter';
import { plainOptions } from 'secure-token-core/adapter';

/**
 * The settings that the worker reads from its own URL. Unlike the memory of the worker, the URL survives when the
 * browser stops the worker. The URL stands in access logs and in `scriptURL`, and browsers may send it as a `Referer`,
 * so it must not hold anything that may be secret.
 */
export interface WorkerSettings {
  /** Absent if pages hand out the tokens. */
  readonly endpoint?: string;
  /** Absent if the worker asks pages about each media request. */
  readonly protect?: readonly string[];
  readonly request?: { readonly credentials: RequestCredentials };
  readonly renewBefore?: number;
  readonly jitter?: number;
  readonly readAhead?: number;
  readonly timeout?: number;
  readonly refusals?: readonly number[];
  readonly debug?: boolean;
  readonly retry?: { readonly limit?: number; readonly backoffLimit?: number };
  /** Present if the worker signs requests of scripts, too. */
  readonly requests?: 'all';
}

/** The parameter of the worker's URL that holds the settings. */
export const SETTINGS = 'secure-token';

type Writable = (value: unknown) => boolean;

const passes =
  (check: Check): Writable =>
  (value) =>
    check(value, '') === undefined;

/** Whether a value is an http(s) URL without a query, a fragment and user info, each of which may be a secret. */
const isBareUrl: Writable = (value) => typeof value === 'string' && /^https?:\/\/[^/\\?#@]+(\/[^?#]*)?$/.test(value);

const isOneOf =
  (...words: unknown[]): Writable =>
  (value) =>
    words.includes(value);

/** Whether a value is a plain object that holds nothing else. */
const holdsOnly =
  (members: Readonly<Record<string, Writable>>): Writable =>
  (value) =>
    Object.getPrototypeOf(value ?? 0) === Object.prototype &&
    Object.entries(value as object).every(([name, it]) => Object.hasOwn(members, name) && members[name]!(it));

const isNumber: Writable = (value) => typeof value === 'number';

/** The settings that the URL of a worker may hold, each with its check. */
const writable: Readonly<Record<keyof WorkerSettings, Writable>> = {
  endpoint: isBareUrl,
  protect: (value) => Array.isArray(value) && value.every(isBareUrl),
  request: holdsOnly({ credentials: isOneOf('omit', 'same-origin', 'include') }),
  renewBefore: passes(plainOptions.renewBefore),
  jitter: passes(plainOptions.jitter),
  readAhead: passes(plainOptions.readAhead),
  timeout: passes(plainOptions.timeout),
  refusals: passes(plainOptions.refusals),
  debug: passes(plainOptions.debug),
  retry: holdsOnly({ limit: isNumber, backoffLimit: isNumber }),
  requests: isOneOf('all'),
};

/** The names of the settings that the URL of a worker may hold. */
export const SETTING_NAMES: readonly string[] = Object.keys(writable);

/** Whether the URL of a worker may hold `value` as its setting `name`. */
export const isWritable = (name: string, value: unknown): boolean =>
  Object.hasOwn(writable, name) && writable[name as keyof WorkerSettings](value);

/**
 * Returns the settings in the URL of a worker. Leaves out all that `writable` does not allow, because any script may
 * have made the URL.
 */
export function readSettings(url: string): WorkerSettings {
  const parsed: unknown = JSON.parse(new URL(url).searchParams.get(SETTINGS) ?? '{}');
  const entries = Object.entries(Object(parsed) as object);
  return Object.fromEntries(entries.filter(([name, value]) => isWritable(name, value)));
}
