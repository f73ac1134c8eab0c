import type { Outcome } from './doctor/observations.ts';
import { shown } from './shown.ts';

export interface Request {
  /** A description of the request, for the people who watch. */
  readonly what: string;
  readonly url: string;
  readonly method?: 'GET' | 'OPTIONS' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
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
  readonly onStep?: (step: Step) => unknown;
}

/** The most bytes of a body. No playlist in use and no answer of an endpoint is longer. */
const MAX_BYTES = 1_048_576;
/** The number of characters that show whether a text is a playlist. */
const ENOUGH = 16;

/** A sender of requests, with a limit on their number and their time. */
export class Asker {
  readonly #limits: Required<AskerOptions>;
  readonly #until: number;
  #asked = 0;
  #ranOut = false;

  constructor({ requests = 40, totalMs = 9500, eachMs = 4000, onStep = () => undefined }: AskerOptions = {}) {
    this.#limits = { requests, totalMs, eachMs, onStep };
    this.#until = Date.now() + totalMs;
  }

  /** The number of requests that were sent. */
  get asked(): number {
    return this.#asked;
  }

  /** Whether a request was not sent because the limit of requests or of time was reached. */
  get ranOut(): boolean {
    return this.#ranOut;
  }

  /** Milliseconds that are left for all requests. */
  get leftMs(): number {
    return Math.max(0, this.#until - Date.now());
  }

  /**
   * Sends a request, without following a redirect.
   *
   * @param told the URL as the doctor reports it, for a URL with a token in its path
   * @returns `undefined` for a request that was not sent
   */
  async ask(request: Request, told: string = shown(new URL(request.url))): Promise<Outcome> {
    const { requests, eachMs, onStep } = this.#limits;
    const { leftMs } = this;
    if (this.#asked >= requests || leftMs < 50) {
      this.#ranOut = true;
      return undefined;
    }
    this.#asked++;
    const outcome = await exchange(request, { told, timeoutMs: Math.min(leftMs, eachMs) });
    const { what, method = 'GET' } = request;
    onStep({ what, method, url: told, result: 'status' in outcome ? String(outcome.status) : outcome.failure });
    return outcome;
  }
}

async function exchange(
  { url, method = 'GET', headers = {}, body }: Request,
  { told, timeoutMs }: { told: string; timeoutMs: number },
): Promise<NonNullable<Outcome>> {
  const sentMs = Date.now();
  // what a browser sends, and what rules against bots and foreign pages examine
  const sent = {
    'user-agent': 'Mozilla/5.0 (compatible; secure-token-doctor)',
    ...(headers.origin !== undefined && { referer: `${headers.origin}/` }),
    ...headers,
  };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const init = { method, headers: sent, redirect: 'manual', signal } as const;
    const response = await fetch(url, { ...init, ...(body !== undefined && { body }) });
    const receivedMs = Date.now();
    const isWanted = method === 'POST' ? () => true : isPlaylistText;
    const text = method === 'POST' || response.ok ? await readWhile(response, isWanted) : undefined;
    if (text === undefined) await response.body?.cancel();
    const { status, headers: received } = response;
    return { url: told, status, headers: received, sentMs, receivedMs, ...(text !== undefined && { body: text }) };
  } catch (error) {
    return { url: told, failure: reasonOf(error) };
  }
}

/** Tells whether a text begins like an HLS playlist or a DASH manifest. */
const isPlaylistText = (text: string): boolean => /^\uFEFF?(?:#EXTM3U|\s*<(?:\?xml|!--|(?:\w+:)?MPD[\s>]))/.test(text);

/** Returns the text of a body; `undefined` for one that is too long, or whose first characters are not wanted. */
async function readWhile(response: Response, isWanted: (text: string) => boolean): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  // the types of Node's fetch do not say that a body can be iterated
  const body = (response.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  for await (const chunk of body) {
    size += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    if (size > MAX_BYTES || (text.length >= ENOUGH && !isWanted(text))) return undefined;
  }
  return isWanted(text) ? text : undefined;
}

/** Returns a code of Node.js, because the message of an error may contain the URL. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError' || name === 'AbortError') return 'no answer in time';
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed';
}
