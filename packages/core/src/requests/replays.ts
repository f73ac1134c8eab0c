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

/** Seconds until a new token differs: most tokens end at a whole second, so two tokens of one second are the same. */
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

// cookies are compared by their expiry, because scripts cannot see their values
const carrierIdentity = (token: Token): string =>
  JSON.stringify({ ...token, expires: token.credentials ? token.expires : undefined });

const isSame = (one: Token, other: Token): boolean => carrierIdentity(one) === carrierIdentity(other);

/** The largest number of refused replays in a row. After more than that, the edge refuses whatever it gets. */
const MAX_REFUSED_IN_A_ROW = 3;

/** Seconds for which the source replays nothing after too many refused replays in a row. */
const REST_SECONDS = 10;

/** The first refusal, whose outcome other refusals may wait for. */
interface First {
  /** The number of the last call that was sent before the call for this refusal. */
  readonly lastCall: number;
  readonly answered: Promise<void>;
}

interface Refusal {
  readonly url: string;
  readonly token: Token;
  /** The number of the last call when the refusal was reported. */
  readonly lastCall: number;
  /** Whether the token has ended, which explains the refusal. */
  readonly hasEnded: boolean;
}

/** Decides whether a request that the edge has refused is replayed with another token, or left to the player. */
export class Replays {
  readonly #parts: Parts;
  /** The first request that failed without a status before the first answer of the endpoint. */
  #unexplained: SignedRequest | undefined;
  readonly #told = new WeakSet<SignedRequest>();
  /** Set while the first refusal is being answered. */
  #first: First | undefined;
  /** The time until which nothing is replayed, in seconds of the session. */
  #restsUntil = -Infinity;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Whether the edge refuses the token of the request. A refusal without CORS headers looks like a failure without a
   * status, which counts as a refusal if the token was at its end.
   */
  isRefusal({ token, unsignedUrl }: SignedRequest, status: number): boolean {
    if (!token) return false;
    const { settings, clock } = this.#parts;
    const statuses = refusalStatuses(settings.refusals, unsignedUrl);
    return statuses.includes(status) || (!status && clock.mayHaveExpired(token.expires));
  }

  /**
   * Returns the error of a request that is refused for good; in a development build its message gives the cause.
   * @param source the token source that has signed the request
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
   * Notes that the app hears of this refusal. The app hears of it once, although adapters call `refused` again for a
   * request that they hold in an outage.
   * @returns whether the app has not heard of it before
   */
  noteTold(request: SignedRequest): boolean {
    const isNews = !this.#told.has(request);
    this.#told.add(request);
    return isNews;
  }

  /**
   * Notes a failure without a status, while no answer has confirmed the viewer's clock. The network may cause one such
   * failure. After a failure of another request the source renews the token, and the answer tells the time.
   */
  noteFailure(request: SignedRequest, status: number): void {
    const { clock, calls } = this.#parts;
    if (!request.token || status || !clock.isUnconfirmed || this.isRefusal(request, status)) return;
    this.#unexplained ??= request;
    // adapters report one failure more than once
    if (request !== this.#unexplained) calls.obtainInBackground(this.#keyOf(request.unsignedUrl), 'expiring');
  }

  /**
   * Returns the request signed with another token than the refused one. Returns `undefined` if there is no other token,
   * if `request` is itself a replay, or if the edge refuses whatever it gets.
   * @throws the error of the call for a token
   */
  async signAnew(
    request: SignedRequest,
    token: Token,
    status: number,
    { signal }: SignOptions,
  ): Promise<SignedRequest | undefined> {
    const { clock, sent } = this.#parts;
    // records the state when the refusal was reported
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
    // a call that is not sent yet can still contain this URL too
    const isSent = first !== undefined && sent.lastCall > first.lastCall;
    if (isSent && !this.#isReplaced(refusal)) await abortable(first.answered, signal);
    const answer = this.#answer(refusal, signal);
    this.#first ??= this.#asFirst(answer);
    return answer;
  }

  /**
   * Makes `answer` the outcome that other refusals wait for. After a rotation the edge refuses all tokens; the outcome
   * of the first refusal tells whether the other tokens are renewed together.
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

  /** Begins or extends the rest, in whatever order the edge refuses requests: it may accept others in between. */
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
