import { doctorHint } from '../contract/errors.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import type { Settings, TokenReason, TokenRequest } from '../contract/options.ts';
import { parseAnswer } from '../contract/parse-answer.ts';
import type { Token, TokensAnswer } from '../contract/token.ts';
import type { SourceContext } from '../source-context.ts';
import { abortWith, throwIfAborted } from '../older-browsers.ts';
import { abortable } from '../waiting.ts';
import { endpointError, readProblem, secondsOf } from './endpoint-error.ts';

/** The number of random bits of the id of a session, so that no two pages have the same id. */
const SESSION_BITS = 128;

/** Returns the id of another session, in base64url. */
function newSession(): string {
  const bytes = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SESSION_BITS / 8)));
  return btoa(bytes).replace(/[+/=]/g, (it) => ({ '+': '-', '/': '_' })[it] ?? '');
}

/** Whether the endpoint has ended the session: it denies every later call with the same id. */
const hasEndedSession = ({ type }: SecureTokenError): boolean => type === 'urn:secure-token:session-ended';

/** An answer, and when and as which call it was asked for. */
export interface Answered {
  readonly answer: TokensAnswer;
  /** The number of the call: 1 for the first. */
  readonly call: number;
  /** When the call was sent, in seconds of the session. */
  readonly sentAt: number;
}

/** Calls the signing endpoint, or the app's `getTokens`, as one session of the viewer. */
export class EndpointClient {
  readonly #context: SourceContext;
  /** The number of the last call that was sent. */
  lastCall = 0;
  /** Made at its first use: some servers have no random bits while they load a module. */
  #session: string | undefined;
  /** Whether the app has lifted denials, after a log-in, since the endpoint has accepted the session. */
  #isAfterLogin = false;

  constructor(context: SourceContext) {
    this.#context = context;
  }

  /** The id of the viewer's session, which every call contains, so that an endpoint can count sessions. */
  get session(): string {
    return (this.#session ??= newSession());
  }

  /** Notes that these denials were lifted. If one was for an ended session, another session begins. */
  noteLifted(denials: readonly SecureTokenError[]): void {
    this.#isAfterLogin ||= denials.length > 0;
    if (denials.some(hasEndedSession)) this.#session = undefined;
  }

  /**
   * Makes one call.
   * @param destroyed aborts the call
   * @throws a `SecureTokenError`
   */
  async call(urls: readonly string[], reason: TokenReason, destroyed: AbortSignal): Promise<Answered> {
    const { settings, clock } = this.#context;
    const sentAt = clock.sessionNow();
    const call = ++this.lastCall;
    try {
      const answer = await callInTime(settings, { urls, reason, session: this.session }, destroyed);
      this.#isAfterLogin = false;
      return { answer, call, sentAt };
    } catch (cause) {
      const error = await this.#errorOf(cause, urls);
      // whoever signs a viewer out everywhere denies the account first, of which the page hears, and ends the sessions
      if (!this.#isAfterLogin || !hasEndedSession(error)) throw error;
      this.#isAfterLogin = false;
      this.#session = undefined;
      return this.call(urls, reason, destroyed);
    }
  }

  async #errorOf(cause: unknown, [url = '']: readonly string[]): Promise<SecureTokenError> {
    const { settings, clock, store } = this.#context;
    const problem = await readProblem(cause);
    return endpointError(cause, {
      now: clock.now(),
      problem,
      isOfApp: settings.getTokens !== undefined,
      hint: doctorHint(url, settings.endpoint),
      hasTokens: !store.isEmpty,
    });
  }
}

/** @throws whatever the call throws; an error if it takes longer than `timeout`, or once `destroyed` aborts */
async function callInTime(
  settings: Settings,
  wanted: Omit<TokenRequest, 'signal'>,
  destroyed: AbortSignal,
): Promise<TokensAnswer> {
  const { getTokens, timeout } = settings;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  destroyed.addEventListener('abort', end);
  const timer = setTimeout(() => abortWith(ending, new Error(`No answer in ${timeout} s.`)), timeout * 1000);
  const request = { ...wanted, signal: ending.signal };
  try {
    const answer = getTokens ? askApp(getTokens, request) : askEndpoint(settings, request);
    return await abortable(answer, ending.signal);
  } finally {
    clearTimeout(timer);
    destroyed.removeEventListener('abort', end);
  }
}

async function askApp(getTokens: NonNullable<Settings['getTokens']>, request: TokenRequest): Promise<TokensAnswer> {
  // needs the same checks as the answer of an endpoint
  return parseAnswer(toJson(await getTokens(request)), 'getTokens');
}

function toJson(answer: Token | readonly Token[] | TokensAnswer): string {
  try {
    const isWhole = typeof answer === 'object' && 'tokens' in answer;
    return JSON.stringify(isWhole ? answer : { tokens: [answer].flat() });
  } catch {
    return '';
  }
}

async function askEndpoint(
  { endpoint, request, fetch = globalThis.fetch }: Settings,
  { signal, ...wanted }: TokenRequest,
): Promise<TokensAnswer> {
  const init = typeof request === 'function' ? await request() : request;
  // an aborted call is never sent: the app's `fetch` may ignore the signal, and `init` may contain the log-in
  throwIfAborted(signal);
  const headers = new Headers(init?.headers);
  headers.set('content-type', 'application/json');
  const response = await fetch(endpoint!, { ...init, method: 'POST', headers, body: JSON.stringify(wanted), signal });
  if (!response.ok) throw response as unknown as Error;
  const now = secondsOf(response.headers.get('date'));
  return { now, ...parseAnswer(await response.text(), 'the signing endpoint') };
}
