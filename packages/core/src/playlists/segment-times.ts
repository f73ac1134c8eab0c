import type { XmlElement } from './xml-elements.ts';
import { childrenOf } from './xml-elements.ts';

/** Where a Representation stands in its presentation, in seconds. */
export interface PeriodTimes {
  /** Infinite while nobody knows its end. */
  readonly duration: number;
  /** Seconds from the beginning of the period to the present; in live streams only. */
  readonly present?: () => number;
}

/** When the segments of a Representation begin, by their place: 0 is the first. */
export interface SegmentTimes {
  /** The number of segments up to now. */
  count(): number;
  /** In units of the time scale. */
  timeAt(index: number): number;
  /** The place of the segment that begins at `time`. */
  indexAt(time: number): number;
}

/** Segments beyond the present whose numbers are known in a live stream. */
const SEGMENTS_AHEAD = 6;

/** Segments that all last equally long, in units of the time scale: nothing but their number is told. */
export function evenTimes(length: number, timescale: number, { duration, present }: PeriodTimes): SegmentTimes {
  const seconds = length / timescale;
  const all = seconds > 0 ? Math.ceil(Number((duration / seconds).toFixed(6))) : 0;
  return {
    count: () => (present && all > 0 ? Math.min(all, Math.floor(present() / seconds) + SEGMENTS_AHEAD) : all),
    timeAt: (index) => index * length,
    indexAt: (time) => time / length,
  };
}

/** Segments of one duration in a row. */
interface Run {
  /** The place of the first. */
  readonly index: number;
  readonly time: number;
  readonly duration: number;
  /** Infinite if they go on to the end. */
  readonly count: number;
}

/** More repetitions than a presentation has. */
const MAX_REPEATS = 1e9;

/** The segments of a `SegmentTimeline`, as they are written there: a run each, however many it repeats. */
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
      // a negative number: until the next one, or the end
      const next = Number(entries[place + 1]?.at ?? Infinity);
      const told = repeats >= 0 ? repeats + 1 : Math.ceil((next - time) / duration);
      const count = told === Infinity ? told : Math.max(0, Math.min(told, MAX_REPEATS)) || 0;
      this.#runs.push({ index, time, duration, count });
      if (count === Infinity) return;
      time += count * duration;
      index += count;
    }
  }

  /** Counts against the limit of what is known of all playlists (`KnownPlaylists`). */
  get size(): number {
    return this.#runs.length;
  }

  /** The duration of the last run; 0 if there is none. */
  get lastDuration(): number {
    return this.#runs.at(-1)?.duration ?? 0;
  }

  /** @param end in units of the time scale, for what goes on until then */
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

  /** The last run of which `isBefore` is true: it is of all before that one, too. */
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
