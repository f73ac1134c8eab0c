import { PACE_SEGMENTS } from './batch-size.ts';
import type { KnownPlaylist } from './known-playlist.ts';
import type { UrlOrder } from './url-order.ts';
import { firstOf } from './url-order.ts';

/** Requests of one rendition in the order of its playlist, and how fast they come. */
export class RequestRun {
  #requested = 0;
  #begunAt = -Infinity;
  /** When the last segments were requested. */
  #times: readonly number[] = [];

  /** URLs that were requested since the start or the last seek. */
  get requested(): number {
    return this.#requested;
  }

  /** When it was asked for first, or sought, in seconds. */
  get begunAt(): number {
    return this.#begunAt;
  }

  /** Seconds from one segment to the next, on average over the last ones; `undefined` before there are so many. */
  get interval(): number | undefined {
    const [first] = this.#times;
    const last = this.#times.at(-1);
    if (first === undefined || last === undefined || this.#times.length < PACE_SEGMENTS) return undefined;
    return (last - first) / (PACE_SEGMENTS - 1);
  }

  /** The viewer has sought, or has only begun. */
  begin(now: number): void {
    this.#begunAt = now;
    this.#requested = 0;
    this.#times = [];
  }

  /** The viewer has paused: how fast requests came before says nothing. */
  rest(): void {
    this.#times = [];
  }

  note(isSegment: boolean, now: number): void {
    this.#requested++;
    if (isSegment) this.#times = [...this.#times, now].slice(-PACE_SEGMENTS);
  }
}

/** A rendition is being played while its last request is not longer ago. */
const PLAYED_SECONDS = 10;
const PLAYED_SEGMENTS = 3;

/** From one request to the next it is a segment, and a little more now and then. */
const RHYTHM_SEGMENTS = 1.5;

/**
 * URLs that a player may leave out, and still requests one after the other: it has them, or they are of no use to it.
 */
const LEFT_OUT = 6;

/** URLs that are played one after the other, and which of them a player has asked for last. */
export abstract class Rendition {
  /** Seconds for which its tokens live; `undefined` until one has told. */
  lifetime: number | undefined;
  readonly run: RequestRun = new RequestRun();
  #lastAsked = '';
  #askedAt = -Infinity;

  abstract readonly order: UrlOrder;
  /** The average duration of a segment, in seconds; 0 if that is not told. */
  abstract readonly segmentSeconds: number;
  /** Whether more URLs will come. */
  abstract readonly isLive: boolean;

  /** Itself, if it is a media playlist. A manifest says itself which names come. */
  get predictable(): KnownPlaylist | undefined {
    return undefined;
  }

  /** The key that was asked for last; empty if none was. */
  get lastAsked(): string {
    return this.#lastAsked;
  }

  /** @param waits whether it is asked for by a request that waits; otherwise a token was attached */
  noteAsked(key: string, now: number, waits: boolean): void {
    if (key !== this.#lastAsked) {
      // a player that asks for several at a time is given their tokens in any order; who asks anew has sought back
      if (!waits && this.#isNext(this.#lastAsked, key)) return;
      if (!this.#isNext(key, this.#lastAsked)) this.run.begin(now);
      else if (!this.isBeingPlayed(now)) this.run.rest();
      this.run.note(this.isSegment(key), now);
    }
    this.#lastAsked = key;
    this.#askedAt = now;
  }

  /** Whether a player is asking for its URLs now, one after the other: that is what is signed ahead. */
  isBeingPlayed(now: number): boolean {
    return this.isWithinSegments(this.#askedAt, now);
  }

  /**
   * Whether it is about to be asked for its next URL: a viewer who has left it for another one asks no more.
   * @param since when that other one began
   */
  isInRhythm(now: number, since: number): boolean {
    if (this.#askedAt < since) return false;
    if (this.segmentSeconds === 0) return this.isBeingPlayed(now);
    return now - this.#askedAt <= RHYTHM_SEGMENTS * this.segmentSeconds;
  }

  /** Whether `key` plays for as long as a segment does. */
  protected abstract isSegment(key: string): boolean;

  /** Whether `at` is no longer ago than a few of its segments last. */
  protected isWithinSegments(at: number, now: number): boolean {
    return now - at <= Math.max(PLAYED_SECONDS, PLAYED_SEGMENTS * this.segmentSeconds);
  }

  /** Whether `key` comes shortly after `before`. */
  #isNext(key: string, before: string): boolean {
    for (const next of firstOf(this.order.after(before), LEFT_OUT + 1)) if (next === key) return true;
    return false;
  }
}
