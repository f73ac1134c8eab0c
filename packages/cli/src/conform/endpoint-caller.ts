import { Asker } from '../asker.ts';
import type { Request } from '../asker.ts';
import { isAnswer } from '../doctor/observations.ts';
import { isObject, parseJson, readAnswer } from '../endpoint-answer.ts';
import type { SentAnswer } from '../endpoint-answer.ts';

/** The answer to one call; without tokens if it is no JSON object. */
export interface Reply extends SentAnswer {
  /** The URLs of the call; empty if the body was not a request. */
  readonly urls: readonly string[];
  /** The status; 0 if no answer came. */
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; `undefined` if it is not JSON. */
  readonly answer: unknown;
  /** The reason why no answer came. */
  readonly failure?: string | undefined;
}

/** One request to make. */
export interface Call {
  readonly urls?: readonly string[];
  /** @default 'POST' */
  readonly method?: Request['method'];
  readonly body?: string;
  /** @default 'application/json' */
  readonly type?: string;
  /** @default those of the page and of `--header` */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds for all calls. */
const TOTAL_MS = 90_000;
/** Milliseconds that a player waits for an answer. */
const EACH_MS = 10_000;
/** Thrown where no further call is made. */
export class Interrupted extends Error {}

/** A caller of an endpoint, which counts its calls, and stops at a 429 and when the time for all calls is over. */
export class EndpointCaller {
  readonly #endpoint: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #asker = new Asker({ requests: Infinity, totalMs: TOTAL_MS, eachMs: EACH_MS });
  /** The answers with status 429 so far. */
  readonly limited: Reply[] = [];

  /** @param headers `origin` of the page, and those of `--header` */
  constructor(endpoint: string, headers: Readonly<Record<string, string>>) {
    this.#endpoint = endpoint;
    this.#headers = headers;
  }

  get asked(): number {
    return this.#asker.asked;
  }

  /** Waits, but not beyond the time for all calls. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.min(ms, this.#asker.leftMs)));
  }

  /** Makes a call. @throws `Interrupted` for a 429, and once the time for all calls is over */
  async call(call: Call): Promise<Reply> {
    const reply = this.limited.length === 0 ? await this.send(call) : undefined;
    if (!reply || reply.status === 429) throw new Interrupted();
    return reply;
  }

  /** Makes a call, and returns any answer; `undefined` if the time is over. */
  async send({ urls = [], method = 'POST', body, type, headers = this.#headers }: Call): Promise<Reply | undefined> {
    const request = { what: '', url: this.#endpoint, method };
    const outcome = await this.#asker.ask(
      method === 'POST'
        ? { ...request, headers: { ...headers, 'content-type': type ?? 'application/json' }, body: body ?? '' }
        : { ...request, headers },
    );
    if (isAnswer(outcome)) {
      const { status, headers: received, body: text = '' } = outcome;
      const reply = replyOf(urls, { status, headers: received, answer: parseJson(text) });
      if (status === 429) this.limited.push(reply);
      return reply;
    }
    // a call that the end of the time has cut off; timers may fire a little early
    if (!outcome || this.#asker.leftMs < 50) return undefined;
    return replyOf(urls, { status: 0, headers: new Headers(), answer: undefined, failure: outcome.failure });
  }
}

/** Completes what an endpoint has answered to a call for `urls`. */
export function replyOf(
  urls: readonly string[],
  given: Pick<Reply, 'status' | 'headers' | 'answer' | 'failure'>,
): Reply {
  const { answer, headers } = given;
  return { ...readAnswer(isObject(answer) ? answer : {}, headers), ...given, urls };
}
