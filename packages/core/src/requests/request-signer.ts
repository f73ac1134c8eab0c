import { noteAttached } from './carried-tokens.ts';
import type { DebugLog } from '../debug-log.ts';
import type { TokenCalls } from '../calls/token-calls.ts';
import type { PlaylistGuest } from '../contract/playlist.ts';
import type { Protection } from '../tokens/protection.ts';
import { noteSigned } from './refusal-cause.ts';
import type { RenewalTimer } from '../calls/renewal-timer.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import type { SignOptions, SignedRequest } from '../contract/token-source.ts';
import type { KnownUrl, TokenUrls } from '../tokens/token-urls.ts';
import { untouchedRequest } from '../contract/token-source.ts';
import type { TokensInUse } from '../tokens/tokens-in-use.ts';

interface Parts {
  readonly tokenUrls: TokenUrls;
  readonly protection: Protection;
  readonly store: TokenStore;
  readonly inUse: TokensInUse;
  readonly clock: ServerClock;
  readonly calls: TokenCalls;
  readonly timer: RenewalTimer;
  readonly guest: PlaylistGuest;
  /** The token source that signs the requests. */
  readonly source: EventTarget;
  readonly debug: DebugLog | undefined;
}

/** Attaches tokens to requests: at once if a token is at hand, otherwise as soon as there is one. */
export class RequestSigner {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  isProtected(key: string): boolean {
    const { protection, store } = this.#parts;
    return key !== '' && protection.covers(key, () => store.find(key) !== undefined);
  }

  /** Whether a request for `key` would not have to wait. */
  isReady(key: string): boolean {
    const held = this.#parts.store.find(key);
    return held ? this.#parts.store.isUsable(held) : !this.isProtected(key);
  }

  /** Returns the request unchanged if it needs no token, or signed if a token is at hand; otherwise `undefined`. */
  signNow(url: string): SignedRequest | undefined {
    return this.#prepare(url, this.#parts.tokenUrls.read(url));
  }

  async sign(url: string, { signal }: SignOptions = {}): Promise<SignedRequest> {
    const { tokenUrls, store, calls, guest, debug } = this.#parts;
    signal?.throwIfAborted();
    const known = tokenUrls.read(url);
    const ready = this.#prepare(url, known);
    if (ready) return ready;
    const before = store.find(known.key);
    const reason = before ? 'expired' : 'initial';
    debug?.wait(known.unsigned, reason);
    const flight = calls.obtain(known.key, reason, signal);
    if (before?.scope.kind !== 'folder') guest.readAhead?.askedFor(known.key);
    await flight;
    // a new token may bring unknown parameter names or an unknown base, so the URL may have another key than before
    const again = tokenUrls.read(url);
    const held = store.find(again.key);
    // attaches a token that looks expired too: then this clock is wrong, and the edge knows better. Signs again if an
    // answer that came at the same moment has deleted the token
    return held ? this.#attach(again, held) : this.sign(url, { signal });
  }

  /** Returns the request signed with the token that is held for `url`, whatever the state of that token is. */
  attachTo(url: string): SignedRequest {
    const known = this.#parts.tokenUrls.read(url);
    return this.#attach(known, this.#parts.store.find(known.key)!);
  }

  #prepare(url: string, known: KnownUrl): SignedRequest | undefined {
    const { store, calls, debug } = this.#parts;
    const { key } = known;
    if (!this.isProtected(key)) {
      if (key !== '') debug?.leave(key);
      return untouchedRequest(url);
    }
    const held = store.find(key);
    return held && store.isUsable(held) && !calls.denialOf(key) ? this.#attach(known, held) : undefined;
  }

  #attach(known: KnownUrl, held: HeldToken): SignedRequest {
    const { tokenUrls, inUse, clock, calls, timer, guest, source, debug } = this.#parts;
    const { token, scope } = held;
    const { key, unsigned } = known;
    const isToBeRenewed = this.#isToBeRenewed(held);
    inUse.noteUse(held, key);
    debug?.attach(unsigned, token.expires - clock.now());
    if (isToBeRenewed) calls.obtainInBackground(key, 'expiring');
    if (scope.kind === 'folder') timer.start();
    else guest.readAhead?.attached(key);
    const { headers = {}, credentials } = token;
    const url = tokenUrls.sign(known, token, scope);
    noteAttached(held, source, this.#parts);
    const request = { ...untouchedRequest(unsigned), url, headers, credentials: !!credentials, token };
    noteSigned(request, source);
    return request;
  }

  /**
   * Whether a use of `held` renews it. A segment is requested once, so the token of one URL is renewed at its second
   * request at the earliest.
   */
  #isToBeRenewed(held: HeldToken): boolean {
    const { store, inUse } = this.#parts;
    const isUsedAgain = held.scope.kind === 'folder' || inUse.wasAttached(held);
    return isUsedAgain && store.stateOf(held) === 'due';
  }
}
