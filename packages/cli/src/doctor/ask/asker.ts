import { isAnswer } from '../observations.ts';
import type { Answer, Outcome } from '../observations.ts';
import { targetOf } from '../rules/answers.ts';
import { shown } from '../rules/shown.ts';
import { readPlaylistText, readWhole } from './read-body.ts';

export interface Request {
  /** A description of the request, for whoever watches. */
  readonly what: string;
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Follow redirects on the same origin: where one leads that refuses, such as to a log-in page, is no answer. @default
   * false
   */
  readonly follow?: boolean;
}

/** A request that was sent, as it is told. */
export interface Step {
  readonly what: string;
  readonly method: string;
  /** Without query and without token. */
  readonly url: string;
  readonly result: string;
}

export interface AskerOptions {
  /** @default 40 */
  readonly requests?: number;
  /** Milliseconds for all requests together. @default 9500 */
  readonly totalMs?: number;
  /** Milliseconds for one of them. @default 4000 */
  readonly eachMs?: number;
  readonly onStep?: (step: Step) => void;
}

/** Redirects on one origin that are followed. */
const MAX_REDIRECTS = 2;

/** Sends requests: few of them, and none for long. */
export class Asker {
  readonly #left: { requests: number; until: number };
  readonly #eachMs: number;
  readonly #onStep: (step: Step) => void;
  #asked = 0;
  #ranOut = false;

  constructor({ requests = 40, totalMs = 9500, eachMs = 4000, onStep = () => undefined }: AskerOptions = {}) {
    this.#left = { requests, until: Date.now() + totalMs };
    this.#eachMs = eachMs;
    this.#onStep = onStep;
  }

  /** The number of requests that were sent. */
  get asked(): number {
    return this.#asked;
  }

  /** Whether a request was not sent because there had been too many, or no time was left. */
  get ranOut(): boolean {
    return this.#ranOut;
  }

  /** Seconds that one answer is waited for. */
  get patience(): number {
    return this.#eachMs / 1000;
  }

  /**
   * @param told the URL as it is told, for one with a token in its path
   * @returns `undefined` for a request that was not sent
   */
  async ask(request: Request, told: string = shown(new URL(request.url))): Promise<Outcome | undefined> {
    let url = request.url;
    for (let redirects = 0; ; redirects++) {
      const outcome = await this.#send({ ...request, url }, told);
      const target = request.follow && isAnswer(outcome) ? targetOf({ ...outcome, url }) : undefined;
      if (target?.origin !== new URL(url).origin || redirects === MAX_REDIRECTS) return outcome;
      url = target.href;
    }
  }

  async #send(request: Request, told: string): Promise<Outcome | undefined> {
    const leftMs = this.#left.until - Date.now();
    if (this.#asked >= this.#left.requests || leftMs < 50) {
      this.#ranOut = true;
      return undefined;
    }
    this.#asked++;
    const outcome = await exchange(request, { told, timeoutMs: Math.min(leftMs, this.#eachMs) });
    const { what, method = 'GET' } = request;
    this.#onStep({ what, method, url: told, result: 'status' in outcome ? String(outcome.status) : outcome.failure });
    return outcome;
  }
}

async function exchange(
  { url, method = 'GET', headers = {}, body }: Request,
  { told, timeoutMs }: { told: string; timeoutMs: number },
): Promise<Outcome> {
  const sentMs = Date.now();
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const init = { method, headers: asOfABrowser(headers), redirect: 'manual', signal } as const;
    const response = await fetch(url, { ...init, ...(body !== undefined && { body }) });
    const receivedMs = Date.now();
    const text = await (method === 'POST' ? readWhole(response) : readPlaylistText(response));
    const answer: Answer = { url: told, status: response.status, headers: response.headers, sentMs, receivedMs };
    return text === undefined ? answer : { ...answer, body: text };
  } catch (error) {
    return { url: told, failure: reasonOf(error) };
  }
}

/** Headers that a browser adds, which rules against bots and foreign pages look at. */
const asOfABrowser = (headers: Readonly<Record<string, string>>): Record<string, string> => ({
  'user-agent': 'Mozilla/5.0 (compatible; secure-token-doctor)',
  ...(headers.origin !== undefined && { referer: `${headers.origin}/` }),
  ...headers,
});

/** A code of Node's: the messages of errors may hold the URL. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time';
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed';
}
