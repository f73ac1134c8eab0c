import type { SecureTokenErrorCode } from '../contract/errors.ts';
import { DOCTOR, SecureTokenError, isSecureTokenError } from '../contract/errors.ts';
import type { Problem } from './problem.ts';

export const secondsOf = (date: string | null | undefined): number => Date.parse(date ?? '') / 1000;

function codeOf(status: number | undefined): SecureTokenErrorCode {
  if (status === 401 || status === 403) return 'ERR_DENIED';
  return !status || status === 429 || status >= 500 ? 'ERR_SIGNING_UNAVAILABLE' : 'ERR_SIGNING_RESPONSE';
}

function messageOf(status: number | undefined, detail: string | undefined): string {
  // the endpoint knows the cause better than this package
  if (detail) return `The signing endpoint answered ${status}: ${detail}`;
  const answered = `The signing endpoint answered ${status}.`;
  const code = codeOf(status);
  if (code === 'ERR_DENIED')
    return `${answered} This viewer has no access: let them log in, then call renew(). ${DOCTOR}`;
  if (code === 'ERR_SIGNING_RESPONSE')
    return `${answered} Check its URL, and that it accepts POST with { "urls", "reason" }. ${DOCTOR}`;
  if (status) return `${answered} Look at its log. ${DOCTOR}`;
  return `The signing endpoint did not answer. Check its URL, its CORS headers and the network. ${DOCTOR}`;
}

/** Returns `Retry-After` in seconds. A date counts by the endpoint's clock, because the viewer's may be hours wrong. */
function retryAfterOf(headers: Partial<Headers> | undefined, now: number): number | undefined {
  const value = headers?.get?.('retry-after');
  const seconds = value ? Number(value) || secondsOf(value) - (secondsOf(headers?.get?.('date')) || now) : 0;
  return seconds > 0 ? seconds : undefined;
}

/**
 * Returns the error of a failed call.
 * @param cause a `Response`, or whatever `fetch`, `request` or `getTokens` threw
 * @param now unix seconds on the endpoint's clock; @param problem what the endpoint has explained
 */
export function toError(cause: unknown, now: number, problem: Problem = {}): SecureTokenError {
  if (isSecureTokenError(cause)) return cause;
  try {
    const { status, headers } = (cause ?? {}) as { status?: number; headers?: Partial<Headers> };
    const { detail, type } = problem;
    const retryAfter = retryAfterOf(headers, now);
    const details = { status, cause, retryAfter, ...(type && { type }) };
    return new SecureTokenError(codeOf(status), messageOf(status, detail), details);
  } catch {
    // an app may throw an object whose getters throw
    return toError(undefined, now);
  }
}

/** Whether a call may have failed because of one of its URLs. Other statuses are about the viewer or the endpoint. */
export const isAboutUrls = ({ status }: SecureTokenError): boolean =>
  status === 400 || status === 413 || status === 500;

/** Whether a call may have failed because of names that do not exist yet. A 429 is about the number of calls. */
export const isAboutGuesses = ({ code, status }: SecureTokenError): boolean =>
  code !== 'ERR_SIGNING_UNAVAILABLE' || status === 500;
