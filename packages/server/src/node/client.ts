import type { NodeRequest, NodeResponse } from './node-message.ts';

/** The code INTERNAL_ERROR of RFC 9113 section 7. */
const internalError = 2;

/** Node ends a response of HTTP/2 by itself when the client leaves, and calls it finished. */
const hasAll = ({ writableEnded, writableFinished }: NodeResponse): boolean => writableEnded && writableFinished;

/**
 * The client of one exchange. Whatever waits for the client waits here, and each wait ends: with what the client does,
 * when the client leaves, or by time.
 */
export class Client {
  readonly #message: NodeRequest;
  readonly #response: NodeResponse;
  readonly #timeoutMs: number;
  readonly #leaving = new AbortController();

  /** @param timeoutMs after which a client that is waited for is sent away; milliseconds */
  constructor(message: NodeRequest, response: NodeResponse, timeoutMs: number) {
    this.#message = message;
    this.#response = response;
    this.#timeoutMs = timeoutMs;
    const { socket } = message;
    if (message.aborted || socket.destroyed) {
      this.#leaving.abort();
      return;
    }
    const end = (): void => {
      response.off('finish', end);
      response.off('close', end);
      socket.off('close', end);
      if (!hasAll(response)) this.#leaving.abort();
    };
    response.once('finish', end);
    response.once('close', end);
    // A response that stands behind another one of its connection gets no `close`.
    socket.once('close', end);
  }

  /** Aborts when the client leaves before it has all of its answer. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  hasLeft(): boolean {
    return this.signal.aborted;
  }

  /** Waits for what the client sends. */
  async sends<T>(part: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.sendAway(), this.#timeoutMs);
    try {
      return await part;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the client has taken enough to write on (`drain`), or all that was written (`finish`). */
  takes(event: 'drain' | 'finish'): Promise<void> {
    const [response, { signal }] = [this.#response, this];
    if (this.hasLeft() || hasAll(response)) return Promise.resolve();
    return this.sends(
      new Promise((resolve) => {
        const goOn = (): void => {
          response.off(event, goOn);
          signal.removeEventListener('abort', goOn);
          resolve();
        };
        response.once(event, goOn);
        signal.addEventListener('abort', goOn);
      }),
    );
  }

  /** Ends the exchange in the middle, so that half of an answer does not look like all of it. */
  sendAway(): void {
    const { stream } = this.#message;
    // A client may close its stream without an error (RST_STREAM, RFC 9113 section 6.4). Node then waits until it has
    // taken what was written, and keeps the connection even when that has ended.
    if (stream?.closed) stream.destroy();
    // Without a code, HTTP/2 would say that nothing was wrong.
    else if (stream) stream.close(internalError);
    else this.#response.destroy();
    this.#leaving.abort();
  }
}
