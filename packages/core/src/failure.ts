import type { SecureTokenErrorCode } from './secure-token-error.ts';
import { SecureTokenError, isSecureTokenError } from './secure-token-error.ts';

/** What a failed call has to tell: a `Response`, or whatever `fetch`, `request` or `getTokens` threw. */
interface Failure {
  readonly status?: number;
  readonly headers?: Partial<Headers>;
}

export const secondsOf = (date: string | null | undefined): number => Date.parse(date ?? '') / 1000;

function codeOf(status: number | undefined): SecureTokenErrorCode {
  if (status === 401 || status === 403) return 'ERR_DENIED';
  return !status || status === 429 || status >= 500 ? 'ERR_SIGNING_UNAVAILABLE' : 'ERR_SIGNING_RESPONSE';
}

/** `Retry-After` in seconds. A date is told by the endpoint's clock: the viewer's may be hours wrong. */
function retryAfterOf(headers: Failure['headers'], now: number): number | undefined {
  const value = headers?.get?.('retry-after');
  if (!value) return undefined;
  const seconds = Number(value) || secondsOf(value) - (secondsOf(headers?.get?.('date')) || now);
  return seconds > 0 ? seconds : undefined;
}

/** What went wrong, in our words. @param now of the endpoint, in seconds */
export function toError(cause: unknown, now: number): SecureTokenError {
  if (isSecureTokenError(cause)) return cause;
  const { status, headers } = (cause ?? {}) as Failure;
  return new SecureTokenError(
    codeOf(status),
    `the signing endpoint ${status ? `answered ${status}` : 'did not answer'}`,
    { status, cause, retryAfter: retryAfterOf(headers, now) },
  );
}
