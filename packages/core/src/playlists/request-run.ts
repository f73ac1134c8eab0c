import { PACE_SEGMENTS } from './batch-size.ts';

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
