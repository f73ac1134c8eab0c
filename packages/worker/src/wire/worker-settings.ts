import type { EdgeRefusals } from 'secure-token-core';
import type { Check } from 'secure-token-core/adapter';
import { plainOptions } from 'secure-token-core/adapter';

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
  readonly refusals?: readonly (number | EdgeRefusals)[];
  readonly adopt?: boolean | string;
  readonly debug?: boolean;
  readonly retry?: { readonly limit?: number; readonly backoffLimit?: number };
  /** Requests of scripts are signed, too. */
  readonly requests?: 'all';
}

/** The parameter of the worker's URL that holds them. */
export const SETTINGS = 'secure-token';

type Writable = (value: unknown) => boolean;

const passes =
  (check: Check): Writable =>
  (value) =>
    check(value, '') === undefined;

/** An http(s) URL that holds nothing but a place: a query, a fragment or user info may be a secret. */
const isBareUrl: Writable = (value) => {
  try {
    const { protocol, username, password, href } = new URL(value as string);
    return typeof value === 'string' && /^https?:$/.test(protocol) && !username && !password && !/[?#]/.test(href);
  } catch {
    return false;
  }
};

const isStatusOrBareEdge: Writable = (value) =>
  typeof value === 'number' || isBareUrl((value as Partial<EdgeRefusals>).prefix);

const CREDENTIALS: readonly unknown[] = ['omit', 'same-origin', 'include'];

/** A plain object that holds nothing but `credentials`. */
function isRequest(value: unknown): boolean {
  if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return false;
  const { credentials, ...others } = value as { credentials?: unknown };
  return CREDENTIALS.includes(credentials) && Object.keys(others).length === 0;
}

/** All that may stand in the URL of a worker, and as what. */
const writable: Readonly<Record<keyof WorkerSettings, Writable>> = {
  endpoint: isBareUrl,
  protect: (value) => Array.isArray(value) && value.every(isBareUrl),
  request: isRequest,
  renewBefore: passes(plainOptions.renewBefore),
  jitter: passes(plainOptions.jitter),
  readAhead: passes(plainOptions.readAhead),
  timeout: passes(plainOptions.timeout),
  refusals: (value) => passes(plainOptions.refusals)(value) && (value as unknown[]).every(isStatusOrBareEdge),
  adopt: passes(plainOptions.adopt),
  debug: passes(plainOptions.debug),
  retry: passes(plainOptions.retry),
  requests: (value) => value === 'all',
};

/** Whether `value` may stand in the URL of a worker as its setting `name`. */
export const isWritable = (name: string, value: unknown): boolean =>
  Object.hasOwn(writable, name) && writable[name as keyof WorkerSettings](value);

/** The settings in the URL of a worker: nothing but what `writable` lets in, whoever has made the URL. */
export function readSettings(url: string): WorkerSettings {
  const text = new URL(url).searchParams.get(SETTINGS);
  const parsed: unknown = text === null ? {} : JSON.parse(text);
  const entries = Object.entries(Object(parsed) as object);
  return Object.fromEntries(entries.filter(([name, value]) => isWritable(name, value)));
}
