import { pathOf, resolveUrl, shownUrl } from '../url-text.ts';

/**
 * The code of a `SecureTokenError`.
 *
 * - `ERR_OPTIONS`: an option is wrong. Thrown at once; the message names the option.
 * - `ERR_SIGNING_UNAVAILABLE`: the signing endpoint does not answer (network, time-out, 429, 5xx). A request fails
 *   with this code only if no token is left.
 * - `ERR_SIGNING_RESPONSE`: the answer of the signing endpoint has no valid token for this URL.
 * - `ERR_DENIED`: the signing endpoint denies this viewer or this URL; final until `renew()`.
 * - `ERR_TOKEN_REFUSED`: the edge refused a request, and refused it again with a new token.
 * - `ERR_DESTROYED`: the token source was destroyed.
 */
export type SecureTokenErrorCode =
  | 'ERR_OPTIONS'
  | 'ERR_SIGNING_UNAVAILABLE'
  | 'ERR_SIGNING_RESPONSE'
  | 'ERR_DENIED'
  | 'ERR_TOKEN_REFUSED'
  | 'ERR_DESTROYED';

export interface SecureTokenErrorDetails {
  /** The unsigned URL that the error is about. */
  readonly url?: string | undefined;
  /** The HTTP status that led to the error. */
  readonly status?: number | undefined;
  /** Seconds that the signing endpoint asks callers to wait before the next call. */
  readonly retryAfter?: number | undefined;
  /** The `type` of the problem (RFC 9457) that the endpoint has answered, such as `urn:secure-token:session-limit`. */
  readonly type?: string | undefined;
  readonly cause?: unknown;
}

/** The only error class of all packages. Its `message` and `url` contain neither a token nor a secret. */
export class SecureTokenError extends Error {
  declare readonly code: SecureTokenErrorCode;
  declare readonly url?: string;
  declare readonly status?: number;
  declare readonly retryAfter?: number;
  declare readonly type?: string;

  constructor(code: SecureTokenErrorCode, message: string, details?: SecureTokenErrorDetails) {
    super(`${code}: ${message}`);
    Object.assign(this, { name: 'SecureTokenError', code }, details);
  }
}

/** Whether `error` is a `SecureTokenError`, also one of another realm (an iframe) or of another copy of this package. */
export const isSecureTokenError = (error: unknown): error is SecureTokenError =>
  (error as Error | undefined)?.name === 'SecureTokenError';

/** Whether the signing endpoint does not answer: players retry that. Of the other failures, a denial lasts until `renew()`. */
export const isOutage = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE';

/**
 * Returns the last sentence of messages about the edge or the endpoint: the command that finds out more than a page can
 * know. Leaves out queries, which may contain a secret.
 * @param url unsigned; @param endpoint absent if the app gets the tokens
 */
export function doctorHint(url: string, endpoint: string | URL | undefined): string {
  const asked = shownUrl(pathOf(url));
  const origin = (globalThis as { location?: Location }).location?.origin;
  const ofEndpoint = endpoint ? ` --endpoint ${shownUrl(pathOf(resolveUrl(String(endpoint))))}` : '';
  const ofPage = origin ? ` --origin ${origin}` : '';
  // without an endpoint, the doctor makes its own tokens
  const secret = endpoint ? '' : 'SECURE_TOKEN_SECRET=… ';
  // `--no`: npm fetches nothing of that name, which may belong to anybody. `npm run set-organisation` takes it away
  return `Find out why with '${secret}npx --no -p secure-token-cli secure-token doctor ${asked}${ofEndpoint}${ofPage}'.`;
}
