import { abortable } from '../waiting.ts';
import type { Settings, TokenReason } from '../contract/token-source-options.ts';
import type { PlaylistGuest } from '../contract/playlist.ts';
import { SecureTokenError, sourceDestroyed } from '../contract/secure-token-error.ts';
import type { EmitTokenEvent } from '../contract/token-source.ts';
import type { Protection } from '../tokens/protection.ts';
import type { SentReplays } from '../tokens/sent-replays.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';
import type { Players, TokensInUse } from '../tokens/tokens-in-use.ts';
import type { Backoff } from './backoff.ts';
import { CallBatches } from './call-batches.ts';
import { Denials } from './denials.ts';
import { mayBeAboutPredictions } from './isolate-failure.ts';
import { PlaybackSession } from './playback-session.ts';
import { SigningEndpoint } from './signing-endpoint.ts';
import { TokenIntake } from './token-intake.ts';

interface Parts {
  readonly settings: Settings;
  readonly clock: ServerClock;
  readonly sent: SentReplays;
  readonly protection: Protection;
  readonly tokenUrls: TokenUrls;
  readonly store: TokenStore;
  readonly inUse: TokensInUse;
  readonly backoff: Backoff;
  readonly players: Players;
  readonly guest: PlaylistGuest;
  readonly emit: EmitTokenEvent;
}

/** A call under way for the token of a URL or scope. */
interface Flight {
  readonly key: string;
  readonly ended: Promise<void>;
  /** Whether the URL is only predicted, and may never exist. */
  readonly isPredicted: boolean;
}

const NO_TOKEN =
  'The answer of the signing endpoint has no token for this URL. ' +
  "Send one with this 'url', or with a 'prefix' above it.";
const OTHER_QUERY =
  'The answer of the signing endpoint has a token for this URL with another query: a signed URL, most likely. ' +
  "Send the 'url' of the call unchanged, and the signature as 'query'.";

const soonestOf = (rests: readonly number[]): number | undefined => (rests.length > 0 ? Math.min(...rests) : undefined);

/** Gets tokens. Makes one call for each scope at a time; further requests for the scope join the call. */
export class TokenCalls {
  readonly #parts: Parts;
  readonly #session = new PlaybackSession();
  readonly #endpoint: SigningEndpoint;
  readonly #denials: Denials;
  readonly #intake: TokenIntake;
  readonly #batches: CallBatches;
  /** The calls under way, by the URL and the scope that they are for. */
  readonly #flights = new Map<string, Flight>();

  constructor(parts: Parts) {
    this.#parts = parts;
    const { settings, clock, inUse, guest, players, backoff } = parts;
    this.#endpoint = new SigningEndpoint(settings, this.#session);
    this.#denials = new Denials(() => clock.sessionNow());
    this.#intake = new TokenIntake({
      ...parts,
      endpoint: this.#endpoint,
      session: this.#session,
      denials: this.#denials,
    });
    this.#batches = new CallBatches({
      backoff,
      now: () => clock.sessionNow(),
      call: (wanted) => this.#intake.call(wanted),
      isAbandoned: () => players.haveLeft && !backoff.isAwaited,
      restOfDue: () => soonestOf([...inUse.restsOfDue(), ...(guest.readAhead?.restsOfDue() ?? [])]),
    });
    this.#intake.holdPreset(settings.tokens);
  }

  /** The id of the session, which every call contains. */
  get session(): string {
    return this.#session.id;
  }

  denialOf(key: string): SecureTokenError | undefined {
    // every request looks for a denial, and there is nearly always none
    return this.#denials.isEmpty ? undefined : this.#denials.of(this.#parts.store.idsOf(key));
  }

  /** Lifts denials, because the viewer may have changed. If there were any, calls under way are made again. */
  liftDenials(): void {
    const lifted = this.#denials.lift();
    this.#session.denialsLifted(lifted);
    if (lifted.length > 0) this.#endpoint.startAnew();
  }

  /** Ends all calls. Requests that wait fail with `ERR_DESTROYED`. */
  stop(): void {
    const error = sourceDestroyed();
    this.#parts.backoff.stop(error);
    this.#endpoint.stop(error);
  }

  /**
   * Gets a new token for `key`, for a request that waits. Resolves when the token is at hand.
   * @throws the error of the call; the reason of `signal` once it aborts
   */
  obtain(key: string, reason: TokenReason, signal?: AbortSignal): Promise<void> {
    return this.#parts.backoff.hurryFor(() => abortable(this.#join(key, reason), signal));
  }

  /** Gets a new token for `key` that no request waits for. Does nothing during a pause, of all calls or of `key`. */
  obtainInBackground(key: string, reason: TokenReason): void {
    if (!this.#isResting(key)) this.#join(key, reason).catch(() => undefined);
  }

  /** Asks for the token of a listed name ahead of use; resolves to whether the endpoint answered without that token. */
  async obtainAhead(key: string): Promise<boolean> {
    if (this.#isResting(key)) return false;
    try {
      await this.#join(key, 'initial');
      return false;
    } catch (error) {
      return (error as SecureTokenError).code === 'ERR_SIGNING_RESPONSE';
    }
  }

  #isResting(key: string): boolean {
    return this.#parts.backoff.isPaused || this.#batches.isResting(key);
  }

  isUnderWay(key: string): boolean {
    return this.#flightFor(key) !== undefined;
  }

  /**
   * Asks for the token of a URL that may never exist, along with other URLs. Never rejects: a failure has no
   * consequences. Resolves to whether the endpoint has answered, but without a token for the URL.
   */
  async predict(key: string): Promise<boolean> {
    if (this.#parts.backoff.isPaused || this.isUnderWay(key) || this.denialOf(key)) return false;
    try {
      await this.#start(key, 'initial', true);
      return false;
    } catch (error) {
      return mayBeAboutPredictions(error as SecureTokenError);
    }
  }

  #join(key: string, reason: TokenReason): Promise<void> {
    const underWay = this.#flightFor(key);
    // if the prediction gets no token, this request asks for the URL again
    if (underWay?.isPredicted) return underWay.ended.catch(() => this.#join(key, reason));
    return underWay ? this.#joinFlight(underWay, key, reason) : this.#startWithOutdated(key, reason);
  }

  /**
   * Joins the call for another URL of the same scope, which is expected to bring one token for the whole scope. If the
   * endpoint answers with a token for that URL alone, makes a separate call for `key`.
   */
  async #joinFlight(flight: Flight, key: string, reason: TokenReason): Promise<void> {
    const { store, tokenUrls } = this.#parts;
    const before = store.find(key);
    await flight.ended;
    if (flight.key === key || store.find(tokenUrls.identify(key)) !== before) return;
    const own = this.#flights.get(store.idsOf(key)[0]!);
    await (own && !own.isPredicted ? own.ended : this.#startWithOutdated(key, reason));
  }

  #startWithOutdated(key: string, reason: TokenReason): Promise<void> {
    const { inUse, guest } = this.#parts;
    const ended = this.#start(key, reason);
    for (const other of inUse.outdatedAlong(key)) {
      if (guest.readAhead?.isPredicted(other)) void this.predict(other);
      else if (!this.#flightFor(other) && !this.#batches.isResting(other))
        this.#start(other, reason).catch(() => undefined);
    }
    return ended;
  }

  #flightFor(key: string): Flight | undefined {
    return this.#parts.store
      .idsOf(key)
      .map((id) => this.#flights.get(id))
      .find((flight) => flight !== undefined);
  }

  #start(key: string, reason: TokenReason, isPredicted = false): Promise<void> {
    const { store } = this.#parts;
    // also by the scope: URLs that the same token opens join the call, even if the token is forgotten meanwhile
    const ids = [...new Set([store.idsOf(key)[0]!, store.sharedIdOf(key)])];
    const flight: Flight = { key, ended: this.#fly(key, ids, reason, isPredicted), isPredicted };
    for (const id of ids) this.#flights.set(id, flight);
    return flight.ended;
  }

  async #fly(key: string, ids: readonly string[], reason: TokenReason, isPredicted: boolean): Promise<void> {
    const { store, tokenUrls } = this.#parts;
    const before = store.find(key);
    let error = await (this.denialOf(key) ?? this.#ask(key, reason, isPredicted));
    for (const id of ids) if (this.#flights.get(id)?.key === key) this.#flights.delete(id);
    // the answer may have shown which parameters of the URL belong to an old token: then the URL has another key now
    const own = tokenUrls.identify(key);
    const held = store.find(own);
    error ??= this.denialOf(own);
    if (!error && (!held || held === before)) {
      let message = NO_TOKEN;
      if (__DEVELOPMENT__ && this.#intake.hasOtherQuery(own)) message = OTHER_QUERY;
      error = new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url: own });
    }
    if (held && error?.code === 'ERR_SIGNING_RESPONSE') store.suspend(held);
    else if (!error && before?.scope.kind === 'folder' && store.find(before.scope.href) === before)
      store.suspend(before);
    if (error) throw error;
  }

  #ask(key: string, reason: TokenReason, isPredicted: boolean): Promise<SecureTokenError | undefined> {
    this.#parts.protection.noteOriginOf(key);
    return isPredicted ? this.#batches.predict(key) : this.#batches.ask(key, reason);
  }
}
