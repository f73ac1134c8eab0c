import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import type { ListedSegment, PlaylistUri } from './media-playlist.ts';
import type { UpcomingName, Wanted } from './name-prediction.ts';
import { NamePrediction } from './name-prediction.ts';
import { PlaylistOrder } from './playlist-order.ts';
import { Rendition } from './rendition.ts';
import { firstOf } from './url-order.ts';

/** A player counts as requesting only segments, or only parts, after this many consecutive names of that kind. */
const HABIT = 3;

/** A name that follows the name requested last. */
export interface NameAhead {
  readonly key: string;
  /** Seconds of media from the name requested last to the end of this one. */
  readonly end: number;
  /** Whether the name is not in the playlist yet. */
  readonly isPredicted: boolean;
}

/** The content of a media playlist; its URLs are keys. */
export interface MediaPlaylist {
  /** The key of the playlist itself. */
  readonly url: string;
  /** Whether the playlist will list more names. */
  readonly isLive: boolean;
  /** When the playlist was learnt, in seconds. */
  readonly learntAt: number;
  /** The last segments, as many as name prediction looks at. */
  readonly lastSegments: readonly ListedSegment[];
  readonly addTo: (order: PlaylistOrder) => void;
}

/** A media playlist: the names that it lists, the predicted ones, and the requests of its players. */
export class KnownPlaylist extends Rendition {
  readonly kind = 'media';
  readonly order: PlaylistOrder = new PlaylistOrder();
  readonly prediction: NamePrediction = new NamePrediction();
  /** The key of the playlist at the last reload. */
  url = '';
  /** Whether the last two reloads had the same key. */
  isSameUrl = false;
  isLive = false;
  #learntAt = -Infinity;
  /** The kinds of the last requests. */
  #kinds: readonly PlaylistUri['kind'][] = [];

  get size(): number {
    return this.order.size;
  }

  get renditions(): readonly Rendition[] {
    return [this];
  }

  get segmentSeconds(): number {
    return this.prediction.segmentSeconds;
  }

  /** Seconds from one name to the next. */
  get nameSeconds(): number {
    return this.#wanted.parts ? this.prediction.partSeconds : this.prediction.segmentSeconds;
  }

  /** Tells whether names can be predicted, so that the source can sign them ahead, after a name that was requested. */
  isPredictable(now: number): boolean {
    const { isBelieved, segmentSeconds } = this.prediction;
    return (
      isBelieved && segmentSeconds > 0 && this.order.has(this.lastAsked) && this.isWithinSegments(this.#learntAt, now)
    );
  }

  /** The playlist itself: its next names can be predicted. */
  override get predictable(): this {
    return this;
  }

  predicts(key: string): boolean {
    return this.prediction.has(key);
  }

  /** Returns the playlist itself if it names `key`. */
  naming(key: string): Rendition | undefined {
    return this.order.has(key) ? this : undefined;
  }

  learn({ url, isLive, learntAt, lastSegments, addTo }: MediaPlaylist): void {
    addTo(this.order);
    this.isSameUrl = this.url === url;
    this.url = url;
    this.#learntAt = learntAt;
    this.isLive = isLive;
    this.prediction.learn(lastSegments, learntAt);
    if (!isLive) this.prediction.end();
  }

  override noteAsked(key: string, now: number, waits: boolean): void {
    super.noteAsked(key, now, waits);
    const kind = this.order.kindOf(key);
    if (kind && kind !== 'resource') this.#kinds = [...this.#kinds, kind].slice(-HABIT);
  }

  /** Also requires, for a live playlist, that a player has reloaded it lately. */
  override isBeingPlayed(now: number): boolean {
    return super.isBeingPlayed(now) && (!this.isLive || this.isWithinSegments(this.#learntAt, now));
  }

  protected isSegment(key: string): boolean {
    return this.order.kindOf(key) === 'segment';
  }

  /**
   * Returns the names that follow the name requested last, for `seconds` of media. The first name is always included,
   * unless it is not listed yet and its token would end before a player requests it.
   */
  namesWithin(seconds: number): NameAhead[] {
    const names: NameAhead[] = [];
    let end = 0;
    for (const { key, isPredicted, seconds: length } of this.#namesAhead()) {
      const isFirst = end === 0 && (!isPredicted || length < (this.lifetime ?? 0));
      end += length;
      // sums of decimal fractions are not exact
      if ((end > seconds + 0.001 && !isFirst) || names.length === MAX_URLS_PER_CALL) break;
      names.push({ key, end, isPredicted });
    }
    return names;
  }

  *#namesAhead(): Iterable<UpcomingName & { isPredicted: boolean }> {
    const wanted = this.#wanted;
    for (const key of firstOf(this.order.after(this.lastAsked), MAX_URLS_PER_CALL)) {
      const kind = this.order.kindOf(key);
      if ((kind === 'segment' && !wanted.segments) || (kind === 'part' && !wanted.parts)) continue;
      yield { key, seconds: this.#secondsOf(kind), isPredicted: false };
    }
    for (const name of this.prediction.upcoming(wanted)) yield { ...name, isPredicted: true };
  }

  #secondsOf(kind: PlaylistUri['kind'] | undefined): number {
    const { parts } = this.#wanted;
    if (kind === 'part') return this.prediction.partSeconds;
    // if the player requests both, the parts already count for the duration of their segment
    return kind === 'segment' && !parts ? this.prediction.segmentSeconds : 0;
  }

  get #wanted(): Wanted {
    if (!this.prediction.hasParts) return { segments: true, parts: false };
    const onlyAsks = (kind: PlaylistUri['kind']): boolean =>
      this.#kinds.length === HABIT && this.#kinds.every((it) => it === kind);
    return { segments: !onlyAsks('part'), parts: !onlyAsks('segment') };
  }
}
