import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import type { ListedSegment, PlaylistUri } from './media-playlist.ts';
import type { UpcomingName, Wanted } from './name-prediction.ts';
import { NamePrediction } from './name-prediction.ts';
import { PlaylistOrder } from './playlist-order.ts';
import { Rendition } from './rendition.ts';
import { firstOf } from './url-order.ts';

/** Names of one kind in a row: then a player asks for that kind only. */
const HABIT = 3;

/** A name that comes after the one that was asked for last. */
export interface NameAhead {
  readonly key: string;
  /** Seconds of media from there to its end. */
  readonly end: number;
  /** Whether the name is not in the playlist yet. */
  readonly isPredicted: boolean;
}

/** A media playlist as it was read; its URLs are keys. */
export interface MediaPlaylist {
  /** The key of the playlist itself. */
  readonly url: string;
  /** Whether more names will come. */
  readonly isLive: boolean;
  /** When it was learnt, in seconds. */
  readonly learntAt: number;
  /** The last ones: more than name prediction looks at are of no use. */
  readonly lastSegments: readonly ListedSegment[];
  readonly addTo: (order: PlaylistOrder) => void;
}

/** A media playlist: its names, those that come, and what its players have asked for. */
export class KnownPlaylist extends Rendition {
  readonly kind = 'media';
  readonly order: PlaylistOrder = new PlaylistOrder();
  readonly prediction: NamePrediction = new NamePrediction();
  /** Its own key at the last reload. */
  url = '';
  /** Whether the key was the same at the reload before. */
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

  /** Whether names that come can be signed ahead, after one that was asked for. */
  isPredictable(now: number): boolean {
    const { isBelieved, segmentSeconds } = this.prediction;
    return (
      isBelieved && segmentSeconds > 0 && this.order.has(this.lastAsked) && this.isWithinSegments(this.#learntAt, now)
    );
  }

  /** Its next names can be inferred. */
  override get predictable(): this {
    return this;
  }

  predicts(key: string): boolean {
    return this.prediction.has(key);
  }

  /** Itself, if it names `key`. */
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

  /** If it is live, a player also reloads it. */
  override isBeingPlayed(now: number): boolean {
    return super.isBeingPlayed(now) && (!this.isLive || this.isWithinSegments(this.#learntAt, now));
  }

  protected isSegment(key: string): boolean {
    return this.order.kindOf(key) === 'segment';
  }

  /**
   * The names that follow the one that was asked for last, for `seconds` of media. The first one is always there,
   * unless it is not listed yet and its token would not live until it is asked for.
   */
  namesWithin(seconds: number): NameAhead[] {
    const names: NameAhead[] = [];
    let end = 0;
    for (const { key, isPredicted, seconds: length } of this.#namesAhead()) {
      const isFirst = end === 0 && (!isPredicted || length < (this.lifetime ?? 0));
      end += length;
      // durations are sums of decimal fractions
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
    // where both are wanted the parts are as long as the segment
    return kind === 'segment' && !parts ? this.prediction.segmentSeconds : 0;
  }

  get #wanted(): Wanted {
    if (!this.prediction.hasParts) return { segments: true, parts: false };
    const onlyAsks = (kind: PlaylistUri['kind']): boolean =>
      this.#kinds.length === HABIT && this.#kinds.every((it) => it === kind);
    return { segments: !onlyAsks('part'), parts: !onlyAsks('segment') };
  }
}
