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
const isBareUrl: Writable = (value) => {
  try {
    const { protocol, username, password, href } = new URL(value as string);
    return typeof value === 'string' && /^https?:$/.test(protocol) && !username && !password && !/[?#]/.test(href);
  } catch {
    return false;
  }
};

const CREDENTIALS: readonly unknown[] = ['omit', 'same-origin', 'include'];

/** Whether a value is a plain object that holds nothing but `credentials`. */
function isRequest(value: unknown): boolean {
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return false;
  const { credentials, ...others } = value as { credentials?: unknown };
  return CREDENTIALS.includes(credentials) && Object.keys(others).length === 0;
}

/** The settings that the URL of a worker may hold, each with its check. */
const writable: Readonly<Record<keyof WorkerSettings, Writable>> = {
  endpoint: isBareUrl,
  protect: (value) => Array.isArray(value) && value.every(isBareUrl),
  request: isRequest,
  renewBefore: passes(plainOptions.renewBefore),
  jitter: passes(plainOptions.jitter),
  readAhead: passes(plainOptions.readAhead),
  timeout: passes(plainOptions.timeout),
  refusals: passes(plainOptions.refusals),
  debug: passes(plainOptions.debug),
  retry: passes(plainOptions.retry),
  requests: (value) => value === 'all',
};

/** Whether the URL of a worker may hold `value` as its setting `name`. */
export const isWritable = (name: string, value: unknown): boolean =>
  Object.hasOwn(writable, name) && writable[name as keyof WorkerSettings](value);

/**
 * Returns the settings in the URL of a worker. Leaves out all that `writable` does not allow, because any script may
 * have made the URL.
 */
export function readSettings(url: string): WorkerSettings {
  const text = new URL(url).searchParams.get(SETTINGS);
  const parsed: unknown = text === null ? {} : JSON.parse(text);
  const entries = Object.entries(Object(parsed) as object);
  return Object.fromEntries(entries.filter(([name, value]) => isWritable(name, value)));
}
