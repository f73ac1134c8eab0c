import type { SecureTokenErrorCode } from '../contract/errors.ts';
import { SecureTokenError, doctorHint, isSecureTokenError } from '../contract/errors.ts';
import type { Settings, TokenRequest } from '../contract/options.ts';
import { parseAnswer } from '../contract/parse-answer.ts';
import type { TokensAnswer } from '../contract/token.ts';
import { adviceFor } from '../development/remedies.ts';
import { abortable, sleep } from '../waiting.ts';

/** The longest time, in seconds, to wait for the body that explains a status. */
const PATIENCE_SECONDS = 1;
/** The length of the longest text of an endpoint that is shown, in characters. */
const MAX_SHOWN = 200;

/**
 * Makes one call to the endpoint, or to `getTokens`.
 * @param destroyed aborts the call; @param now returns unix seconds by the endpoint's clock
 * @throws a `SecureTokenError`
 */
export async function callEndpoint(
  settings: Settings,
  wanted: Omit<TokenRequest, 'signal'>,
  destroyed: AbortSignal,
  now: () => number,
): Promise<TokensAnswer> {
  destroyed.throwIfAborted();
  const { getTokens, timeout } = settings;
  const ending = new AbortController();
  const end = (): void => ending.abort(destroyed.reason);
  destroyed.addEventListener('abort', end);
  const timer = setTimeout(() => ending.abort(new Error(`No answer in ${timeout} s.`)), timeout * 1000);
  const request = { ...wanted, signal: ending.signal };
  try {
    const answer = getTokens ? askApp(getTokens, request) : askEndpoint(settings, request);
    return await abortable(answer, ending.signal);
  } catch (cause) {
    throw await toError(cause, settings, wanted.urls[0]!, now());
  } finally {
    clearTimeout(timer);
    destroyed.removeEventListener('abort', end);
  }
}

/** Gets tokens from the app. Its answer needs the same checks as that of an endpoint. */
async function askApp(getTokens: NonNullable<Settings['getTokens']>, request: TokenRequest): Promise<TokensAnswer> {
  const answer: unknown = await getTokens(request);
  const isWhole = Object(answer) === answer && 'tokens' in (answer as object);
  return parseAnswer(JSON.stringify(isWhole ? answer : { tokens: [answer].flat() }), 'getTokens');
}

async function askEndpoint(
  { endpoint, request, fetch = globalThis.fetch }: Settings,
  { signal, ...wanted }: TokenRequest,
): Promise<TokensAnswer> {
  const init = typeof request === 'function' ? await request() : request;
  // an aborted call is never sent: the app's `fetch` may ignore the signal, and `init` may contain the log-in
  signal.throwIfAborted();
  const headers = new Headers(init?.headers);
  headers.set('content-type', 'application/json');
  const response = await fetch(endpoint!, { ...init, method: 'POST', headers, body: JSON.stringify(wanted), signal });
  if (!response.ok) throw response as unknown as Error;
  const now = secondsOf(response.headers.get('date'));
  return { now, ...parseAnswer(await response.text(), 'the signing endpoint') };
}

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

const secondsOf = (date: string | null | undefined): number => Date.parse(date ?? '') / 1000;

function codeOf(status: number | undefined): SecureTokenErrorCode {
  if (status === 401 || status === 403) return 'ERR_DENIED';
  return !status || status === 429 || status >= 500 ? 'ERR_SIGNING_UNAVAILABLE' : 'ERR_SIGNING_RESPONSE';
}

/**
 * Returns the error of a failed call.
 * @param cause a `Response`, or whatever `fetch`, `request` or `getTokens` threw
 * @param url the first URL of the call; @param now unix seconds by the endpoint's clock
 */
async function toError(
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
