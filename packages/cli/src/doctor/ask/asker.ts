import { isAnswer } from '../observations.ts';
import type { Answer, Outcome } from '../observations.ts';
import { targetOf } from '../rules/answers.ts';
import { shown } from '../rules/shown.ts';
import { readPlaylistText, readWhole } from './read-body.ts';

export interface Request {
  /** A description of the request, for the people who watch. */
  readonly what: string;
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Whether redirects on the same origin are followed. A redirect that refuses may lead to a log-in page, which is not
   * an answer.
   * @default false
   */
  readonly follow?: boolean;
}

/** A request that was sent, as the doctor reports it. */
export interface Step {
  readonly what: string;
  readonly method: string;
  /** The URL without query and without token. */
  readonly url: string;
  readonly result: string;
}

export interface AskerOptions {
  /** @default 40 */
  readonly requests?: number;
  /** Milliseconds for all requests together. @default 9500 */
  readonly totalMs?: number;
  /** Milliseconds for each request. @default 4000 */
  readonly eachMs?: number;
  readonly onStep?: (step: Step) => void;
}

/** The most redirects on one origin that are followed. */
const MAX_REDIRECTS = 2;

/** A sender of requests, with a limit on their number and their time. */
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

  /** Whether a request was not sent because the limit of requests or of time was reached. */
  get ranOut(): boolean {
    return this.#ranOut;
  }

  /** Seconds that the doctor waits for one answer. */
  get patience(): number {
    return this.#eachMs / 1000;
  }

  /**
   * @param told the URL as the doctor reports it, for a URL with a token in its path
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

/** Adds headers that a browser sends, and that rules against bots and foreign pages examine. */
const asOfABrowser = (headers: Readonly<Record<string, string>>): Record<string, string> => ({
  'user-agent': 'Mozilla/5.0 (compatible; secure-token-doctor)',
  ...(headers.origin !== undefined && { referer: `${headers.origin}/` }),
  ...headers,
});

/** Returns a code of Node.js, because the message of an error may contain the URL. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time';
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed';
}
