import type { XmlElement } from './xml-elements.ts';
import { childrenOf } from './xml-elements.ts';

/** The times of a Period, in seconds. */
export interface PeriodTimes {
  /** Infinite while the end of the Period is unknown. */
  readonly duration: number;
  /** Returns the seconds from the beginning of the Period to the present; only in live streams. */
  readonly present?: () => number;
}

/** The times at which the segments of a Representation begin, by their place: 0 is the first. */
export interface SegmentTimes {
  /** Returns the number of segments that are known at present. */
  count(): number;
  /** Returns the time at which a segment begins, in units of the time scale. */
  timeAt(index: number): number;
  /** Returns the place of the segment that begins at `time`. */
  indexAt(time: number): number;
}

/** The number of segments beyond the present that count as known in a live stream. */
const SEGMENTS_AHEAD = 6;

/** Returns the times of segments that all have the same `length`, in units of the time scale. */
export function evenTimes(length: number, timescale: number, { duration, present }: PeriodTimes): SegmentTimes {
  const seconds = length / timescale;
  const all = seconds > 0 ? Math.ceil(Number((duration / seconds).toFixed(6))) : 0;
  return {
    count: () => (present && all > 0 ? Math.min(all, Math.floor(present() / seconds) + SEGMENTS_AHEAD) : all),
    timeAt: (index) => index * length,
    indexAt: (time) => time / length,
  };
}

/** Consecutive segments of the same duration. */
interface Run {
  /** The place of the first segment. */
  readonly index: number;
  readonly time: number;
  readonly duration: number;
  /** Infinite if the run goes on to the end. */
  readonly count: number;
}

/** The maximum number of segments in a run: no presentation has so many. */
const MAX_REPEATS = 1e9;

/** The segments of a `SegmentTimeline`, kept as written there: one run for each `S`, however often it repeats. */
export class Timeline {
  readonly #runs: Run[] = [];

  constructor(element: XmlElement) {
    const entries = childrenOf(element, 'S').map(({ attributes }) => ({
      at: attributes.get('t'),
      duration: Number(attributes.get('d')),
      repeats: Number(attributes.get('r') ?? 0),
    }));
    let [time, index] = [0, 0];
    for (const [place, { at, duration, repeats }] of entries.entries()) {
      if (at !== undefined) time = Number(at);
      if (!(duration > 0)) return;
      // a negative number repeats the segment until the next entry, or the end
      const next = Number(entries[place + 1]?.at ?? Infinity);
      const told = repeats >= 0 ? repeats + 1 : Math.ceil((next - time) / duration);
      const count = told === Infinity ? told : Math.max(0, Math.min(told, MAX_REPEATS)) || 0;
      this.#runs.push({ index, time, duration, count });
      if (count === Infinity) return;
      time += count * duration;
      index += count;
    }
  }

  /** Counts against the limit that all playlists share (`KnownPlaylists`). */
  get size(): number {
    return this.#runs.length;
  }

  /** The segment duration of the last run, in units of the time scale; 0 if there is no run. */
  get lastDuration(): number {
    return this.#runs.at(-1)?.duration ?? 0;
  }

  /** @param end returns the end of a run without a count, in units of the time scale */
  times(end: () => number): SegmentTimes {
    return {
      count: () => {
        const last = this.#runs.at(-1);
        if (!last) return 0;
        const open = Math.max(0, Math.min(Math.ceil((end() - last.time) / last.duration), MAX_REPEATS)) || 0;
        return last.index + (last.count === Infinity ? open : last.count);
      },
      timeAt: (index) => {
        const run = this.#lastRun((it) => it.index <= index)!;
        return run.time + (index - run.index) * run.duration;
      },
      indexAt: (time) => {
        const run = this.#lastRun((it) => it.time <= time);
        return run ? run.index + (time - run.time) / run.duration : NaN;
      },
    };
  }

  /** Returns the last run for which `isBefore` is true; it has to be true for all runs before that one. */
  #lastRun(isBefore: (run: Run) => boolean): Run | undefined {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(this.#runs[middle]!)) low = middle + 1;
      else high = middle;
    }
    return this.#runs[low - 1];
  }
}
