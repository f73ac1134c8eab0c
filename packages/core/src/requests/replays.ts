import { abortable } from '../waiting.ts';
import type { Backoff } from '../calls/backoff.ts';
import type { TokenCalls } from '../calls/token-calls.ts';
import type { Settings } from '../contract/token-source-options.ts';
import { refusalStatuses } from '../contract/token-source-options.ts';
import { isAccepted, overwrittenParameters, refusalMessage, refusedAgain } from './refusal-cause.ts';
import type { RequestSigner } from './request-signer.ts';
import type { DebugLog } from '../debug-log.ts';
import type { SentReplays } from '../tokens/sent-replays.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { SignOptions, SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
import { isVisible } from '../contract/token.ts';

/** Most tokens end at a whole second: in the second in which one was made, another one is the same. */
const SECONDS_TO_ANOTHER = 1;

interface Parts {
  readonly settings: Pick<Settings, 'refusals'>;
  readonly clock: ServerClock;
  readonly tokenUrls: TokenUrls;
  readonly store: TokenStore;
  readonly calls: TokenCalls;
  readonly backoff: Backoff;
  readonly sent: SentReplays;
  readonly signer: RequestSigner;
  readonly debug: DebugLog | undefined;
}

// cookies are told apart by their expiry: their values cannot be seen
const carrierIdentity = (token: Token): string =>
  JSON.stringify({ ...token, expires: token.credentials ? token.expires : undefined });

const isSame = (one: Token, other: Token): boolean => carrierIdentity(one) === carrierIdentity(other);

/** After more refused replays in a row than this, the edge refuses whatever it is given. */
const MAX_REFUSED_IN_A_ROW = 3;

/** Seconds for which nothing is replayed then. */
const REST_SECONDS = 10;

/** A refusal that others may wait for. */
interface First {
  /** Number of the last call that was sent before the one of this refusal. */
  readonly lastCall: number;
  readonly answered: Promise<void>;
}

interface Refusal {
  readonly url: string;
  readonly token: Token;
  /** The last one when it was told. */
  readonly lastCall: number;
  /** The token has: that is why it was refused. */
  readonly hasEnded: boolean;
}

/** Decides about requests that the edge has refused: replayed with another token, or left to the player. */
export class Replays {
  readonly #parts: Parts;
  /** The first one that failed without a status before the first answer of the endpoint. */
  #unexplained: SignedRequest | undefined;
  readonly #told = new WeakSet<SignedRequest>();
  /** While it is being answered. */
  #first: First | undefined;
  /** Until then nothing is replayed, in seconds of the session. */
  #restsUntil = -Infinity;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A refusal without CORS headers looks like a failure without a status: it is one if the token was at its end. */
  isRefusal({ token, unsignedUrl }: SignedRequest, status: number): boolean {
    if (!token) return false;
    const { settings, clock } = this.#parts;
    const statuses = refusalStatuses(settings.refusals, unsignedUrl);
    return statuses.includes(status) || (!status && clock.mayHaveExpired(token.expires));
  }

  /**
   * The error of a request that is refused for good; a development build says why.
   * @param source that has signed it
   */
  explain(request: SignedRequest, status: number, source: object): SecureTokenError {
    const { clock } = this.#parts;
    const { token, unsignedUrl: url } = request;
    if (!__DEVELOPMENT__) return new SecureTokenError('ERR_TOKEN_REFUSED', refusedAgain(status), { url, status });
    const message = refusalMessage({
      status,
      secondsLeft: clock.isTold && token ? token.expires - clock.now() : undefined,
      overwritten: overwrittenParameters(request),
      attachesNothing: !!token && !token.credentials && !isVisible(token),
      isEndpointAccepted: isAccepted(source),
    });
    return new SecureTokenError('ERR_TOKEN_REFUSED', message, { url, status });
  }

  /**
   * The app hears of this refusal: once, for adapters ask again about a request that they hold in an outage.
   * @returns whether it had not heard of it
   */
  noteTold(request: SignedRequest): boolean {
    const isNews = !this.#told.has(request);
    this.#told.add(request);
    return isNews;
  }

  /**
   * A failure without a status, while nobody has confirmed the clock by which the token lives. One may be the network;
   * after another one the token is renewed, and the answer tells the time.
   */
  noteFailure(request: SignedRequest, status: number): void {
    const { clock, calls } = this.#parts;
    if (!request.token || status || !clock.isUnconfirmed || this.isRefusal(request, status)) return;
    this.#unexplained ??= request;
    // adapters ask more than once about one failure
    if (request !== this.#unexplained) calls.obtainInBackground(this.#keyOf(request.unsignedUrl), 'expiring');
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
    const { clock, sent } = this.#parts;
    // by the state of things when the refusal was told
    const refusal = {
      url: request.unsignedUrl,
      token,
      lastCall: sent.lastCall,
      hasEnded: clock.mayHaveExpired(token.expires),
    };
    clock.noteRefused(token.expires);
    const inARow = sent.noteRefused(request);
    if (inARow > MAX_REFUSED_IN_A_ROW) this.#rest();
    if (inARow > 0 || clock.sessionNow() < this.#restsUntil) return undefined;
    const first = this.#first;
    // one whose call is not sent yet takes others along
    const isSent = first !== undefined && sent.lastCall > first.lastCall;
    if (isSent && !this.#isReplaced(refusal)) await abortable(first.answered, signal);
    const answer = this.#answer(refusal, signal);
    this.#first ??= this.#asFirst(answer);
    return answer;
  }

  /**
   * After a rotation all tokens are refused, and how the first refusal ends tells whether the others are renewed
   * together: they wait for it.
   */
  #asFirst(answer: Promise<unknown>): First {
    const end = (): void => (this.#first = undefined);
    return { lastCall: this.#parts.sent.lastCall, answered: answer.then(end, end) };
  }

  #isReplaced({ url, token }: Refusal): boolean {
    const held = this.#find(url);
    return held !== undefined && this.#parts.store.isUsable(held) && !isSame(held.token, token);
  }

  async #answer(refusal: Refusal, signal: AbortSignal | undefined): Promise<SignedRequest | undefined> {
    const { calls, backoff, sent, signer } = this.#parts;
    const { url, token, lastCall, hasEnded } = refusal;
    const renew = (): Promise<void> => calls.obtain(this.#keyOf(url), 'refused', signal);
    const hasAnother = (): boolean => !isSame(this.#find(url)?.token ?? token, token);
    if (!this.#isReplaced(refusal)) await renew();
    if (!hasAnother()) {
      backoff.pauseFor(SECONDS_TO_ANOTHER);
      await renew();
    }
    if (!hasAnother()) return undefined;
    const { call } = this.#find(url)!;
    const replay = signer.attachTo(url);
    sent.note(replay, hasEnded ? -1 : Math.min(lastCall, call - 1));
    return replay;
  }

  /** In whatever order the edge refuses some of what is under way: it may accept others in between. */
  #rest(): void {
    const { clock, debug } = this.#parts;
    const now = clock.sessionNow();
    if (now >= this.#restsUntil) debug?.pause('no request is sent again, because too many were refused', REST_SECONDS);
    this.#restsUntil = now + REST_SECONDS;
  }

  #keyOf(url: string): string {
    return this.#parts.tokenUrls.read(url).key;
  }

  #find(url: string): HeldToken | undefined {
    return this.#parts.store.find(this.#keyOf(url));
  }
}
