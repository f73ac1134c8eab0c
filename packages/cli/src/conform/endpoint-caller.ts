import { parseJson, readAnswer, tokenFinder } from '../endpoint-answer.ts';
import type { SentToken } from '../endpoint-answer.ts';

/** The answer to one call. */
export interface Reply {
  /** The URLs of the call; empty if the body was not a request. */
  readonly urls: readonly string[];
  /** The status; 0 if no answer came. */
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; `undefined` if it is not JSON. */
  readonly answer: unknown;
  /** The tokens of the answer that are objects. */
  readonly tokens: readonly SentToken[];
  readonly denied: readonly string[];
  /** The endpoint's clock in unix seconds: `now`, or else the header `Date`; NaN if the answer has neither. */
  readonly time: number;
  /** Returns the token that opens a URL of the call. */
  readonly tokenFor: (url: string) => SentToken | undefined;
  /** The reason why no answer came, in a sentence. */
  readonly failure?: string | undefined;
}

/** One request to make. */
export interface Call {
  /** @default 'POST' */
  readonly method?: string;
  readonly urls?: readonly string[];
  /** @default `{ urls, reason: 'initial' }`; text is sent as it is */
  readonly body?: unknown;
  /** @default 'application/json' */
  readonly type?: string;
  /** @default the origin of the page */
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the call has the headers of `--header`. @default true */
  readonly loggedIn?: boolean;
}

interface CallerOptions {
  readonly endpoint: URL;
  readonly origin: string;
  /** The headers of `--header`, which make the caller a viewer. */
  readonly viewer: Headers;
}

/** Milliseconds that a player waits for an answer. */
const TIMEOUT_MS = 10_000;
/** Milliseconds for all calls. */
const WHOLE_MS = 90_000;
/** The longest `Retry-After` that is waited for, in seconds. */
const MAX_PAUSE = 20;
/** The most calls that are repeated after a 429. */
const MAX_REPEATS = 20;
/** The most characters that are read of an answer. */
const MAX_ANSWER = 4_000_000;

/** A caller of an endpoint, which counts its calls and stops when the time for all calls is over. */
export class EndpointCaller {
  readonly #options: CallerOptions;
  readonly #ends = Date.now() + WHOLE_MS;
  readonly #limited: Reply[] = [];
  #asked = 0;
  #repeats = 0;
  #mayCall = true;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  get asked(): number {
    return this.#asked;
  }

  /** The answers with status 429 so far. */
  get limited(): readonly Reply[] {
    return this.#limited;
  }

  /** Milliseconds that are left for all calls together. */
  get leftMs(): number {
    return Math.max(0, this.#ends - Date.now());
  }

  /** Waits, but not beyond the time for all calls. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.min(ms, this.leftMs)));
  }

  /**
   * Makes a call, and repeats it after a 429 that ends soon. Returns `undefined` once the time or the endpoint's limit
   * is used up.
   */
  async call(call: Call): Promise<Reply | undefined> {
    if (!this.#mayCall || this.leftMs === 0) return undefined;
    let reply = await this.send(call);
    if (reply.status === 429) {
      const wait = Number(reply.headers.get('Retry-After') ?? NaN);
      this.#mayCall = wait <= MAX_PAUSE && wait * 1000 < this.leftMs && ++this.#repeats <= MAX_REPEATS;
      if (!this.#mayCall) return undefined;
      await this.pause(wait * 1000);
      reply = await this.send(call);
    }
    // no answer came because the time for all calls was over; timers may fire a little early
    const isCutOff = reply.status === 0 && this.leftMs < 50;
    return isCutOff || reply.status === 429 ? undefined : reply;
  }

  /** Makes a call, and returns any answer. */
  async send({ method = 'POST', urls = [], body, type, origin, headers, loggedIn = true }: Call): Promise<Reply> {
    this.#asked++;
    const sent = new Headers(loggedIn ? this.#options.viewer : undefined);
    sent.set('Origin', origin ?? this.#options.origin);
    for (const [name, value] of Object.entries(headers ?? {})) sent.set(name, value);
    const signal = AbortSignal.timeout(Math.min(TIMEOUT_MS, this.leftMs));
    const init: RequestInit = { method, headers: sent, redirect: 'manual', signal };
    if (method === 'POST' || method === 'PUT') {
      sent.set('Content-Type', type ?? 'application/json');
      init.body = typeof body === 'string' ? body : JSON.stringify(body ?? { urls, reason: 'initial' });
    }
    try {
      const { status, headers: received, body: stream } = await fetch(this.#options.endpoint, init);
      const reply = replyOf(urls, { status, headers: received, answer: parseJson(await textOf(stream)) });
      if (status === 429) this.#limited.push(reply);
      return reply;
    } catch (error) {
      return replyOf(urls, { status: 0, headers: new Headers(), answer: undefined, failure: whyNoAnswer(error) });
    }
  }
}

/** Completes what an endpoint has answered to a call for `urls`. */
export function replyOf(
  urls: readonly string[],
  given: Pick<Reply, 'status' | 'headers' | 'answer' | 'failure'>,
): Reply {
  const { now, tokens, denied } = readAnswer(given.answer) ?? { now: undefined, tokens: [], denied: [] };
  const time = typeof now === 'number' ? now : Date.parse(given.headers.get('Date') ?? '') / 1000;
  return { ...given, urls, tokens, denied, time, tokenFor: tokenFinder(tokens) };
}

/** Returns the text of a body, or its beginning if it is too long to be an answer. */
async function textOf(body: Response['body']): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  // the types of Node's fetch do not say that a body can be iterated
  for await (const chunk of (body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER) break;
  }
  return text;
}

function whyNoAnswer(error: unknown): string {
  const { name, cause } = error as Error;
  if (name === 'TimeoutError') return `No answer came in ${TIMEOUT_MS / 1000} s.`;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ? `The connection failed: ${code}.` : 'The connection failed.';
}
