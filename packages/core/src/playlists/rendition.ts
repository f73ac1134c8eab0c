import { PACE_SEGMENTS } from './batch-size.ts';
import type { KnownPlaylist } from './known-playlist.ts';
import type { UrlOrder } from './url-order.ts';
import { firstOf } from './url-order.ts';

/** A run of requests for one rendition in the order of its playlist, and its pace. */
export class RequestRun {
  #requested = 0;
  #begunAt = -Infinity;
  /** When the last segments were requested, in seconds. */
  #times: readonly number[] = [];

  /** The number of URLs requested since the start or the last seek. */
  get requested(): number {
    return this.#requested;
  }

  /** The time of the first request, or of the last seek, in seconds. */
  get begunAt(): number {
    return this.#begunAt;
  }

  /** The average seconds between the last `PACE_SEGMENTS` segment requests; `undefined` before there are so many. */
  get interval(): number | undefined {
    const [first] = this.#times;
    const last = this.#times.at(-1);
    if (first === undefined || last === undefined || this.#times.length < PACE_SEGMENTS) return undefined;
    return (last - first) / (PACE_SEGMENTS - 1);
  }

  /** Begins a new run: the viewer has started or sought. */
  begin(now: number): void {
    this.#begunAt = now;
    this.#requested = 0;
    this.#times = [];
  }

  /** Forgets the pace, because the viewer has paused: it says nothing about the requests that follow. */
  rest(): void {
    this.#times = [];
  }

  note(isSegment: boolean, now: number): void {
    this.#requested++;
    if (isSegment) this.#times = [...this.#times, now].slice(-PACE_SEGMENTS);
  }
}

/** A rendition counts as played until its last request is older than the longer of these two. */
const PLAYED_SECONDS = 10;
const PLAYED_SEGMENTS = 3;

/** The longest time between two requests in rhythm, in segments: one, and sometimes a little more. */
const RHYTHM_SEGMENTS = 1.5;

/** The number of URLs that a player may skip without a seek: it has them already, or does not need them. */
const LEFT_OUT = 6;

/** URLs that are played one after the other, and which of them a player has requested last. */
export abstract class Rendition {
  /** The lifetime of its tokens, in seconds; `undefined` before the source has seen one. */
  lifetime: number | undefined;
  readonly run: RequestRun = new RequestRun();
  #lastAsked = '';
  #askedAt = -Infinity;

  abstract readonly order: UrlOrder;
  /** The average duration of a segment, in seconds; 0 if it is unknown. */
  abstract readonly segmentSeconds: number;
  /** Whether the playlist will name more URLs. */
  abstract readonly isLive: boolean;

  /** The rendition itself if it is a media playlist. A manifest itself names the next URLs. */
  get predictable(): KnownPlaylist | undefined {
    return undefined;
  }

  /** The key requested last; empty before the first request. */
  get lastAsked(): string {
    return this.#lastAsked;
  }

  /** @param waits whether the request waits for a token; otherwise a token was attached */
  noteAsked(key: string, now: number, waits: boolean): void {
    if (key !== this.#lastAsked) {
      // A player that requests several URLs at a time gets their tokens in any order. A new request for an earlier URL
      // is a seek back.
      if (!waits && this.#isNext(this.#lastAsked, key)) return;
      if (!this.#isNext(key, this.#lastAsked)) this.run.begin(now);
      else if (!this.isBeingPlayed(now)) this.run.rest();
      this.run.note(this.isSegment(key), now);
    }
    this.#lastAsked = key;
    this.#askedAt = now;
  }

  /** Tells whether a player is requesting its URLs at present. Only such renditions are signed ahead. */
  isBeingPlayed(now: number): boolean {
    return this.isWithinSegments(this.#askedAt, now);
  }

  /**
   * Tells whether the next request is expected soon. A viewer who has left this rendition for another one makes none.
   * @param since when the other rendition began, in seconds
   */
  isInRhythm(now: number, since: number): boolean {
    if (this.#askedAt < since) return false;
    if (this.segmentSeconds === 0) return this.isBeingPlayed(now);
    return now - this.#askedAt <= RHYTHM_SEGMENTS * this.segmentSeconds;
  }

  /** Tells whether the media of `key` are as long as a segment. */
  protected abstract isSegment(key: string): boolean;

  /** Tells whether `at` is no longer ago than `PLAYED_SECONDS`, or a few segments, last. */
  protected isWithinSegments(at: number, now: number): boolean {
    return now - at <= Math.max(PLAYED_SECONDS, PLAYED_SEGMENTS * this.segmentSeconds);
  }

  /** Tells whether `key` comes shortly after `before`. */
  #isNext(key: string, before: string): boolean {
    for (const next of firstOf(this.order.after(before), LEFT_OUT + 1)) if (next === key) return true;
    return false;
  }
}
