import { jitteredDelay } from './jittered-delay.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import type { RetryOptions } from './token-source-options.ts';

/** setTimeout overflows at 2^31 ms. */
const MAX_PAUSE_SECONDS = 1e6;

/**
 * Leaves an endpoint alone that has failed: one pause for all calls, so that a viewer never asks it twice at a time.
 */
export class Backoff {
  readonly #limit: number;
  readonly #backoffLimit: number;
  readonly #random: () => number;
  #failures = 0;
  #pause: { readonly ended: Promise<void>; readonly end: () => void } | undefined;
  #blockedBy: SecureTokenError | undefined;
  #isStopped = false;

  constructor({ limit = 4, backoffLimit = 30 }: RetryOptions, random: () => number) {
    this.#limit = limit;
    this.#backoffLimit = backoffLimit;
    this.#random = random;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** Whether a call that failed is to be given up. */
  get isExhausted(): boolean {
    return this.#failures > this.#limit;
  }

  /** Resolves when the endpoint may be called: to why it must not be, or to nothing. */
  async ready(): Promise<SecureTokenError | undefined> {
    if (!this.#blockedBy) await this.#pause?.ended;
    return this.#blockedBy;
  }

  /** Why calls fail at once instead of waiting: `Retry-After` is beyond the limit, or the source was destroyed. */
  get blockedBy(): SecureTokenError | undefined {
    return this.#blockedBy;
  }

  /**
   * What a call ends with that has brought `error`, or tokens: nothing counts any more once the source was destroyed.
   */
  outcomeOf(error: SecureTokenError | undefined): SecureTokenError | undefined {
    return this.#isStopped || error ? (this.#blockedBy ?? error) : undefined;
  }

  pauseFor(seconds: number): void {
    if (this.#pause || this.#isStopped) return;
    let end!: () => void;
    const ended = new Promise<void>((resolve) => {
      const timer = setTimeout(() => end(), Math.min(seconds, MAX_PAUSE_SECONDS) * 1000);
      end = () => {
        clearTimeout(timer);
        this.#pause = undefined;
        if (!this.#isStopped) this.#blockedBy = undefined;
        resolve();
      };
    });
    this.#pause = { ended, end };
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(error: SecureTokenError): void {
    // calls that fail side by side are one failure; a denial is about the viewer
    if (this.#pause || error.code === 'ERR_DENIED') return;
    this.#failures++;
    const seconds = error.retryAfter ?? jitteredDelay(this.#failures, this.#backoffLimit, this.#random());
    this.pauseFor(seconds);
    if (seconds > this.#backoffLimit && !this.#isStopped) this.#blockedBy = error;
  }

  /** Ends the pause: the network or the viewer is back. */
  wake(): void {
    this.#failures = 0;
    this.#pause?.end();
  }

  /** From now on there is nothing to wait for. */
  stop(error: SecureTokenError): void {
    this.wake();
    this.#isStopped = true;
    this.#blockedBy = error;
  }
}
