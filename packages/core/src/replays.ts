import { abortable } from './abortable.ts';
import type { Acquisition } from './acquisition.ts';
import type { Backoff } from './backoff.ts';
import { ReplayBreaker } from './replay-breaker.ts';
import type { ServerClock } from './server-clock.ts';
import type { HeldToken } from './token-index.ts';
import type { SignOptions, SignedRequest } from './token-source.ts';
import type { Token } from './token.ts';

/** Most tokens end at a whole second: in the second in which one was made, another one is the same. */
const SECONDS_TO_ANOTHER = 1;

interface Parts {
  readonly refusals: readonly number[];
  readonly clock: ServerClock;
  readonly acquisition: Acquisition;
  readonly backoff: Backoff;
  readonly find: (url: string) => { key: string; held: HeldToken | undefined };
  readonly isUsable: (held: HeldToken) => boolean;
  readonly attach: (url: string) => SignedRequest;
}

// cookies are told apart by their expiry: their values cannot be seen
const carrierIdentity = (token: Token): string =>
  JSON.stringify({ ...token, expires: token.credentials ? token.expires : undefined });

/** What becomes of requests that the edge refuses. */
export class Replays {
  readonly #parts: Parts;
  readonly #breaker: ReplayBreaker;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#breaker = new ReplayBreaker(() => parts.clock.now());
  }

  /** A refusal without CORS headers looks like a failure without a status: it is one if the token was at its end. */
  isRefusal({ token }: SignedRequest, status: number): boolean {
    if (!token) return false;
    const { refusals, clock } = this.#parts;
    return refusals.includes(status) || (!status && clock.mayHaveExpired(token.expires));
  }

  /**
   * The request signed by a token that is not the refused one; `undefined` if there is none, or if the edge refuses
   * whatever it is given.
   * @throws what went wrong with the call for a token
   */
  async signAnew(
    request: SignedRequest,
    token: Token,
    status: number,
    { signal }: SignOptions,
  ): Promise<SignedRequest | undefined> {
    const { clock, acquisition, backoff, find, isUsable, attach } = this.#parts;
    const { unsignedUrl: url } = request;
    clock.wasRefused(token.expires);
    if (this.#breaker.refused(request) || this.#breaker.isOpen()) return undefined;
    const refused = carrierIdentity(token);
    const hasAnother = (): boolean => carrierIdentity(find(url).held?.token ?? token) !== refused;
    const renew = (): Promise<void> => abortable(acquisition.obtain(find(url).key, 'refused'), signal);
    const { held } = find(url);
    if (!held || !isUsable(held) || !hasAnother()) await renew();
    if (!hasAnother()) {
      backoff.pauseFor(SECONDS_TO_ANOTHER);
      await renew();
    }
    return hasAnother() ? this.#breaker.sends(attach(url)) : undefined;
  }
}
