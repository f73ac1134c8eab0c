import type { TokenQueue } from '../calls/token-queue.ts';
import type { SignOptions, SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import type { SourceContext } from '../source-context.ts';
import type { HeldToken } from '../tokens/held-token.ts';
import { abortable } from '../waiting.ts';
import type { Renewals } from './renewals.ts';

/** If the last so many replays were all refused, the edge refuses whatever it gets. */
const REFUSED_IN_A_ROW = 4;
/** Seconds for which nothing is replayed then. */
const COOLDOWN_SECONDS = 10;
/** Seconds until a new token differs: most tokens end at a whole second, so two tokens of one second are the same. */
const SECONDS_TO_ANOTHER = 1;

/** A token for a replay. */
export interface Replacement {
  readonly held: HeldToken;
  /** `TokenStore.outdatedCall` before the replay. */
  readonly previousOutdatedCall: number;
}

interface Replay extends Replacement {
  readonly request: SignedRequest;
  isRefused: boolean;
}

// cookies are compared by their expiry, because scripts cannot see their values
const identityOf = (token: Token): string =>
  JSON.stringify({ ...token, expires: token.credentials ? token.expires : undefined });

/** Decides whether a request that the edge has refused is sent once more, and with which token. */
export class Replays {
  readonly #context: SourceContext;
  readonly #queue: TokenQueue;
  readonly #renewals: Renewals;
  /** The first refusal that is being answered, and the last call that was sent before. */
  #first: { readonly answered: Promise<unknown>; readonly lastCall: number } | undefined;
  readonly #replayed = new WeakSet<SignedRequest>();
  /** The last replays in the order in which they were sent. */
  #last: readonly Replay[] = [];
  #coolsUntil = -Infinity;

  constructor(context: SourceContext, queue: TokenQueue, renewals: Renewals) {
    this.#context = context;
    this.#queue = queue;
    this.#renewals = renewals;
  }

  /**
   * A refusal without CORS headers has no status: a failure without one counts if the token was at its end, or if no
   * answer has confirmed the viewer's clock yet.
   */
  isRefusal({ token }: SignedRequest, status: number): boolean {
    if (!token) return false;
    const { settings, clock } = this.#context;
    return settings.refusals.includes(status) || (!status && (!clock.isHeard || clock.mayHaveExpired(token.expires)));
  }

  /**
   * Returns another token than the refused one; `undefined` if there is none, if `request` is itself a replay, or if the
   * edge refuses whatever it gets.
   * @throws the error of the call for a token
   */
  async replacementFor(request: SignedRequest, token: Token, how: SignOptions): Promise<Replacement | undefined> {
    const { clock, store } = this.#context;
    const { lastCall } = this.#queue.client;
    clock.noteRefused(token.expires);
    // an end explains the refusal; so does a rotation that is known already
    const isExplained = clock.mayHaveExpired(token.expires) || store.isOutdated(token);
    if (this.#replayed.has(request)) {
      this.#noteRefused(request);
      return undefined;
    }
    if (clock.sessionNow() < this.#coolsUntil) return undefined;
    // after a rotation the edge refuses all tokens: the first refusal shows that, and one call renews the others. Those
    // that are refused before the call for the first has gone out are in that call, and need not wait for its answer
    const first = this.#first;
    if (first && lastCall > first.lastCall) await abortable(first.answered, how.signal);
    const another = this.#another(request.unsignedUrl, token, how);
    if (!this.#first) this.#noteFirst(another, lastCall);
    const held = await another;
    if (!held) return undefined;
    // if the edge has refused a token before its end, and accepts this one, the secret was rotated: that outdates the
    // tokens of all calls until the refusal. The replay counts as accepted until it is refused, because adapters report
    // only refusals
    const previousOutdatedCall = store.outdatedCall;
    if (!isExplained) store.outdatedCall = Math.max(previousOutdatedCall, Math.min(lastCall, held.call - 1));
    return { held, previousOutdatedCall };
  }

  /** Notes that the request was signed with its replacement, and is sent. */
  note(request: SignedRequest, replacement: Replacement): void {
    this.#replayed.add(request);
    this.#last = [...this.#last, { ...replacement, request, isRefused: false }].slice(-REFUSED_IN_A_ROW);
  }

  /** Notes the first refusal, until the token for its replay is there, or cannot be had. */
  #noteFirst(another: Promise<unknown>, lastCall: number): void {
    const end = (): void => {
      this.#first = undefined;
    };
    this.#first = { answered: another.then(end, end), lastCall };
  }

  async #another(url: string, refused: Token, how: SignOptions): Promise<HeldToken | undefined> {
    const { store, urls } = this.#context;
    const keyNow = (): string => urls.read(url).key;
    const find = (): HeldToken | undefined => {
      const held = store.find(keyNow());
      return held && identityOf(held.token) !== identityOf(refused) ? held : undefined;
    };
    const known = find();
    if (store.isUsable(known)) return known;
    const obtained = this.#queue.obtain(keyNow(), 'refused', how);
    this.#renewals.comeAlong(keyNow());
    await obtained;
    const renewed = find();
    if (renewed) return renewed;
    this.#queue.backoff.pause(SECONDS_TO_ANOTHER);
    await this.#queue.obtain(keyNow(), 'refused', how);
    return find();
  }

  #noteRefused(request: SignedRequest): void {
    const { clock, store } = this.#context;
    const replay = this.#last.find((it) => it.request === request);
    if (!replay) return;
    replay.isRefused = true;
    store.outdatedCall = Math.min(store.outdatedCall, replay.previousOutdatedCall);
    if (this.#last.length === REFUSED_IN_A_ROW && this.#last.every(({ isRefused }) => isRefused))
      this.#coolsUntil = clock.sessionNow() + COOLDOWN_SECONDS;
  }
}
