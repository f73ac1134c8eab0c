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
import { firstOf } from './url-order.ts';

/** Which listed renditions are filled up. @default all that are in rhythm */
interface Which {
  /** Renditions that were asked for since then, in seconds: others were left for the one that began there. */
  readonly since?: number;
  /** A rendition to leave out, because it has asked already. */
  readonly but?: Rendition;
}

/** Signs the next URLs of a playlist before the player asks for them, where a token opens one URL. */
class PlaylistsAhead implements ReadAhead {
  readonly #source: SourceAhead;
  readonly #ahead: SignedAhead;
  readonly #playlists = new KnownPlaylists();
  #refill: ReturnType<typeof setTimeout> | undefined;

  constructor(source: SourceAhead) {
    this.#source = source;
    this.#ahead = new SignedAhead(source);
  }

  /** @param key identity of the playlist or manifest */
  learn(key: string, playlist: Playlist): void {
    // whoever makes a read-ahead of this kind makes playlists for it, in whatever copy of the package
    const { learn } = playlist as LearntPlaylist;
    try {
      // at the live edge
      for (const { rendition, before } of learn(key, this.#playlists, this.#source)) this.#continued(rendition, before);
    } catch {
      // written by a stranger: what cannot be read is not read ahead, and its requests are signed one by one
    }
  }

  /** A token for `key` was attached. */
  attached(key: string): void {
    const rendition = this.#noteAsked(key, false);
    if (!rendition) return;
    const live = this.#liveOf(rendition);
    if (live) this.#refillIfDue(live.playlist, live.horizon);
    else this.#signNextIfDue(rendition, batchDelay(rendition.run.interval, rendition.segmentSeconds));
  }

  /** `key` is asked for, by a request that waits: what is signed ahead comes along, unless that is denied. */
  askedFor(key: string): void {
    if (this.#source.isDenied(key)) return;
    const rendition = this.#noteAsked(key, true);
    if (!rendition) return;
    if (this.#liveOf(rendition)) this.#fill();
    else if (rendition.run.requested > 1) this.#signNextIfDue(rendition);
    // a viewer who begins, or has sought, may have left what was played until now
    else this.#signListed(rendition);
  }

  /** Whether `key` stands in no playlist yet. */
  isPredicted(key: string): boolean {
    return this.#playlists.predicts(key);
  }

  /** Seconds that are at hand of playlists that are due for more, each. */
  restsOfDue(): number[] {
    return this.#beingPlayed.flatMap(({ predictable }) =>
      predictable ? (this.#ahead.restOfDue(predictable) ?? []) : [],
    );
  }

  /** Ends read-ahead, because no player is left. */
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

  /** A live playlist whose names come, and how far it is signed ahead. A manifest says itself which names come. */
  #liveOf({ predictable }: Rendition): { playlist: KnownPlaylist; horizon: Horizon } | undefined {
    const horizon = predictable && this.#ahead.horizonOf(predictable);
    return horizon && { playlist: predictable, horizon };
  }

  /** A reload of `rendition`, whose last name was `before`, has come. */
  #continued(rendition: Rendition, before: string): void {
    const { predictable } = rendition;
    const live = this.#liveOf(rendition);
    const isLeft = rendition.lastAsked !== '' && !rendition.isBeingPlayed(this.#source.now());
    if (live && !isLeft) this.#refillIfDue(live.playlist, live.horizon);
    else if (!predictable) this.#signNextIfDue(rendition);
    else if (!live && !(isLeft && predictable.prediction.isBelieved)) this.#signAdded(rendition, before);
  }

  /** Signs what a reload has added behind `before`, wherever the viewer is: names that nobody could infer. */
  #signAdded(rendition: Rendition, before: string): void {
    const { size, isReady } = this.#source;
    const lacking = [...firstOf(rendition.order.after(before), size)].filter((key) => !isReady(key));
    if (lacking.length === 0) return;
    for (const key of lacking) this.#sign(key);
    this.#fill({ but: rendition });
  }

  /**
   * Signs the next URLs of all that is being played, in one call, once little of a batch of `rendition` is left.
   * @param delay in seconds, where no request waits
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

  /** Asks for all that the playlists being played lack, in one call. */
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
