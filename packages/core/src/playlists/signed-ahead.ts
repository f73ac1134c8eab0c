import { BoundedMap } from '../bounded-maps.ts';
import type { SourceAhead } from '../contract/playlist.ts';
import { batchSize, isBatchDue } from './batch-size.ts';
import type { KnownPlaylist, NameAhead } from './known-playlist.ts';
import { PAUSE_SECONDS } from './name-prediction.ts';
import type { Horizon, PlaylistToken } from './prediction-horizon.ts';
import { comesAlong, firstSecondsOf, horizonOf, isHalfOver, isRefillDue } from './prediction-horizon.ts';
import type { Rendition } from './rendition.ts';
import { firstOf } from './url-order.ts';

/** A listed name that was answered without a token is not asked for again so soon. */
const UNANSWERED_SECONDS = 10;

/** Measures how far playlists are signed ahead, and which names lack a token. Makes no call itself. */
export class SignedAhead {
  readonly #source: SourceAhead;
  /** Until when names are not asked for again that were answered without a token. */
  readonly #unanswered = new BoundedMap<string, number>();
  /** Drawn once for a viewer. */
  #firstShare: number | undefined;
  #hasRefilled = false;
  /** The endpoint signs no names that do not exist. */
  #pausedUntil = -Infinity;

  constructor(source: SourceAhead) {
    this.#source = source;
  }

  /** The reach of signing ahead; `undefined` where no more is known than the playlist names. */
  horizonOf(playlist: KnownPlaylist): Horizon | undefined {
    const { size, tokenOf } = this.#source;
    if (size === 0 || this.#now < this.#pausedUntil || !playlist.isPredictable(this.#now)) return undefined;
    const token = tokenOf(playlist.lastAsked) ?? tokenOf(playlist.url);
    if (token?.opens === 'folder') return undefined;
    if (token) playlist.lifetime = token.lifetime;
    return playlist.lifetime === undefined ? undefined : horizonOf(playlist.lifetime);
  }

  /**
   * The listed names of a batch that lack a token.
   * @param renditions the number of those that are being played
   */
  listedLackedBy(rendition: Rendition, renditions: number): string[] {
    const batch = [...this.#batchOf(rendition, this.#sizeFor(rendition, renditions))];
    return batch.filter((key) => !this.#isCovered(key));
  }

  /** Whether so little of a batch is left that it is time for more. Each request asks: no name is made in vain. */
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

  /** Seconds of media that are signed or asked for, if that is so little that it is time for more. */
  secondsBeforeRefill(playlist: KnownPlaylist, horizon: Horizon): number | undefined {
    const { isReady, isUnderWay } = this.#source;
    const ahead = this.#secondsOf(playlist, horizon, (key) => isReady(key) || isUnderWay(key));
    return this.#isDue(playlist, horizon, ahead) ? ahead : undefined;
  }

  /** Seconds that are at hand of `playlist` if it is due for more: a call that fails may try again within this. */
  restOfDue(playlist: KnownPlaylist): number | undefined {
    const horizon = this.horizonOf(playlist);
    if (!horizon) return undefined;
    const ahead = this.#secondsOf(playlist, horizon, this.#source.isReady);
    if (!this.#isDue(playlist, horizon, ahead)) return undefined;
    return Math.min(ahead, this.#ownToken(playlist)?.rest ?? Infinity);
  }

  /** The names that lack a token. */
  lackedBy(playlist: KnownPlaylist, horizon: Horizon): NameAhead[] {
    return this.#namesOf(playlist, horizon).filter(({ key }) => !this.#source.isReady(key) && !this.#isRefused(key));
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

  /** Seconds on a clock that nobody sets. */
  get #now(): number {
    return this.#source.now();
  }

  #sizeFor(rendition: Rendition, renditions: number): number {
    const { run, segmentSeconds, lastAsked } = rendition;
    const token = this.#source.tokenOf(lastAsked);
    // that of a folder tells nothing of those that open one URL
    if (token && token.opens !== 'folder') rendition.lifetime = token.lifetime;
    const { requested, interval } = run;
    const { lifetime } = rendition;
    return batchSize({ first: this.#source.size, requested, interval, segmentSeconds, lifetime, renditions });
  }

  #batchOf({ order, lastAsked }: Rendition, size: number): Iterable<string> {
    return firstOf(order.after(lastAsked), size);
  }

  /** Whether asking for it again would bring nothing. */
  #isCovered(key: string): boolean {
    const { isReady, isUnderWay } = this.#source;
    return isReady(key) || isUnderWay(key) || this.#isRefused(key);
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
    return this.#source.isDenied(key) || (this.#unanswered.get(key) ?? 0) > this.#now;
  }

  #namesOf(playlist: KnownPlaylist, horizon: Horizon): NameAhead[] {
    const { jitter, random } = this.#source;
    if (this.#hasRefilled) return playlist.namesWithin(horizon.fullSeconds);
    this.#firstShare ??= random();
    return playlist.namesWithin(firstSecondsOf(horizon, jitter, this.#firstShare));
  }

  /** The token of the playlist itself, where its reloads share one, while that lives. */
  #ownToken({ url, isSameUrl }: KnownPlaylist): PlaylistToken | undefined {
    const token = this.#source.tokenOf(url);
    if (!token || token.opens === 'folder' || (token.opens === 'url' && !isSameUrl)) return undefined;
    return token.rest > 0 ? token : undefined;
  }
}
