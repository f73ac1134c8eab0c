import type { SignedRequest, TokenSource } from 'secure-token-core';
import { errorWithoutToken, textWithoutToken } from 'secure-token-core/adapter';
import type { EngineClass } from './shaka-types.ts';

/** A `shaka.util.Error` of any copy of Shaka. */
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
/** The code of the error that Shaka makes if a request filter throws. */
const REQUEST_FILTER_ERROR = 1006;

export const isShakaError = (error: unknown): error is ShakaError =>
  Array.isArray((error as Partial<ShakaError> | undefined)?.data);

/** Returns the status of the edge; 0 if the browser hides it; `undefined` if the failure is not one of the edge. */
export function statusOf({ code, data }: ShakaError): number | undefined {
  if (code === BAD_HTTP_STATUS) return Number(data[1]);
  return code === HTTP_ERROR ? 0 : undefined;
}

const isUrl = (text: string): boolean => /^https?:\/\/\S+$/i.test(text);

/** Tells whether `it` is a plain object, such as the headers of a response by their names. */
const isPlain = (it: unknown): it is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(it) === '[object Object]';

const mapValues = (it: Readonly<Record<string, unknown>>, change: (value: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(it).map(([name, value]) => [name, change(value)]));

/**
 * Returns a copy of `error` without tokens in its URLs, in its texts, such as the body of a 404, in the headers of the
 * response and in the errors that it quotes.
 * @param sent the request that has failed with `error`
 * @param behind the error that has caused `error`; it becomes the last of its data
 */
export function unsignedError(error: ShakaError, source: TokenSource, sent: SignedRequest, behind?: Error): ShakaError {
  const { severity, category, code } = error;
  const unsigned = (it: unknown): unknown => {
    if (typeof it === 'string') return textWithoutToken(isUrl(it) ? source.unsign(it) : it, sent);
    return it instanceof Error ? errorWithoutToken(it, sent) : it;
  };
  const data = error.data.map((it) => (isPlain(it) ? mapValues(it, unsigned) : unsigned(it)));
  return new error.constructor(severity, category, code, ...data, ...(behind ? [behind] : []));
}

/** Returns a recoverable copy of `error`, for an outage: Shaka 4 treats 401 and 403 as critical, and ends playback. */
export function recoverableError(
  error: ShakaError,
  source: TokenSource,
  sent: SignedRequest,
  outage: Error,
): ShakaError {
  const { category, code, data, constructor } = unsignedError(error, source, sent, outage);
  return new constructor(RECOVERABLE, category, code, ...data);
}

/** Returns the error that Shaka would make if a request filter threw `cause`. */
export const filterError = ({ constructor }: Pick<ShakaError, 'constructor'>, cause: unknown): ShakaError =>
  new constructor(CRITICAL, NETWORK, REQUEST_FILTER_ERROR, cause);

/** Returns the error of a request that has taken too long: Shaka retries such a request. */
export const timeoutError = ({ constructor }: Pick<ShakaError, 'constructor'>): ShakaError =>
  new constructor(RECOVERABLE, NETWORK, TIMEOUT);

/**
 * Returns the error of an aborted request. If Shaka was imported as a module, no global name leads to the class of its
 * errors: so this error comes from an engine that is destroyed.
 */
export async function abortedError(engineClass: EngineClass): Promise<ShakaError> {
  const engine = new engineClass();
  await engine.destroy();
  return engine.request(engineClass.RequestType.APP, { uris: ['about:blank'] } as never).promise.then(
    () => Promise.reject(new Error('an engine that is destroyed has answered')),
    (error: unknown) => error as ShakaError,
  );
}
