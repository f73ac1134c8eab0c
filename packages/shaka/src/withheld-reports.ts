import type { Request, SchemePlugin } from './shaka-types.ts';

type Progress = Parameters<SchemePlugin>[3];
type Headers = Parameters<SchemePlugin>[4];

/**
 * The reports of a scheme plugin about an attempt, withheld while the attempt may still be a refusal. A refusal is
 * short: its only report of progress is also the last one, with no bytes left.
 */
export class WithheldReports {
  readonly #request: Request;
  readonly #sentAt: number;
  readonly #progress: Progress;
  readonly #headers: Headers;
  #withheld: (() => void)[] = [];

  constructor(request: Request, sentAt: number, progress: Progress, headers: Headers) {
    this.#request = request;
    this.#sentAt = sentAt;
    this.#progress = progress;
    this.#headers = headers;
  }

  readonly headers: Headers = (headers) => {
    const receivedAt = Date.now();
    this.#withheld.push(() => {
      // Shaka calculates the time to the first byte when it gets the headers
      this.#request.requestStartTime = this.#sentAt + (Date.now() - receivedAt);
      this.#headers(headers);
      this.#request.requestStartTime = this.#sentAt;
    });
  };

  readonly progress: Progress = (timeMs, bytes, bytesLeft) => {
    this.#withheld.push(() => void this.#progress(timeMs, bytes, bytesLeft));
    if (bytesLeft !== 0) this.pass();
  };

  /** Passes on the withheld reports, because the attempt is no refusal. */
  pass(): void {
    for (const report of this.#withheld.splice(0)) report();
  }
}
