import { BoundedMap } from '../bounded-maps.ts';
import type { SourceAhead } from '../contract/playlist.ts';
import { batchSize, isBatchDue } from './batch-size.ts';
import type { KnownPlaylist, NameAhead } from './known-playlist.ts';
import { PAUSE_SECONDS } from './name-prediction.ts';
import type { Horizon, PlaylistToken } from './prediction-horizon.ts';
import { comesAlong, firstSecondsOf, horizonOf, isHalfOver, isRefillDue } from './prediction-horizon.ts';
import type { Rendition } from './rendition.ts';
import { firstOf } from './url-order.ts';

/** The seconds before a listed name is asked for again after the endpoint answered without a token for it. */
const UNANSWERED_SECONDS = 10;

/** Measures how far playlists are signed ahead, and which names lack a token. Makes no calls. */
export class SignedAhead {
  readonly #source: SourceAhead;
  /** Names that the endpoint answered without a token, and the time until which they are not asked for again. */
  readonly #unanswered = new BoundedMap<string, number>();
  /** A random number, drawn once per viewer. */
  #firstShare: number | undefined;
  #hasRefilled = false;
  /** When predictions may be signed again, after the endpoint gave no token for one. */
  #pausedUntil = -Infinity;

  constructor(source: SourceAhead) {
    this.#source = source;
  }

  /**
   * Returns how far predicted names are signed ahead. Returns `undefined` if none are: there are none, prediction is
   * off or paused, the token opens a folder, or the lifetime of tokens is unknown.
   */
  horizonOf(playlist: KnownPlaylist): Horizon | undefined {
    const { size, tokenOf } = this.#source;
    if (size === 0 || this.#now < this.#pausedUntil || !playlist.isPredictable(this.#now)) return undefined;
    const token = tokenOf(playlist.lastAsked) ?? tokenOf(playlist.url);
    if (token?.opens === 'folder') return undefined;
    if (token) playlist.lifetime = token.lifetime;
    return playlist.lifetime === undefined ? undefined : horizonOf(playlist.lifetime);
  }

  /**
   * Returns the listed names of a batch that lack a token.
   * @param renditions the number of renditions that are being played
   */
  listedLackedBy(rendition: Rendition, renditions: number): string[] {
    const batch = [...this.#batchOf(rendition, this.#sizeFor(rendition, renditions))];
    return batch.filter((key) => !this.#isCovered(key));
  }

  /**
   * Tells whether so little of a batch is left that the next one is due. Runs for each request, so it makes no name in
   * vain.
   */
  isBatchDue(rendition: Rendition, renditions: number): boolean {
    const size = this.#sizeFor(rendition, renditions);
    let ahead = 0;
    for (const key of this.#batchOf(rendition, size)) {
      if (!this.#isCovered(key)) return isBatchDue(ahead, [...this.#batchOf(rendition, size)].length, rendition.isLive);
      ahead++;
      if (!isBatchDue(ahead, size, rendition.isLive)) return false;
    }
    return false;
  }

  /** Returns the seconds of media that are signed or asked for if a refill is due; otherwise `undefined`. */
  secondsBeforeRefill(playlist: KnownPlaylist, horizon: Horizon): number | undefined {
    const { isReady, isUnderWay } = this.#source;
    const ahead = this.#secondsOf(playlist, horizon, (key) => isReady(key) || isUnderWay(key));
    return this.#isDue(playlist, horizon, ahead) ? ahead : undefined;
  }

  /**
   * Returns the seconds until `playlist` runs out of tokens if its refill is due; otherwise `undefined`. A failed call
   * may be retried within this time.
   */
  restOfDue(playlist: KnownPlaylist): number | undefined {
    const horizon = this.horizonOf(playlist);
    if (!horizon) return undefined;
    const ahead = this.#secondsOf(playlist, horizon, this.#source.isReady);
    if (!this.#isDue(playlist, horizon, ahead)) return undefined;
    return Math.min(ahead, this.#ownToken(playlist)?.rest ?? Infinity);
  }

  /** Returns the names that lack a token. */
  lackedBy(playlist: KnownPlaylist, horizon: Horizon): NameAhead[] {
    return this.#namesOf(playlist, horizon).filter(({ key }) => !this.#source.isReady(key) && !this.#isRefused(key));
  }

  /** Tells whether a refill also renews the token of the playlist itself. */
  isPlaylistToBeRenewed(playlist: KnownPlaylist, horizon: Horizon): boolean {
    const token = this.#ownToken(playlist);
    return token !== undefined && comesAlong(token, horizon);
  }

  /** Notes a refill: from now on, playlists are signed ahead as far as their tokens allow. */
  noteRefill(): void {
    this.#hasRefilled = true;
  }

  noteUnanswered(key: string): void {
    this.#unanswered.set(key, this.#now + UNANSWERED_SECONDS);
  }

  notePredictionRefused(): void {
    this.#pausedUntil = this.#now + PAUSE_SECONDS;
  }

  /** Seconds on a clock that never goes back, whatever the endpoint or the viewer sets. */
  get #now(): number {
    return this.#source.now();
  }

  #sizeFor(rendition: Rendition, renditions: number): number {
    const { run, segmentSeconds, lastAsked } = rendition;
    const token = this.#source.tokenOf(lastAsked);
    // the lifetime of a folder's token says nothing about tokens that open one URL
    if (token && token.opens !== 'folder') rendition.lifetime = token.lifetime;
    const { requested, interval } = run;
    const { lifetime } = rendition;
    return batchSize({ first: this.#source.size, requested, interval, segmentSeconds, lifetime, renditions });
  }

  #batchOf({ order, lastAsked }: Rendition, size: number): Iterable<string> {
    return firstOf(order.after(lastAsked), size);
  }

  /** Tells whether it would be useless to ask for `key`. */
  #isCovered(key: string): boolean {
    const { isReady, isUnderWay } = this.#source;
    return isReady(key) || isUnderWay(key) || this.#isRefused(key);
  }

  #isDue(playlist: KnownPlaylist, horizon: Horizon, secondsAhead: number): boolean {
    const token = this.#ownToken(playlist);
    return isRefillDue(secondsAhead, playlist.nameSeconds, horizon) || (token !== undefined && isHalfOver(token));
  }

  /** Returns the seconds of media that are covered without a gap. A name for which no call brings a token is no gap. */
  #secondsOf(playlist: KnownPlaylist, horizon: Horizon, isCovered: (key: string) => boolean): number {
    const names = this.#namesOf(playlist, horizon);
    const gap = names.findIndex(({ key }) => !isCovered(key) && !this.#isRefused(key));
    return gap < 0 ? horizon.fullSeconds : (names[gap - 1]?.end ?? 0);
  }

  /** Tells whether no call brings a token for `key` at present. */
  #isRefused(key: string): boolean {
    return this.#source.isDenied(key) || (this.#unanswered.get(key) ?? 0) > this.#now;
  }

  #namesOf(playlist: KnownPlaylist, horizon: Horizon): NameAhead[] {
    const { jitter, random } = this.#source;
    if (this.#hasRefilled) return playlist.namesWithin(horizon.fullSeconds);
    this.#firstShare ??= random();
    return playlist.namesWithin(firstSecondsOf(horizon, jitter, this.#firstShare));
  }

  /** Returns the token of the playlist itself, if all its reloads share that token, and it has not ended. */
  #ownToken({ url, isSameUrl }: KnownPlaylist): PlaylistToken | undefined {
    const token = this.#source.tokenOf(url);
    if (!token || token.opens === 'folder' || (token.opens === 'url' && !isSameUrl)) return undefined;
    return token.rest > 0 ? token : undefined;
  }
}
