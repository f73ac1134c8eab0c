import { abortable } from '../waiting.ts';
import { secondsOf } from './failure.ts';
import type { Check } from '../contract/first-wrong.ts';
import { eachOf, firstWrong, isObject, isWrong, orNull } from '../contract/first-wrong.ts';
import { isToken, isUnixSeconds, parseToken } from '../contract/parse-token.ts';
import { readProblem } from './problem-detail.ts';
import type { PlaybackSession } from './playback-session.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { Settings, TokenRequest, TokensAnswer } from '../contract/token-source-options.ts';
import type { Token } from '../contract/token.ts';

/** The answer to a call for tokens. */
export interface Answer {
  readonly tokens: readonly Token[];
  /** The URLs that this viewer may not have. */
  readonly denied: readonly string[];
  /** The endpoint's time in unix seconds; NaN if the answer does not tell it. */
  readonly now: number;
}

/** An answer that is not checked yet, so that nothing in it is trusted. */
interface Unread {
  readonly body: string;
  readonly date?: string | null;
}

type Wanted = Pick<TokenRequest, 'urls' | 'reason'>;

/** The reason with which a call is aborted that has to be made again. */
export const ANEW: Error = new Error('the call is made again');

const ANSWER = 'Answer { "now": 1732450000, "tokens": [], "denied": [] }.';

/** An answer whose members have been checked. */
interface Sent {
  readonly tokens: readonly Token[];
  readonly denied?: readonly unknown[] | null;
  readonly now?: number | null;
}

const members: Readonly<Record<keyof Sent, Check>> = {
  tokens: eachOf(isToken, 'Give a list of tokens.'),
  denied: orNull(eachOf(() => undefined, 'Give a list of URLs.')),
  now: orNull(isUnixSeconds),
};

/** Makes calls for tokens, through `getTokens` or to the endpoint. */
export class SigningEndpoint {
  readonly #options: Settings;
  readonly #running = new Set<AbortController>();
  readonly #session: PlaybackSession;
  #stoppedBy: SecureTokenError | undefined;

  constructor(options: Settings, session: PlaybackSession) {
    this.#options = options;
    this.#session = session;
  }

  /**
   * Aborts the calls under way with `ANEW`, so that they are made again: the viewer may have logged in, and the answers
   * would be for the viewer before that.
   */
  startAnew(): void {
    for (const controller of this.#running) controller.abort(ANEW);
  }

  /** Aborts the calls under way and prevents further calls, because the source was destroyed. */
  stop(error: SecureTokenError): void {
    this.#stoppedBy = error;
    for (const controller of this.#running) controller.abort(error);
  }

  /** Makes one call. Rejects with a `Response`, an error, whatever `getTokens` threw, or `ANEW`. */
  async call(wanted: Wanted): Promise<Answer> {
    if (this.#stoppedBy) throw this.#stoppedBy;
    const { timeout } = this.#options;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(Error(`No answer in ${timeout} s.`)), timeout * 1000);
    this.#running.add(controller);
    try {
      const { signal } = controller;
      const sender = this.#options.getTokens ? 'getTokens' : 'the signing endpoint';
      return read(await abortable(this.#fetchAnswer(wanted, signal), signal), sender);
    } finally {
      clearTimeout(timer);
      this.#running.delete(controller);
    }
  }

  async #fetchAnswer(wanted: Wanted, signal: AbortSignal): Promise<Unread> {
    const { endpoint, getTokens, request, fetch = globalThis.fetch } = this.#options;
    const session = this.#session.id;
    if (getTokens) return { body: toJson(await getTokens({ ...wanted, session, signal })) };
    const init = typeof request === 'function' ? await request() : request;
    // an aborted call is never sent: the app's `fetch` may ignore the signal, and `init` may contain the log-in
    if (signal.aborted) throw signal.reason;
    const headers = new Headers(init?.headers);
    headers.set('content-type', 'application/json');
    const body = JSON.stringify({ ...wanted, session });
    const response = await fetch(endpoint!, { ...init, method: 'POST', headers, body, signal });
    if (!response.ok) {
      await readProblem(response);
      throw response as unknown as Error;
    }
    return { body: await response.text(), date: response.headers.get('date') };
  }
}

/** Converts the result of `getTokens` to the text of an answer, because it needs the same checks as an endpoint's. */
function toJson(answer: Token | readonly Token[] | TokensAnswer): string {
  try {
    const isWhole = typeof answer === 'object' && 'tokens' in answer;
    return JSON.stringify(isWhole ? answer : { tokens: [answer].flat() });
  } catch {
    return '';
  }
}

/** Reads an answer. @throws `ERR_SIGNING_RESPONSE`, whose message names the first wrong member */
function read({ body, date }: Unread, sender: string): Answer {
  const answer = parse(body);
  const problem = typeof answer === 'string' ? answer : wrongIn(answer);
  if (problem) throw new SecureTokenError('ERR_SIGNING_RESPONSE', `answer of ${sender}: ${problem}`);
  const { tokens, denied, now } = answer as Sent;
  return {
    tokens: tokens.map(parseToken),
    denied: (denied ?? []).filter((url) => typeof url === 'string'),
    now: now ?? secondsOf(date),
  };
}

/** Parses `body`, or returns what is wrong with it. The message of `JSON.parse` would quote the body and its tokens. */
function parse(body: string): object | string {
  try {
    const answer: unknown = JSON.parse(body);
    return Array.isArray(answer) ? isWrong(answer, 'it', ANSWER) : (isObject(answer, 'it') ?? (answer as object));
  } catch {
    if (!body.trim()) return `it is empty. ${ANSWER}`;
    return `it is ${/^\s*</.test(body) ? 'HTML or XML' : 'text'} instead of JSON. ${ANSWER}`;
  }
}

// one invalid token makes the whole answer invalid: the endpoint speaks another protocol
const wrongIn = (answer: object): string | undefined =>
  'tokens' in answer ? firstWrong(answer, members) : `tokens is missing. ${ANSWER}`;
