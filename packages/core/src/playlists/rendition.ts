import type { KnownPlaylist } from './known-playlist.ts';
import type { UrlOrder } from './url-order.ts';

/** A rendition is being played while its last request is not longer ago. */
const PLAYED_SECONDS = 10;
const PLAYED_SEGMENTS = 3;

/** URLs that are played one after the other, and which of them a player has asked for last. */
export abstract class Rendition {
  #lastAsked = '';
  #askedAt = -Infinity;

  abstract readonly order: UrlOrder;
  /** The average duration of a segment, in seconds; 0 if that is not told. */
  abstract readonly segmentSeconds: number;

  /** Itself, if it is a media playlist. A manifest says itself which names come. */
  get predictable(): KnownPlaylist | undefined {
    return undefined;
  }

  /** The key that was asked for last; empty if none was. */
  get lastAsked(): string {
    return this.#lastAsked;
  }

  noteAsked(key: string, now: number): void {
    this.#lastAsked = key;
    this.#askedAt = now;
  }

  /** Whether a player is asking for its URLs now, one after the other: that is what is signed ahead. */
  isBeingPlayed(now: number): boolean {
    return this.isWithinSegments(this.#askedAt, now);
  }

  /** Whether `at` is no longer ago than a few of its segments last. */
  protected isWithinSegments(at: number, now: number): boolean {
    return now - at <= Math.max(PLAYED_SECONDS, PLAYED_SEGMENTS * this.segmentSeconds);
  }
}
