import type { Acquisition } from './acquisition.ts';
import { BoundedMap } from './bounded-map.ts';
import type { DebugLog } from './debug-log.ts';
import type { KnownPlaylist, NameAhead } from './known-playlist.ts';
import { PAUSE_SECONDS } from './name-prediction.ts';
import type { Horizon, PlaylistToken } from './prediction-horizon.ts';
import { comesAlong, firstSecondsOf, horizonOf, isHalfOver, isRefillDue } from './prediction-horizon.ts';
import type { ServerClock } from './server-clock.ts';
import type { HeldToken } from './token-index.ts';
import { lifetimeOf } from './token-index.ts';

/** A listed name that was answered without a token is not asked for again so soon. */
const UNANSWERED_SECONDS = 10;

export interface SignedAheadOptions {
  /** How many URLs are signed ahead where their playlist names them; 0 is none, and nothing is predicted. */
  readonly size: number;
  /** 0…1: the share of the lifetime over which an audience is spread. */
  readonly jitter: number;
  readonly random: () => number;
  readonly clock: ServerClock;
  readonly acquisition: Acquisition;
  /** What an absolute URL is known by, without what a server wrote into it. */
  readonly identify: (href: string) => string;
  readonly find: (key: string) => HeldToken | undefined;
  /** Whether a request for it would not wait. So it is with what cannot be asked for, whose key is empty. */
  readonly isReady: (key: string) => boolean;
  readonly debug: DebugLog | undefined;
}

/** How far the playlists are signed ahead whose names come, and what they lack. Asks for nothing itself. */
export class SignedAhead {
  readonly #options: SignedAheadOptions;
  /** Until when names are not asked for again that were answered without a token. */
  readonly #unanswered = new BoundedMap<string, number>();
  /** Drawn once for a viewer. */
  #firstShare: number | undefined;
  #hasRefilled = false;
  /** The endpoint signs no names that do not exist. */
  #pausedUntil = -Infinity;

  constructor(options: SignedAheadOptions) {
    this.#options = options;
  }

  /** How far to sign ahead; `undefined` where no more is known than the playlist names. */
  horizonOf(playlist: KnownPlaylist): Horizon | undefined {
    const { size, find } = this.#options;
    if (size === 0 || this.#now < this.#pausedUntil || !playlist.isPredictable(this.#now)) return undefined;
    const held = find(playlist.lastAsked) ?? find(playlist.url);
    if (held?.scope.kind === 'folder') return undefined;
    if (held) playlist.lifetime = lifetimeOf(held);
    return playlist.lifetime === undefined ? undefined : horizonOf(playlist.lifetime);
  }

  /** Seconds of media that are signed or asked for, if that is so little that it is time for more. */
  secondsBeforeRefill(playlist: KnownPlaylist, horizon: Horizon): number | undefined {
    const { identify, isReady, acquisition } = this.#options;
    const ahead = this.#secondsOf(playlist, horizon, (key) => isReady(key) || acquisition.isUnderWay(identify(key)));
    return this.#isDue(playlist, horizon, ahead) ? ahead : undefined;
  }

  /** Seconds that are at hand of `playlist` if it is due for more: a call that fails may try again within this. */
  restOfDue(playlist: KnownPlaylist): number | undefined {
    const horizon = this.horizonOf(playlist);
    if (!horizon) return undefined;
    const ahead = this.#secondsOf(playlist, horizon, this.#options.isReady);
    if (!this.#isDue(playlist, horizon, ahead)) return undefined;
    return Math.min(ahead, this.#ownToken(playlist)?.rest ?? Infinity);
  }

  /** The names that lack a token. */
  lackedBy(playlist: KnownPlaylist, horizon: Horizon): NameAhead[] {
    return this.#namesOf(playlist, horizon).filter(({ key }) => !this.#options.isReady(key) && !this.#isRefused(key));
  }

  /** Whether the token of the playlist itself comes along in a refill. */
  isPlaylistToBeRenewed(playlist: KnownPlaylist, horizon: Horizon): boolean {
    const token = this.#ownToken(playlist);
    return token !== undefined && comesAlong(token, horizon);
  }

  /** From now on it is signed ahead as far as its tokens allow. */
  noteRefill(): void {
    this.#hasRefilled = true;
  }

  noteUnanswered(key: string): void {
    this.#unanswered.set(key, this.#now + UNANSWERED_SECONDS);
  }

  notePredictionRefused(): void {
    this.#pausedUntil = this.#now + PAUSE_SECONDS;
  }

  /** In seconds on the endpoint's clock. */
  get #now(): number {
    return this.#options.clock.now();
  }

  #isDue(playlist: KnownPlaylist, horizon: Horizon, secondsAhead: number): boolean {
    const token = this.#ownToken(playlist);
    return isRefillDue(secondsAhead, playlist.nameSeconds, horizon) || (token !== undefined && isHalfOver(token));
  }

  /** Seconds of media without a gap. What cannot be asked for is no gap. */
  #secondsOf(playlist: KnownPlaylist, horizon: Horizon, isCovered: (key: string) => boolean): number {
    const names = this.#namesOf(playlist, horizon);
    const gap = names.findIndex(({ key }) => !isCovered(key) && !this.#isRefused(key));
    return gap < 0 ? horizon.fullSeconds : (names[gap - 1]?.end ?? 0);
  }

  /** No call brings a token for it. */
  #isRefused(key: string): boolean {
    const { acquisition, identify } = this.#options;
    return acquisition.denialOf(identify(key)) !== undefined || (this.#unanswered.get(key) ?? 0) > this.#now;
  }

  #namesOf(playlist: KnownPlaylist, horizon: Horizon): NameAhead[] {
    const { jitter, random } = this.#options;
    if (this.#hasRefilled) return playlist.namesWithin(horizon.fullSeconds);
    this.#firstShare ??= random();
    return playlist.namesWithin(firstSecondsOf(horizon, jitter, this.#firstShare));
  }

  /** Of a playlist whose reloads share a token, while that lives. */
  #ownToken({ url, isSameUrl }: KnownPlaylist): PlaylistToken | undefined {
    const held = this.#options.find(url);
    if (!held || held.scope.kind === 'folder' || (held.scope.kind === 'url' && !isSameUrl)) return undefined;
    const rest = held.token.expires - this.#now;
    return rest > 0 ? { lifetime: lifetimeOf(held), rest } : undefined;
  }
}
