import type { TokenCalls } from '../calls/token-calls.ts';
import type { SignOptions, SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import type { SourceParts } from '../source-parts.ts';
import type { HeldToken } from '../tokens/held-token.ts';
import { abortable } from '../waiting.ts';

/** If the last so many replays were all refused, the edge refuses whatever it gets. */
const REFUSED_IN_A_ROW = 4;
/** Seconds for which nothing is replayed then. */
const REST_SECONDS = 10;
/** Seconds until a new token differs: most tokens end at a whole second, so two tokens of one second are the same. */
const SECONDS_TO_ANOTHER = 1;

interface Replay {
  readonly request: SignedRequest;
  /** The mark of the store before the replay. */
  readonly outdatedBefore: number;
  isRefused: boolean;
}

// cookies are compared by their expiry, because scripts cannot see their values
const identityOf = (token: Token): string =>
  JSON.stringify({ ...token, expires: token.credentials ? token.expires : undefined });

/** Decides whether a request that the edge has refused is sent once more with another token. */
export class Replays {
  readonly #parts: SourceParts;
  readonly #calls: TokenCalls;
  /** The first refusal that is being answered, and the last call that was sent before. */
  #first: { readonly answered: Promise<unknown>; readonly lastCall: number } | undefined;
  readonly #replayed = new WeakSet<SignedRequest>();
  /** The last replays in the order in which they were sent. */
  #last: readonly Replay[] = [];
  #restsUntil = -Infinity;

  constructor(parts: SourceParts, calls: TokenCalls) {
    this.#parts = parts;
    this.#calls = calls;
  }

  /**
   * A refusal without CORS headers has no status: a failure without one counts if the token was at its end, or if no
   * answer has confirmed the viewer's clock yet.
   */
  isRefusal({ token }: SignedRequest, status: number): boolean {
    if (!token) return false;
    const { settings, clock } = this.#parts;
    return settings.refusals.includes(status) || (!status && (!clock.isHeard || clock.mayHaveExpired(token.expires)));
  }

  /**
   * Returns the request signed with another token than the refused one; `undefined` if there is no other one, if
   * `request` is itself a replay, or if the edge refuses whatever it gets.
   * @throws the error of the call for a token
   */
  async replay(request: SignedRequest, token: Token, how: SignOptions): Promise<SignedRequest | undefined> {
    const { clock, store } = this.#parts;
    const { lastCall } = this.#calls.intake;
    clock.noteRefused(token.expires);
    // an end explains the refusal; so does a rotation that is known already
    const isExplained = clock.mayHaveExpired(token.expires) || store.isOutdated(token);
    if (this.#replayed.has(request)) {
      this.#noteRefused(request);
      return undefined;
    }
    if (clock.sessionNow() < this.#restsUntil) return undefined;
    // after a rotation the edge refuses all tokens: the first refusal shows that, and one call renews the others. Those
    // that are refused before the call for the first has gone out are in that call, and need not wait for its answer
    const first = this.#first;
    if (first && lastCall > first.lastCall) await abortable(first.answered, how.signal);
    const end = (): void => void (this.#first = undefined);
    const replay = this.#another(request, token, how).then(
      (held) => held && this.#sign(request, held, isExplained ? -1 : Math.min(lastCall, held.call - 1)),
    );
    this.#first ??= { answered: replay.then(end, end), lastCall };
    return replay;
  }

  /** Gets another token than the refused one. */
  async #another({ unsignedUrl }: SignedRequest, token: Token, how: SignOptions): Promise<HeldToken | undefined> {
    const { store, urls, bringAlong } = this.#parts;
    const keyNow = (): string => urls.read(unsignedUrl).key;
    const find = (): HeldToken | undefined => {
      const held = store.find(keyNow());
      return held && identityOf(held.token) !== identityOf(token) ? held : undefined;
    };
    const known = find();
    if (store.isUsable(known)) return known;
    const obtained = this.#calls.obtain(keyNow(), 'refused', how);
    bringAlong(keyNow());
    await obtained;
    const renewed = find();
    if (renewed) return renewed;
    this.#calls.outage.pause(SECONDS_TO_ANOTHER);
    await this.#calls.obtain(keyNow(), 'refused', how);
    return find();
  }

  /**
   * Signs the replay. If the edge has refused a token before its end, and accepts this one, the secret was rotated: the
   * tokens of all calls until the refusal are outdated. A replay counts as accepted until it is refused, because
   * adapters report only refusals.
   */
  #sign({ unsignedUrl }: SignedRequest, held: HeldToken, outdatedCall: number): SignedRequest {
    const { store, attach } = this.#parts;
    const outdatedBefore = store.outdatedCall;
    store.outdatedCall = Math.max(outdatedBefore, outdatedCall);
    const request = attach(unsignedUrl, held);
    this.#replayed.add(request);
    this.#last = [...this.#last, { request, outdatedBefore, isRefused: false }].slice(-REFUSED_IN_A_ROW);
    return request;
  }

  #noteRefused(request: SignedRequest): void {
    const { clock, store } = this.#parts;
    const replay = this.#last.find((it) => it.request === request);
    if (!replay) return;
    replay.isRefused = true;
    store.outdatedCall = Math.min(store.outdatedCall, replay.outdatedBefore);
    if (this.#last.length === REFUSED_IN_A_ROW && this.#last.every(({ isRefused }) => isRefused))
      this.#restsUntil = clock.sessionNow() + REST_SECONDS;
  }
}
