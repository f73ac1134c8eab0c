import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import type { ListedSegment } from './media-playlist.ts';
import type { PredictedSegment } from './predict-names.ts';
import { predictSegments } from './predict-names.ts';

/** The number of whole segments that prediction looks at: three in a row show a step. */
export const LOOKED_AT = 4;
/** After so many wrong predictions, the names of a playlist are not predicted for a time. */
const MAX_SURPRISES = 2;
export const PAUSE_SECONDS = 60;
/** The longest pause. Each wrong prediction after a pause doubles the length of the next one. */
const MAX_PAUSE_SECONDS = 3600;
/** After so many right predictions in a row, earlier wrong ones are forgotten. */
const MANY_RIGHT = 6;

/** The kinds of names that a player requests of a playlist with parts. */
export interface Wanted {
  readonly segments: boolean;
  readonly parts: boolean;
}

/** A name that follows, and the duration of its media, in seconds. */
export interface UpcomingName {
  readonly key: string;
  readonly seconds: number;
}

const isOther = (real: string | undefined, predicted: string | undefined): boolean =>
  real !== undefined && predicted !== undefined && real !== predicted;

/** Predicts the next names of one live playlist, and compares them with the names that appear later. */
export class NamePrediction {
  #segments: readonly ListedSegment[] = [];
  #predicted: readonly PredictedSegment[] = [];
  /** The predicted names that the playlist does not list yet. */
  #names: ReadonlySet<string> = new Set();
  #surprises = 0;
  /** The number of right predictions in a row. */
  #right = 0;
  #pauseSeconds = PAUSE_SECONDS;
  #pausedUntil = -Infinity;

  /** Whether there are predicted names. */
  get isBelieved(): boolean {
    return this.#names.size > 0;
  }

  has(key: string): boolean {
    return this.#names.has(key);
  }

  get hasParts(): boolean {
    return this.#partsOfSegment > 0;
  }

  /** The average duration of the last segments, in seconds; 0 if the playlist states none. */
  get segmentSeconds(): number {
    const told = this.#segments.map(({ seconds }) => seconds).filter((seconds) => seconds > 0);
    return told.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, told.length);
  }

  get partSeconds(): number {
    return this.segmentSeconds / Math.max(1, this.#partsOfSegment);
  }

  get #whole(): ListedSegment[] {
    return this.#segments.filter(({ uri }) => uri !== undefined);
  }

  get #partsOfSegment(): number {
    return this.#whole.at(-1)?.parts.length ?? 0;
  }

  /** @param listed the last segments of the playlist; their URIs are keys */
  learn(listed: readonly ListedSegment[], now: number): void {
    const last = this.#whole.at(-1);
    const at = last ? listed.findIndex(({ uri }) => uri === last.uri) : -1;
    const added = listed.slice(at + 1);
    // if the last known segment has left the window, names were missed, and no comparison is possible
    if (at >= 0) this.#compare(added, now);
    this.#segments = [...(at >= 0 ? this.#whole : []), ...added].slice(-LOOKED_AT - 1);
    this.#predict(now);
  }

  /** Drops all predictions, because the playlist has ended. */
  end(): void {
    this.#predicted = [];
    this.#names = new Set();
  }

  /** Yields the names that follow those in the playlist, as far as they can be predicted. */
  *upcoming({ segments, parts }: Wanted): Iterable<UpcomingName> {
    const listed = this.#segments.at(-1)?.uri === undefined ? (this.#segments.at(-1)?.parts.length ?? 0) : 0;
    for (const [later, segment] of this.#predicted.entries()) {
      const toCome = parts ? segment.parts.slice(later === 0 ? listed : 0) : [];
      for (const key of toCome) yield { key: key ?? '', seconds: this.partSeconds };
      // the parts already count for the duration of their segment
      const seconds = parts && segment.parts.length > 0 ? 0 : this.segmentSeconds;
      if (segments) yield { key: segment.uri ?? '', seconds };
    }
  }

  #predict(now: number): void {
    const count = Math.ceil(MAX_URLS_PER_CALL / (this.#partsOfSegment + 1)) + 1;
    this.#predicted = now < this.#pausedUntil ? [] : predictSegments(this.#segments, count);
    const names = this.#predicted.flatMap(({ uri, parts }) => [...parts, uri]);
    this.#names = new Set(names.filter((name) => name !== undefined));
  }

  #compare(added: readonly ListedSegment[], now: number): void {
    // after a discontinuity, another counter is no surprise
    const end = added.findIndex(({ isDiscontinuous }) => isDiscontinuous);
    const comparable = end < 0 ? added : added.slice(0, end);
    if (this.#isSurprising(comparable)) this.#noteSurprise(now);
    else this.#noteRight(comparable.filter(({ uri }) => uri !== undefined && this.#names.has(uri)).length);
  }

  /**
   * Tells whether a name differs from the predicted one. A name is no surprise where none was predicted, or if it was
   * predicted for another place.
   */
  #isSurprising(added: readonly ListedSegment[]): boolean {
    return added.some(({ uri, parts }, later) => {
      const predicted = this.#predicted[later];
      const isSurprise = (real: string | undefined, expected: string | undefined): boolean =>
        isOther(real, expected) && !this.#names.has(real!);
      return isSurprise(uri, predicted?.uri) || parts.some((part, place) => isSurprise(part, predicted?.parts[place]));
    });
  }

  #noteRight(count: number): void {
    this.#right += count;
    if (this.#right < MANY_RIGHT) return;
    this.#surprises = 0;
    this.#pauseSeconds = PAUSE_SECONDS;
  }

  #noteSurprise(now: number): void {
    this.#right = 0;
    this.#surprises++;
    if (this.#surprises < MAX_SURPRISES) return;
    // after the pause, one more surprise is enough for the next pause
    this.#surprises = MAX_SURPRISES - 1;
    this.#pausedUntil = now + this.#pauseSeconds;
    this.#pauseSeconds = Math.min(2 * this.#pauseSeconds, MAX_PAUSE_SECONDS);
  }
}
