import type { TokenSource } from 'secure-token-core';
import type { EngineClass } from './shaka-types.ts';

/** A `shaka.util.Error`, of whichever copy of Shaka. */
export interface ShakaError extends Error {
  readonly severity: number;
  readonly category: number;
  readonly code: number;
  readonly data: readonly unknown[];
  readonly constructor: new (severity: number, category: number, code: number, ...data: unknown[]) => ShakaError;
}

const RECOVERABLE = 1;
const CRITICAL = 2;
const NETWORK = 1;
const BAD_HTTP_STATUS = 1001;
const HTTP_ERROR = 1002;
const TIMEOUT = 1003;
/** What Shaka makes of an error that a request filter throws. */
const REQUEST_FILTER_ERROR = 1006;

export const isShakaError = (error: unknown): error is ShakaError =>
  Array.isArray((error as Partial<ShakaError> | undefined)?.data);

/** How the edge has answered; 0 if the browser does not tell; `undefined` if it was not the edge that failed. */
export function statusOf({ code, data }: ShakaError): number | undefined {
  if (code === BAD_HTTP_STATUS) return Number(data[1]);
  return code === HTTP_ERROR ? 0 : undefined;
}

const isUrl = (it: unknown): it is string => typeof it === 'string' && /^https?:\/\/\S+$/i.test(it);

/** The same error without a token in its URLs, and with what is behind it as the last of its data. */
export function unsignedError(error: ShakaError, source: TokenSource, behind?: Error): ShakaError {
  const { severity, category, code } = error;
  const data = error.data.map((it) => (isUrl(it) ? source.unsign(it) : it));
  return new error.constructor(severity, category, code, ...data, ...(behind ? [behind] : []));
}

/** The same for an outage of the signing endpoint: Shaka 4 takes a 401 or 403 for critical, and would end playback. */
export function recoverableError(error: ShakaError, source: TokenSource, outage: Error): ShakaError {
  const { category, code, data, constructor } = unsignedError(error, source, outage);
  return new constructor(RECOVERABLE, category, code, ...data);
}

/** What Shaka would have made of `cause`, had a request filter thrown it. */
export const filterError = ({ constructor }: Pick<ShakaError, 'constructor'>, cause: unknown): ShakaError =>
  new constructor(CRITICAL, NETWORK, REQUEST_FILTER_ERROR, cause);

/** What a request ends with that has taken too long: Shaka tries such a one again. */
export const timeoutError = ({ constructor }: Pick<ShakaError, 'constructor'>): ShakaError =>
  new constructor(RECOVERABLE, NETWORK, TIMEOUT);

/**
 * What a request ends with that is aborted. Where Shaka was imported as a module, no name leads to its errors: this one
 * comes from an engine that is destroyed.
 */
export async function abortedError(engineClass: EngineClass): Promise<ShakaError> {
  const engine = new engineClass();
  await engine.destroy();
  return engine.request(engineClass.RequestType.APP, { uris: ['about:blank'] } as never).promise.then(
    () => Promise.reject(new Error('an engine that is destroyed has answered')),
    (error: unknown) => error as ShakaError,
  );
}
