import { problemOf } from './problem-detail.ts';
import type { SecureTokenErrorCode } from '../contract/secure-token-error.ts';
import { DOCTOR, SecureTokenError, isSecureTokenError } from '../contract/secure-token-error.ts';

/** The cause of a failed call: a `Response`, or whatever `fetch`, `request` or `getTokens` threw. */
interface Failure {
  readonly status?: number;
  readonly headers?: Partial<Headers>;
}

export const secondsOf = (date: string | null | undefined): number => Date.parse(date ?? '') / 1000;

function codeOf(status: number | undefined): SecureTokenErrorCode {
  if (status === 401 || status === 403) return 'ERR_DENIED';
  return !status || status === 429 || status >= 500 ? 'ERR_SIGNING_UNAVAILABLE' : 'ERR_SIGNING_RESPONSE';
}

/** Returns `Retry-After` in seconds. A date counts by the endpoint's clock, because the viewer's may be hours wrong. */
function retryAfterOf(headers: Failure['headers'], now: number): number | undefined {
  const value = headers?.get?.('retry-after');
  if (!value) return undefined;
  const seconds = Number(value) || secondsOf(value) - (secondsOf(headers?.get?.('date')) || now);
  return seconds > 0 ? seconds : undefined;
}

function messageOf(status: number | undefined, detail: string | undefined): string {
  // the endpoint knows the cause better than this package
  if (detail) return `The signing endpoint answered ${status}: ${detail}`;
  const answered = `The signing endpoint answered ${status}.`;
  switch (codeOf(status)) {
    case 'ERR_DENIED':
      return `${answered} This viewer has no access: let them log in, then call renew(). ${DOCTOR}`;
    case 'ERR_SIGNING_RESPONSE':
      return `${answered} Check its URL, and that it accepts POST with { "urls", "reason" }. ${DOCTOR}`;
    default:
      return status
        ? `${answered} Look at its log. ${DOCTOR}`
        : `The signing endpoint did not answer. Check its URL, its CORS headers and the network. ${DOCTOR}`;
  }
}

/** Converts the cause of a failed call to a `SecureTokenError`. @param now unix seconds on the endpoint's clock */
export function toError(cause: unknown, now: number): SecureTokenError {
  try {
    return errorOf(cause, now);
  } catch {
    // an app may throw an object whose getters throw; the call still has to fail with a `SecureTokenError`
    return errorOf(undefined, now);
  }
}

function errorOf(cause: unknown, now: number): SecureTokenError {
  if (isSecureTokenError(cause)) return cause;
  const { status, headers } = (cause ?? {}) as Failure;
  const { detail, type } = problemOf(cause);
  return new SecureTokenError(codeOf(status), messageOf(status, detail), {
    status,
    ...(type !== undefined && { type }),
    cause,
    retryAfter: retryAfterOf(headers, now),
  });
}
