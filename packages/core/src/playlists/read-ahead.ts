import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import type { Playlist, ReadAhead, SourceAhead } from '../contract/playlist.ts';
import { batchDelay } from './batch-size.ts';
import type { KnownPlaylist, NameAhead } from './known-playlist.ts';
import { KnownPlaylists } from './known-playlists.ts';
import type { LearntPlaylist } from './known-playlists.ts';
import type { Horizon } from './prediction-horizon.ts';
import { refillDelay } from './prediction-horizon.ts';
import type { Rendition } from './rendition.ts';
import { SignedAhead } from './signed-ahead.ts';
import { MAX_URL_LENGTH, baseOfPlaylist, firstOf } from './url-order.ts';

/** The renditions, of those whose next URLs are listed, that a call fills up. @default all that are in rhythm */
interface Which {
  /** Only renditions requested since this time, in seconds: the viewer left the others for the one that began then. */
  readonly since?: number;
  /** A rendition to leave out, because its URLs are asked for already. */
  readonly but?: Rendition;
}

/** Signs the next URLs of a playlist before the player requests them, if a token opens only one URL. */
class PlaylistsAhead implements ReadAhead {
  readonly #source: SourceAhead;
  readonly #ahead: SignedAhead;
  readonly #playlists = new KnownPlaylists();
  #refill: ReturnType<typeof setTimeout> | undefined;

  constructor(source: SourceAhead) {
    this.#source = source;
    this.#ahead = new SignedAhead(source);
  }

  /** @param key the key of the playlist or manifest */
  learn(key: string, playlist: Playlist): void {
    // each of its names would take time in proportion to that length
    if (baseOfPlaylist(key).length > MAX_URL_LENGTH) return;
    // a playlist that creates a read-ahead of this kind has this `learn`, in any copy of the package
    const { learn } = playlist as LearntPlaylist;
    try {
      // a reload may have brought names at the live edge
      for (const { rendition, before } of learn(key, this.#playlists, this.#source)) this.#continued(rendition, before);
    } catch {
      // Playlists are untrusted. One that cannot be read is not read ahead, and its requests are signed one by one.
    }
  }

  /** Notes that a token for `key` was attached, and signs further URLs if that is due. */
  attached(key: string): void {
    const rendition = this.#noteAsked(key, false);
    if (!rendition) return;
    const live = this.#liveOf(rendition);
    if (live) this.#refillIfDue(live.playlist, live.horizon);
    else this.#signNextIfDue(rendition, batchDelay(rendition.run.interval, rendition.segmentSeconds));
  }

  /** Notes a request for `key` that waits for a token: unless `key` is denied, the same call signs ahead. */
  askedFor(key: string): void {
    if (this.#source.isDenied(key)) return;
    const rendition = this.#noteAsked(key, true);
    if (!rendition) return;
    if (this.#liveOf(rendition)) this.#fill();
    else if (rendition.run.requested > 1) this.#signNextIfDue(rendition);
    // a viewer who starts or seeks may have left the renditions played until now: only this one is signed ahead
    else this.#signListed(rendition);
  }

  /** Tells whether `key` is only predicted: no playlist lists it yet. */
  isPredicted(key: string): boolean {
    return this.#playlists.predicts(key);
  }

  /** Returns, for each playlist whose refill is due, the seconds until it runs out of tokens. */
  restsOfDue(): number[] {
    return this.#beingPlayed.flatMap(({ predictable }) =>
      predictable ? (this.#ahead.restOfDue(predictable) ?? []) : [],
    );
  }

  /** Cancels the next refill or batch, because no player is left. */
  rest(): void {
    clearTimeout(this.#refill);
    this.#refill = undefined;
  }

  stop(): void {
    this.rest();
    this.#playlists.clear();
  }

  get #beingPlayed(): Rendition[] {
    return this.#playlists.beingPlayed(this.#source.now());
  }

  #noteAsked(key: string, waits: boolean): Rendition | undefined {
    const rendition = this.#playlists.naming(key);
    rendition?.noteAsked(key, this.#source.now(), waits);
    return rendition;
  }

  /** Returns a playlist whose next names can be predicted, and how far to sign ahead. A manifest itself names them. */
  #liveOf({ predictable }: Rendition): { playlist: KnownPlaylist; horizon: Horizon } | undefined {
    const horizon = predictable && this.#ahead.horizonOf(predictable);
    return horizon && { playlist: predictable, horizon };
  }

  /** Signs ahead after a reload of `rendition`, whose last name before the reload was `before`. */
  #continued(rendition: Rendition, before: string): void {
    const { predictable } = rendition;
    const live = this.#liveOf(rendition);
    const isLeft = rendition.lastAsked !== '' && !rendition.isBeingPlayed(this.#source.now());
    if (live && !isLeft) this.#refillIfDue(live.playlist, live.horizon);
    else if (!predictable) this.#signNextIfDue(rendition);
    else if (!live && !(isLeft && predictable.prediction.isBelieved)) this.#signAdded(rendition, before);
  }

  /** Signs the names that a reload has added after `before`, wherever the viewer is: they could not be predicted. */
  #signAdded(rendition: Rendition, before: string): void {
    const { size, isReady } = this.#source;
    const lacking = [...firstOf(rendition.order.after(before), size)].filter((key) => !isReady(key));
    if (lacking.length === 0) return;
    for (const key of lacking) this.#sign(key);
    this.#fill({ but: rendition });
  }

  /**
   * Signs the next URLs of all renditions being played, in one call, once little of a batch of `rendition` is left.
   * @param delay seconds until the call, if no request waits for it
   */
  #signNextIfDue(rendition: Rendition, delay = 0): void {
    if (!this.#ahead.isBatchDue(rendition, this.#beingPlayed.length)) return;
    this.#fillAfter(delay, { since: rendition.run.begunAt });
  }

  #signListed(rendition: Rendition): void {
    for (const key of this.#ahead.listedLackedBy(rendition, this.#beingPlayed.length)) this.#sign(key);
  }

  #refillIfDue(playlist: KnownPlaylist, horizon: Horizon): void {
    if (this.#refill !== undefined) return;
    const { jitter, random } = this.#source;
    const ahead = this.#ahead.secondsBeforeRefill(playlist, horizon);
    if (ahead === undefined) return;
    const delay = refillDelay(ahead, playlist.nameSeconds, jitter, random());
    this.#ahead.noteRefill();
    this.#fillAfter(delay);
  }

  #fillAfter(delay: number, which: Which = {}): void {
    if (delay === 0) this.#fill(which);
    else {
      this.#refill ??= setTimeout(() => {
        this.#refill = undefined;
        this.#fill(which);
      }, delay * 1000);
    }
  }

  /** Asks, in one call, for all tokens that the playlists being played lack. */
  #fill({ since = -Infinity, but }: Which = {}): void {
    const { renew } = this.#source;
    const lacking: NameAhead[] = [];
    for (const rendition of this.#beingPlayed) {
      const live = this.#liveOf(rendition);
      if (live) {
        if (this.#ahead.isPlaylistToBeRenewed(live.playlist, live.horizon)) renew(live.playlist.url);
        lacking.push(...this.#ahead.lackedBy(live.playlist, live.horizon));
      } else if (rendition !== but && rendition.isInRhythm(this.#source.now(), since)) this.#signListed(rendition);
    }
    const real = lacking.filter(({ isPredicted }) => !isPredicted);
    for (const { key } of real) this.#sign(key);
    const predicted = lacking
      .filter(({ isPredicted }) => isPredicted)
      .sort((one, other) => one.end - other.end)
      .slice(0, Math.max(0, MAX_URLS_PER_CALL - real.length));
    for (const { key } of predicted) this.#predict(key);
    const last = predicted.at(-1);
    if (last) this.#source.notePredicted(last.key, predicted.length);
  }

  #sign(key: string): void {
    void this.#source.sign(key).then((isUnanswered) => {
      if (isUnanswered) this.#ahead.noteUnanswered(key);
    });
  }

  #predict(key: string): void {
    void this.#source.predict(key).then((isRefused) => {
      if (isRefused) this.#ahead.notePredictionRefused();
    });
  }
}

export const createReadAhead = (source: SourceAhead): ReadAhead => new PlaylistsAhead(source);
