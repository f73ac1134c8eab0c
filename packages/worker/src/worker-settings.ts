import type { Protect, TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';

/** What the worker reads from its own URL: unlike its memory, that survives when it is stopped. */
export interface WorkerSettings extends Omit<TokenSourceOptions, 'endpoint' | 'protect'> {
  /** Absent: pages hand out the tokens. */
  readonly endpoint?: string;
  /** Absent: pages are asked for each media request. */
  readonly protect?: readonly string[];
}

/** The parameter of the worker's URL that holds them. */
export const SETTINGS = 'secure-token';

const absolute = (url: string | URL): string => new URL(url, document.baseURI).href;

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value
    ? [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value) as object) && Object.values(value).every(isPlain)
    : typeof value !== 'function';

/**
 * The settings of a worker for `options`. It asks the endpoint itself if they can all be written down; with functions or
 * tokens in them, the page does.
 * @throws `ERR_OPTIONS` without `protect`: a worker sees the media requests of the whole site
 */
export function workerSettings(options: TokenSourceOptions | TokenSource): WorkerSettings {
  if (options instanceof EventTarget) return {};
  const { endpoint, protect, ...rest } = options;
  if (!protect) throw new SecureTokenError('ERR_OPTIONS', 'Missing or wrong option: protect');
  const rules = [protect].flat() as readonly Protect[];
  if (!rules.every((rule) => typeof rule === 'string')) return {};
  const written = { protect: rules.map(absolute) };
  return endpoint && !rest.tokens && isPlain(rest) ? { ...rest, ...written, endpoint: absolute(endpoint) } : written;
}
