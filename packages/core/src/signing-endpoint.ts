import { abortable } from './abortable.ts';
import { secondsOf } from './failure.ts';
import { parseToken } from './parse-token.ts';
import { SecureTokenError } from './secure-token-error.ts';
import type { TokenRequest, TokenSourceOptions, TokensAnswer } from './token-source-options.ts';
import type { Token } from './token.ts';

/** What a call for tokens brought. */
export interface Answer {
  readonly tokens: readonly Token[];
  /** The URLs this viewer may not have. */
  readonly denied: readonly string[];
  /** The endpoint's clock in unix seconds; NaN if it did not tell. */
  readonly now: number;
}

/** Nothing in here is trusted yet. */
interface Unread {
  readonly body: string;
  readonly date?: string | null;
}

type Wanted = Omit<TokenRequest, 'signal'>;

/** Why a call is given up that is made again at once. */
const ANEW = new Error('the call is made again');

/** The least that is milliseconds, in seconds: the year 5138. */
const MILLISECONDS = 1e11;

/** Calls for tokens, through `getTokens` or the endpoint. */
export class SigningEndpoint {
  readonly #options: TokenSourceOptions;
  readonly #running = new Set<AbortController>();

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /** Rejects with whatever went wrong: a `Response`, an error, or what `getTokens` threw. */
  async call(wanted: Wanted): Promise<Answer> {
    for (;;) {
      try {
        return await this.#callOnce(wanted);
      } catch (error) {
        if (error !== ANEW) throw error;
      }
    }
  }

  /** Calls under way are made again: their answer would be for somebody who had not logged in yet. */
  startAnew(): void {
    for (const controller of this.#running) controller.abort(ANEW);
  }

  abortAll(): void {
    for (const controller of this.#running) controller.abort();
  }

  async #callOnce(wanted: Wanted): Promise<Answer> {
    const { timeout = 10 } = this.#options;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(Error(`no answer in ${timeout} s`)), timeout * 1000);
    this.#running.add(controller);
    try {
      const { signal } = controller;
      return read(await abortable(this.#fetchAnswer(wanted, signal), signal));
    } finally {
      clearTimeout(timer);
      this.#running.delete(controller);
    }
  }

  async #fetchAnswer(wanted: Wanted, signal: AbortSignal): Promise<Unread> {
    const { endpoint, getTokens, request, fetch = globalThis.fetch } = this.#options;
    if (getTokens) return { body: toJson(await getTokens({ ...wanted, signal })) };
    const init = typeof request === 'function' ? await request() : request;
    const headers = new Headers(init?.headers);
    headers.set('content-type', 'application/json');
    const response = await fetch(endpoint!, { ...init, method: 'POST', headers, body: JSON.stringify(wanted), signal });
    if (!response.ok) throw response as unknown as Error;
    return { body: await response.text(), date: response.headers.get('date') };
  }
}

/** The same way from here on: what a team's own code brings is no more to be trusted than an endpoint. */
function toJson(answer: Token | readonly Token[] | TokensAnswer): string {
  try {
    const isWhole = typeof answer === 'object' && 'tokens' in answer;
    return JSON.stringify(isWhole ? answer : { tokens: [answer].flat() });
  } catch {
    return '';
  }
}

function read({ body, date }: Unread): Answer {
  try {
    const {
      tokens: sent,
      denied = [],
      now,
    } = JSON.parse(body) as { tokens: Token[]; denied?: unknown[]; now?: unknown };
    const tokens = sent.flatMap((token) => parseToken(token) ?? []);
    const serverNow = Number(now) || secondsOf(date);
    // one that is no token spoils them all: the endpoint speaks another protocol
    if (tokens.length === sent.length && !(serverNow > MILLISECONDS))
      return { tokens, denied: denied.map(String), now: serverNow };
  } catch {
    // not kept as a cause: the parser's message quotes the body, which may hold a token
  }
  throw new SecureTokenError('ERR_SIGNING_RESPONSE', 'the signing endpoint must answer {tokens, now, denied}');
}
