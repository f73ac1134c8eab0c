import type { Acquisition } from '../calls/acquisition.ts';
import { noteAttached } from './carried-tokens.ts';
import type { DebugLog } from '../debug-log.ts';
import type { ReadAhead } from '../contract/playlist.ts';
import type { Protection } from '../tokens/protection.ts';
import type { RenewalTimer } from '../calls/renewal-timer.ts';
import { isDue } from '../tokens/renewal.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenIndex } from '../tokens/token-index.ts';
import type { SignOptions, SignedRequest } from '../contract/token-source.ts';
import type { KnownUrl, TokenUrls } from '../tokens/token-urls.ts';
import { untouchedRequest } from '../contract/untouched-request.ts';
import type { Usage } from '../tokens/usage.ts';

interface Parts {
  readonly tokenUrls: TokenUrls;
  readonly protection: Protection;
  readonly index: TokenIndex;
  readonly usage: Usage;
  readonly clock: ServerClock;
  readonly acquisition: Acquisition;
  readonly timer: Pick<RenewalTimer, 'start'>;
  /** `undefined` before a playlist was learnt. */
  readonly readAhead: () => ReadAhead | undefined;
  readonly isAlive: (held: HeldToken) => boolean;
  readonly isUsable: (held: HeldToken) => boolean;
  /** The token source whose requests they are. */
  readonly source: EventTarget;
  readonly debug: DebugLog | undefined;
}

/** Gives requests their tokens: at once if one is at hand, or else when there is one. */
export class RequestSigner {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  isProtected(key: string): boolean {
    const { protection, index } = this.#parts;
    return key !== '' && protection.covers(key, () => index.find(key) !== undefined);
  }

  /** Whether a request for `key` would not have to wait. */
  isReady(key: string): boolean {
    const held = this.#parts.index.find(key);
    return held ? this.#parts.isUsable(held) : !this.isProtected(key);
  }

  /** The request as it is if it needs no token, or with one that is at hand. */
  signNow(url: string): SignedRequest | undefined {
    return this.#prepare(url, this.#parts.tokenUrls.read(url));
  }

  async sign(url: string, { signal }: SignOptions = {}): Promise<SignedRequest> {
    const { tokenUrls, index, acquisition, readAhead, debug } = this.#parts;
    signal?.throwIfAborted();
    const known = tokenUrls.read(url);
    const ready = this.#prepare(url, known);
    if (ready) return ready;
    const before = index.find(known.key);
    const reason = before ? 'expired' : 'initial';
    debug?.wait(known.unsigned, reason);
    const flight = acquisition.obtain(known.key, reason, signal);
    if (before?.scope.kind !== 'folder') readAhead()?.askedFor(known.key);
    await flight;
    // a new token may bring parameter names or a base that were not known: the URL may have another key than before
    const again = tokenUrls.read(url);
    const held = index.find(again.key);
    // attached even if it looks expired: then this clock is wrong, and the edge judges better; unless an answer that
    // came at the same moment has dropped it
    return held ? this.#attach(again, held) : this.sign(url, { signal });
  }

  /** With the token that is held for it, whatever becomes of that. */
  attachTo(url: string): SignedRequest {
    const known = this.#parts.tokenUrls.read(url);
    return this.#attach(known, this.#parts.index.find(known.key)!);
  }

  #prepare(url: string, known: KnownUrl): SignedRequest | undefined {
    const { index, acquisition, isUsable, debug } = this.#parts;
    const { key } = known;
    if (!this.isProtected(key)) {
      if (key !== '') debug?.leave(key);
      return untouchedRequest(url);
    }
    const held = index.find(key);
    return held && isUsable(held) && !acquisition.denialOf(key) ? this.#attach(known, held) : undefined;
  }

  #attach(known: KnownUrl, held: HeldToken): SignedRequest {
    const { tokenUrls, usage, clock, timer, readAhead, source, isAlive, debug } = this.#parts;
    const { token, scope } = held;
    const { key, unsigned } = known;
    const now = clock.now();
    const isToBeRenewed = this.#isToBeRenewed(held, now);
    usage.note(held, key, now);
    debug?.attach(unsigned, token.expires - now);
    if (isToBeRenewed) this.#parts.acquisition.obtainInBackground(key, 'expiring');
    if (scope.kind === 'folder') timer.start();
    else readAhead()?.attached(key);
    const { headers = {}, credentials } = token;
    const url = tokenUrls.sign(known, token, scope);
    noteAttached(held, source, isAlive);
    return { ...untouchedRequest(unsigned), url, headers, credentials: !!credentials, token };
  }

  /** On use. A segment is requested once: the token of one URL is not worth renewing before its second request. */
  #isToBeRenewed(held: HeldToken, now: number): boolean {
    const { usage, acquisition, isUsable } = this.#parts;
    const isUsedAgain = held.scope.kind === 'folder' || usage.wasAttached(held);
    return isUsedAgain && isDue(held, now) && isUsable(held) && !acquisition.isSuspended(held);
  }
}
