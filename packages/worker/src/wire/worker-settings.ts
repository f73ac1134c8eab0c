import { fromEntries } from 'secure-token-core/adapter';

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

/** The names of the settings. */
export const SETTING_NAMES: readonly string[] = [
  'endpoint',
  'protect',
  'request',
  'renewBefore',
  'jitter',
  'readAhead',
  'timeout',
  'refusals',
  'debug',
  'retry',
  'requests',
] satisfies (keyof WorkerSettings)[];

/**
 * Returns the settings in the URL of a worker. Any script may have made the URL: other names are left out, and the token
 * source of the worker checks the values.
 */
export function readSettings(url: string): WorkerSettings {
  const parsed: unknown = JSON.parse(new URL(url).searchParams.get(SETTINGS) ?? '{}');
  const entries = Object.entries(Object(parsed) as object);
  return fromEntries(entries.filter(([name]) => SETTING_NAMES.includes(name)));
}
