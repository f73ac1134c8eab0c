import type { NodeRequest, NodeResponse } from './node-message.ts';
import { bytesGiven, handedOverAfter, resetStream } from './reset-stream.ts';

/**
 * Whether the client has the whole response. When the client leaves, Node itself ends an HTTP/2 response, and reports
 * it as finished.
 */
const hasAll = ({ writableEnded, writableFinished }: NodeResponse): boolean => writableEnded && writableFinished;

/**
 * The client of one exchange. All code that waits for the client waits here, and every wait ends: when the client acts,
 * when the client leaves, or after the time-out.
 */
export class Client {
  readonly #message: NodeRequest;
  readonly #response: NodeResponse;
  readonly #timeoutMs: number;
  readonly #leaving = new AbortController();
  #isSentAway = false;

  /** @param timeoutMs milliseconds that the server waits for the client before it sends the client away */
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
    // A response that waits behind another response of its connection gets no `close` event.
    socket.once('close', end);
  }

  /** Aborts when the client leaves before it has its whole response. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  hasLeft(): boolean {
    return this.signal.aborted;
  }

  /** Waits for an action of the client, and sends the client away after the time-out. */
  async sends<T>(part: Promise<T>): Promise<T> {
    const { stream } = this.#message;
    const soon = handedOverAfter(this.#timeoutMs);
    let timer = setTimeout(() => {
      const before = stream && bytesGiven(stream);
      timer = setTimeout(() => this.sendAway(before), this.#timeoutMs - soon);
    }, soon);
    try {
      return await part;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until the client has taken enough for the next write (`drain`), or all that was written (`finish`). */
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

  /**
   * Ends the exchange in the middle, so that the client does not take a part of the response for the whole.
   *
   * @param before see `resetStream`
   */
  sendAway(before?: number): void {
    // The first time aborts the signal, and a body that follows the signal fails: that failure comes here, too.
    if (this.#isSentAway) return;
    this.#isSentAway = true;
    const { stream } = this.#message;
    if (stream) resetStream(stream, { before, timeoutMs: this.#timeoutMs });
    else this.#response.destroy();
    this.#leaving.abort();
  }
}
