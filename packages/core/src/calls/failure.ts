import type { SecureTokenErrorCode } from '../contract/errors.ts';
import { SecureTokenError, doctorHint, isSecureTokenError } from '../contract/errors.ts';
import type { Settings } from '../contract/options.ts';
import { adviceFor } from '../development/mistakes.ts';
import { sleep } from '../waiting.ts';

/** The longest time, in seconds, to wait for the body that explains a status. */
const PATIENCE_SECONDS = 1;
/** The length of the longest text of an endpoint that is shown, in characters. */
const MAX_SHOWN = 200;

/** Returns a text of an endpoint for a message that apps log: one short line without queries and tokens. */
function shown(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const line = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/\?[^\s"'<>]+/g, '?…')
    // letters and digits, or Base64 with its padding
    .replace(/[\w~%+/=-]{16,}/g, (run) => (/[a-z].*\d|\d.*[a-z]|=$/i.test(run) ? '…' : run));
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/** An endpoint's explanation of its failure (RFC 9457), as far as it is safe to show. */
interface Problem {
  readonly detail?: string | undefined;
  /** A URI that names the kind of failure. */
  readonly type?: string | undefined;
}

/** Reads why the signing endpoint has failed, if `cause` is a response whose body is JSON and arrives within a second. */
async function problemIn(cause: unknown): Promise<Problem> {
  try {
    // a clone: apps get the response as the `cause` of the error, and may read it
    const read = (cause as Response).clone().json() as Promise<Partial<Record<keyof Problem, unknown>>>;
    const { detail, type } = (await Promise.race([read, sleep(PATIENCE_SECONDS)])) ?? {};
    return { detail: shown(detail), type: shown(type) };
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

/**
 * Returns the error of a failed call.
 * @param cause a `Response`, or whatever `fetch`, `request` or `getTokens` threw
 * @param url the first URL of the call; @param now unix seconds by the endpoint's clock
 */
export async function toError(
  cause: unknown,
  { endpoint, getTokens }: Settings,
  url: string,
  now: number,
): Promise<SecureTokenError> {
  if (isSecureTokenError(cause)) return cause;
  const { status, message, headers } = (cause ?? {}) as { status?: number; message?: string; headers?: Headers };
  const { detail, type } = await problemIn(cause);
  const failed = getTokens
    ? `getTokens threw ${message ? shown(String(cause)) : `status ${status}`}`
    : `The signing endpoint ${status ? `answered ${status}` : 'did not answer'}`;
  const advice = __DEVELOPMENT__ ? `${adviceFor(status)} ` : '';
  // the endpoint knows the cause better than this package; there is none to check if the app gets the tokens
  const more = detail ? `: ${detail}` : getTokens ? '.' : `. ${advice}${doctorHint(url, endpoint)}`;
  const wait = headers?.get('retry-after');
  // a date counts by the endpoint's clock, because the viewer's may be hours wrong
  const retryAfter = Math.max(0, Number(wait) || secondsOf(wait) - now) || undefined;
  return new SecureTokenError(codeOf(status), failed + more, { status, cause, retryAfter, type });
}

/** Whether a call may have failed because of one of its URLs. Other statuses are about the viewer or the endpoint. */
export const isAboutUrls = ({ status }: SecureTokenError): boolean =>
  status === 400 || status === 413 || status === 500;

/** Whether a call may have failed because of names that do not exist yet. A 429 is about the number of calls. */
export const isAboutGuesses = ({ code, status }: SecureTokenError): boolean =>
  code !== 'ERR_SIGNING_UNAVAILABLE' || status === 500;

/** Returns the message about a token that had ended when it came: no request with it succeeds. */
export const endedOnArrival = (expires: number): string =>
  `secure-token: a token came with 'expires' ${Math.round(expires)}, in the past. Give unix seconds, not a lifetime: ` +
  'until then, tokens serve few requests or none.';
