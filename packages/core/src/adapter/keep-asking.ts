import { pauseFor } from '../waiting.ts';
import { retryDelay } from '../calls/retry-delay.ts';
import type { SecureTokenError } from '../contract/secure-token-error.ts';
import { isSecureTokenError, sourceDestroyed } from '../contract/secure-token-error.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS } from '../contract/token-source.ts';
import type { SignOptions, TokenSource } from '../contract/token-source.ts';

/**
 * Whether a failure to get a token ends by itself: the signing endpoint does not answer. An adapter waits, or reports
 * what its player tries again. Any other failure is final until tokens are renewed.
 */
export const isOutage = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE';

export interface KeepAskingOptions<T> {
  readonly source: TokenSource;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly ask: (options: Required<SignOptions>) => Promise<T>;
  /** Hears of each failure, the `count`th in a row: whether to wait for the next try. If not, the failure is thrown. */
  readonly mayWait: (error: SecureTokenError, count: number) => boolean;
  /** There was a failure, and now an answer. */
  readonly recovered?: () => void;
}

/**
 * Seconds, at most, after which a request that was denied asks again, once tokens have come in: they may be those of
 * another held request, which this one did not want either.
 */
const LONGEST_DENIED_PAUSE = 15;

const deniedPauseMs = (held: number): number =>
  held === 0 ? 0 : Math.random() * Math.min(LONGEST_DENIED_PAUSE, 2 ** (held - 1)) * 1000;

/** A request after a failure. It listens from the start: whoever hears of the failure may renew, abort or destroy. */
class HeldRequest {
  readonly #holding = new AbortController();
  /** Resolves to whether they have come: not if the wait has ended otherwise. */
  readonly #tokensCame: Promise<boolean>;

  constructor(source: TokenSource, signal: AbortSignal) {
    const listen = { signal: this.#holding.signal };
    const end = (): void => this.end();
    source.addEventListener(SOURCE_RENEWS, end, listen);
    source.addEventListener(SOURCE_DESTROYED, () => this.#holding.abort(sourceDestroyed()), listen);
    signal.addEventListener('abort', end, listen);
    this.#tokensCame = new Promise((resolve) => {
      source.addEventListener('tokenrenewed', () => resolve(true), listen);
      listen.signal.addEventListener('abort', () => resolve(false));
    });
  }

  /** Resolves after `ms`, or once tokens come in again: to whether they have. */
  async outlast(ms: number): Promise<boolean> {
    const haveCome = await Promise.race([this.pause(ms).then(() => false), this.#tokensCame]);
    this.#assertNotDestroyed();
    return haveCome;
  }

  /** Resolves after `ms`, also if tokens for others come in. */
  async pause(ms: number): Promise<void> {
    await pauseFor(ms, this.#holding.signal);
    this.#assertNotDestroyed();
  }

  /** Resolves `ms` after tokens have come in; a call to `renew()` is not waited after. */
  async untilTokens(ms: number): Promise<void> {
    await this.#tokensCame;
    if (ms > 0) await this.pause(ms);
    this.#assertNotDestroyed();
  }

  end(): void {
    this.#holding.abort();
  }

  #assertNotDestroyed(): void {
    const { reason } = this.#holding.signal as { reason?: unknown };
    this.end();
    if (isSecureTokenError(reason)) throw reason;
  }
}

/**
 * Asks the token source until it answers, for players that take a failed request hard. An outage of the signing
 * endpoint is waited out, however long it lasts: `source` leaves the endpoint alone as it has asked for. After any
 * other failure the request is held until tokens are renewed.
 *
 * @throws the reason of `signal`, a failure for which `mayWait` says no, or `ERR_DESTROYED`
 */
export async function keepAsking<T>(options: KeepAskingOptions<T>): Promise<T> {
  const { source, signal, ask, mayWait, recovered } = options;
  let held = 0;
  // tokens have come in, and none was for this request: those of others tell nothing any more
  let failsAlone = false;
  for (let count = 1; ; count++) {
    try {
      const answer = await ask({ signal });
      if (count > 1) recovered?.();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isSecureTokenError(error) || error.code === 'ERR_DESTROYED') throw error;
      const request = new HeldRequest(source, signal);
      if (!mayWait(error, count)) {
        request.end();
        throw error;
      }
      // by whoever has heard of the failure
      signal.throwIfAborted();
      const delay = retryDelay({ failures: count }, Math.random()) * 1000;
      if (!isOutage(error)) await request.untilTokens(deniedPauseMs(held++));
      else if (failsAlone) await request.pause(delay);
      else failsAlone = await request.outlast(delay);
      signal.throwIfAborted();
    }
  }
}
