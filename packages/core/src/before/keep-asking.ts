import { pauseFor } from '../adapter/back-off.ts';
import { pauseAfter } from '../calls/outage.ts';
import { SecureTokenError, isSecureTokenError } from '../contract/errors.ts';
import { isOutage } from '../adapter/failures.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS } from '../contract/token-source.ts';
import type { TokenSource } from '../contract/token-source.ts';

const destroyed = (): SecureTokenError =>
  new SecureTokenError('ERR_DESTROYED', 'This token source was destroyed. Create another one.');

export interface KeepAskingOptions<T> {
  readonly source: TokenSource;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly ask: (options: { signal: AbortSignal }) => Promise<T>;
  /**
   * Gets each failure, the `count`th in a row. Returns whether to wait for the next try; if not, the failure is thrown.
   */
  readonly mayWait: (error: SecureTokenError, count: number) => boolean;
  /** Called when `ask` succeeds after a failure. */
  readonly recovered?: () => void;
}

/**
 * The longest pause, in seconds, before a denied request asks again after tokens have come in: they may be tokens of
 * another held request, which do not help this one.
 */
const LONGEST_DENIED_PAUSE = 15;

const deniedPauseMs = (held: number): number =>
  held === 0 ? 0 : Math.random() * Math.min(LONGEST_DENIED_PAUSE, 2 ** (held - 1)) * 1000;

/**
 * A request that waits after a failure. It listens from its creation on, because a listener of the failure may at once
 * renew, abort or destroy.
 */
class HeldRequest {
  readonly #holding = new AbortController();
  /** Resolves to true once tokens come in; to false if the wait ends in another way. */
  readonly #tokensCame: Promise<boolean>;

  constructor(source: TokenSource, signal: AbortSignal) {
    const listen = { signal: this.#holding.signal };
    const end = (): void => this.end();
    source.addEventListener(SOURCE_RENEWS, end, listen);
    source.addEventListener(SOURCE_DESTROYED, () => this.#holding.abort(destroyed()), listen);
    signal.addEventListener('abort', end, listen);
    this.#tokensCame = new Promise((resolve) => {
      source.addEventListener('tokenrenewed', () => resolve(true), listen);
      listen.signal.addEventListener('abort', () => resolve(false));
    });
  }

  /** Resolves to true once tokens come in, or to false after `ms`. */
  async outlast(ms: number): Promise<boolean> {
    const haveCome = await Promise.race([this.pause(ms).then(() => false), this.#tokensCame]);
    this.#assertNotDestroyed();
    return haveCome;
  }

  /** Resolves after `ms`, even if tokens for other requests come in. */
  async pause(ms: number): Promise<void> {
    await pauseFor(ms, this.#holding.signal);
    this.#assertNotDestroyed();
  }

  /** Resolves `ms` after tokens have come in, or at once after a call to `renew()`. */
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
 * Calls `ask` until it succeeds, for players that do not cope well with a failed request. Waits through an outage of
 * the signing endpoint, however long: `source` leaves the endpoint alone for as long as the endpoint has asked. After
 * any other failure, holds the request until tokens are renewed.
 *
 * @throws the reason of `signal`, a failure for which `mayWait` returns false, `ERR_DESTROYED`, or any error of `ask`
 *   that is not a `SecureTokenError`
 */
export async function keepAsking<T>(options: KeepAskingOptions<T>): Promise<T> {
  const { source, signal, ask, mayWait, recovered } = options;
  let held = 0;
  // tokens have come in, but none for this request: tokens for other requests no longer end its wait
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
      // a listener of the failure may have aborted the request
      signal.throwIfAborted();
      const delay = pauseAfter(count, 0, Math.random()) * 1000;
      if (!isOutage(error)) await request.untilTokens(deniedPauseMs(held++));
      else if (failsAlone) await request.pause(delay);
      else failsAlone = await request.outlast(delay);
      signal.throwIfAborted();
    }
  }
}
