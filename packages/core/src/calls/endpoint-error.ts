import type { SecureTokenErrorCode } from '../contract/errors.ts';
import { SecureTokenError, isSecureTokenError } from '../contract/errors.ts';
import { adviceFor } from '../development/remedies.ts';
import { within } from '../older-browsers.ts';
import { abortable } from '../waiting.ts';

/** The longest time, in ms, to wait for the body that explains a status. */
const PATIENCE_MS = 1000;
/** The length of the longest `detail` that is read, and of the longest that is shown, in characters. */
const MAX_READ = 2000;
const MAX_SHOWN = 200;

/** A `type` that apps may see: a URI without a query, because a query could contain anything. */
const TYPE = /^[a-z][\w+.-]*:[\w./:~-]{1,200}$/i;

/** An endpoint's explanation of its failure (RFC 9457), as far as it is safe to show. */
interface Problem {
  readonly detail?: string;
  /** A URI that names the kind of failure. */
  readonly type?: string;
}

/** Returns the beginning of a text of an endpoint. A token that would be cut in two is left out. */
const beginningOf = (text: string): string =>
  text.length > MAX_READ ? text.slice(0, MAX_READ).replace(/[\w~%+/=?&-]+$/, '') : text;

/** Returns a text of an endpoint for a message that apps log: one short line without queries and tokens. */
function shownDetail(text: string): string {
  const line = beginningOf(text)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/\?[^\s"'<>]+/g, '?…')
    // letters and digits, or Base64 with its padding
    .replace(/[\w~%+/=-]{16,}/g, (run) => (/[a-z].*\d|\d.*[a-z]|=$/i.test(run) ? '…' : run));
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/**
 * Reads why the signing endpoint has failed, if the cause is a response whose body is JSON and arrives within a second.
 * Never rejects. Leaves the response readable, because apps get it as the `cause` of the error.
 */
export async function readProblem(cause: unknown): Promise<Problem> {
  try {
    const response = cause as Response;
    const isJson = /\bjson\b/i.test(response.headers.get('content-type') ?? '');
    const problem: unknown =
      isJson && (await within(PATIENCE_MS, (signal) => abortable(response.clone().json(), signal)));
    const { detail, type } = Object(problem) as Record<keyof Problem, unknown>;
    return {
      ...(typeof detail === 'string' && { detail: shownDetail(detail) }),
      ...(typeof type === 'string' && TYPE.test(type) && { type }),
    };
  } catch {
    // no response; or a body that breaks off or is not JSON: the status is known all the same
    return {};
  }
}

export const secondsOf = (date: string | null | undefined): number => Date.parse(date ?? '') / 1000;

function codeOf(status: number | undefined): SecureTokenErrorCode {
  if (status === 401 || status === 403) return 'ERR_DENIED';
  return !status || status === 429 || status >= 500 ? 'ERR_SIGNING_UNAVAILABLE' : 'ERR_SIGNING_RESPONSE';
}

function messageOf(status: number | undefined, detail: string | undefined, hint: string): string {
  // the endpoint knows the cause better than this package
  if (detail) return `The signing endpoint answered ${status}: ${detail}`;
  const answered = status ? `The signing endpoint answered ${status}.` : 'The signing endpoint did not answer.';
  return `${answered} ${__DEVELOPMENT__ ? `${adviceFor(status)} ${hint}` : hint}`;
}

/** Returns the message of what `getTokens` has thrown: there is no endpoint that could be checked. */
function messageOfApp(cause: unknown, status: number | undefined, detail: string | undefined): string {
  const thrown = (cause as Partial<Error> | undefined)?.message ? shownDetail(String(cause)) : `status ${status}`;
  return `getTokens threw ${thrown}${detail ? `: ${detail}` : ''}.`;
}

/** Returns `Retry-After` in seconds. A date counts by the endpoint's clock, because the viewer's may be hours wrong. */
function retryAfterOf(headers: Partial<Headers> | undefined, now: number): number | undefined {
  const value = headers?.get?.('retry-after');
  const seconds = value ? Number(value) || secondsOf(value) - (secondsOf(headers?.get?.('date')) || now) : 0;
  return seconds > 0 ? seconds : undefined;
}

/** What is known of a failed call. */
interface Circumstances {
  /** Unix seconds on the endpoint's clock. */
  readonly now: number;
  readonly problem: Problem;
  /** Whether `getTokens` was called, in place of an endpoint. */
  readonly isOfApp: boolean;
  /** The command that finds out more. */
  readonly hint: string;
  /** Whether any token is at hand: then the code that gets tokens works. */
  readonly hasTokens: boolean;
}

/**
 * Returns the error of a failed call.
 * @param cause a `Response`, or whatever `fetch`, `request` or `getTokens` threw
 */
export function endpointError(cause: unknown, circumstances: Circumstances): SecureTokenError {
  try {
    if (isSecureTokenError(cause)) return cause;
    const { status, headers } = (cause ?? {}) as { status?: number; headers?: Partial<Headers> };
    const { now, problem, isOfApp, hint, hasTokens } = circumstances;
    const { detail, type } = problem;
    const details = { status, cause, retryAfter: retryAfterOf(headers, now), ...(type && { type }) };
    // a misspelt name in the app's code: no later call would find it
    const isMistake = isOfApp && !hasTokens && (cause as Partial<Error> | undefined)?.name === 'ReferenceError';
    const message = isOfApp ? messageOfApp(cause, status, detail) : messageOf(status, detail, hint);
    return new SecureTokenError(isMistake ? 'ERR_SIGNING_RESPONSE' : codeOf(status), message, details);
  } catch {
    // an app may throw an object whose getters throw
    return endpointError(undefined, circumstances);
  }
}
