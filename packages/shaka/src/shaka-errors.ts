import type { SecureTokenError, SignedRequest, TokenSource } from 'secure-token-core';
import { fromEntries, textWithoutToken } from 'secure-token-core/adapter';
import type { EngineClass } from './shaka-types.ts';

/** A `shaka.util.Error` of any copy of Shaka. */
interface ShakaError extends Error {
  readonly severity: number;
  readonly category: number;
  readonly code: number;
  readonly data: readonly unknown[];
  readonly constructor: new (severity: number, category: number, code: number, ...data: unknown[]) => ShakaError;
}

const CRITICAL = 2;
const NETWORK = 1;
const BAD_HTTP_STATUS = 1001;
const HTTP_ERROR = 1002;
/** The code of the error that Shaka makes if a request filter throws. */
const REQUEST_FILTER_ERROR = 1006;

const isShakaError = (error: unknown): error is ShakaError =>
  Array.isArray((error as Partial<ShakaError> | undefined)?.data);

/** Returns the status of the edge; 0 if the browser hides it; `undefined` if the edge is not to blame for `error`. */
export function statusOf(error: unknown): number | undefined {
  if (!isShakaError(error)) return undefined;
  if (error.code === BAD_HTTP_STATUS) return Number(error.data[1]);
  return error.code === HTTP_ERROR ? 0 : undefined;
}

/**
 * Returns a failure as the player may see it: without the token in its URLs, in its texts, such as the body of a 404, in
 * the headers of the response and in the errors that it quotes.
 * @param error what sending `sent` has failed with
 * @param refusal becomes the last of the data of `error`
 */
export function unsignedError(
  error: unknown,
  source: TokenSource,
  sent: SignedRequest,
  refusal: SecureTokenError | undefined,
): unknown {
  const unsigned = (it: unknown): unknown => {
    if (typeof it === 'string') return textWithoutToken(/^https?:\/\/\S+$/i.test(it) ? source.unsign(it) : it, sent);
    if (it instanceof Error) {
      const text = textWithoutToken(String(it), sent);
      return text === String(it) ? it : new TypeError(text);
    }
    // the headers of the response by their names
    if (Object.prototype.toString.call(it) !== '[object Object]') return it;
    return fromEntries(Object.entries(it as object).map(([name, value]) => [name, unsigned(value)]));
  };
  if (!isShakaError(error)) return unsigned(error);
  const { severity, category, code, data, constructor } = error;
  return new constructor(severity, category, code, ...data.map(unsigned), ...(refusal ? [refusal] : []));
}

/**
 * Returns the error that Shaka would make if a request filter threw `cause`: Shaka writes into any error, and other
 * requests may get the same error of ours. If Shaka was imported as a module, no global name leads to the class of its
 * errors: an engine that is destroyed shows it.
 */
export async function filterError(engineClass: EngineClass, cause: SecureTokenError): Promise<unknown> {
  const engine = new engineClass();
  await engine.destroy();
  const { promise } = engine.request(engineClass.RequestType.APP, { uris: ['about:blank'] } as never);
  const aborted: unknown = await promise.catch((error: unknown) => error);
  return isShakaError(aborted) ? new aborted.constructor(CRITICAL, NETWORK, REQUEST_FILTER_ERROR, cause) : cause;
}
