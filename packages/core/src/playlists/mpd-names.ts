import type { NameList } from '../contract/playlist.ts';

/** The media segments of a Representation, by their places: 0 is the first. */
export interface Segments {
  /** Returns the number of segments that are known at present. */
  count(): number;
  uriAt(place: number): string;
  /** Returns the only place at which `key` can be. It may be none, and the segment there may have another name. */
  possiblePlaceOf(key: string): number;
}

/** Consecutive segments of the same duration, with times in units of the time scale. */
export interface Run {
  readonly place: number;
  readonly time: number;
  readonly duration: number;
  /** Infinity if the run goes on to the end of the Period. */
  readonly count: number;
}

/** Returns the key of a URI of a Representation; empty if the URI is unusable. */
type KeyOf = (uri: string) => string;
type FieldValues = ReadonlyMap<string, string | number>;

/** `$Name$`, `$Name%05d$` or `$$` in a `SegmentTemplate`. No number has more than 20 digits. */
const FIELD = /\$(\w*)(?:%0([01]?\d|20)d)?\$/g;

/** Replaces the fields of a template that have a value, and keeps the others. */
export const fill = (template: string, values: FieldValues): string =>
  template.replace(FIELD, (field, name: string, width = '0') =>
    String(values.get(name) ?? field).padStart(Number(width), '0'),
  );

/** Returns the last run that begins at `value` or before; runs are in the order of their places and times. */
function lastRun(runs: readonly Run[], key: 'place' | 'time', value: number): Run | undefined {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle]![key] <= value) low = middle + 1;
    else high = middle;
  }
  return runs[low - 1];
}

interface Template {
  readonly media: string;
  /** The values of the fields that all segments have in common. */
  readonly values: FieldValues;
  readonly startNumber: number;
  readonly runs: readonly Run[];
  readonly count: () => number;
}

/** Returns the segments of a `SegmentTemplate`; `undefined` if their names do not tell them apart. */
export function templateSegments(template: Template, keyOf: KeyOf): Segments | undefined {
  const { media, values, startNumber, runs, count } = template;
  const counter = [...media.matchAll(FIELD)].find(([, name]) => name === 'Number' || name === 'Time');
  if (!counter) return undefined;
  /** The text of a key before the number that tells the segment. */
  let before: string | undefined;
  return {
    count,
    uriAt(place) {
      const run = lastRun(runs, 'place', place)!;
      const time = run.time + (place - run.place) * run.duration;
      return fill(media, new Map([...values, ['Number', startNumber + place], ['Time', time]]));
    },
    possiblePlaceOf(key) {
      before ??= keyOf(`${fill(media.slice(0, counter.index), values)}0`).slice(0, -1);
      const digits = key.startsWith(before) && /^\d{1,20}/.exec(key.slice(before.length))?.[0];
      if (!digits) return -1;
      if (counter[1] === 'Number') return Number(digits) - startNumber;
      const run = lastRun(runs, 'time', Number(digits));
      return run ? run.place + (Number(digits) - run.time) / run.duration : -1;
    },
  };
}

/** Returns the segments of a `SegmentList`. */
export function listedSegments(uris: readonly string[], keyOf: KeyOf): Segments {
  let keys: readonly string[] | undefined;
  return {
    count: () => uris.length,
    uriAt: (place) => uris[place]!,
    possiblePlaceOf: (key) => (keys ??= uris.map(keyOf)).indexOf(key),
  };
}

type About = Pick<NameList, 'id' | 'seconds' | 'isLive'>;

/**
 * Makes each name only when it is asked for: a short manifest may name a million segments.
 * @param init the URI of the init segment, which is then the first name; empty if the media comes first
 */
export function nameList(about: About, init: string, segments: Segments, keyOf: KeyOf): NameList {
  /** The place of the first media segment. */
  const first = init ? 1 : 0;
  const at = (place: number): string => keyOf(place < first ? init : segments.uriAt(place - first));
  return {
    ...about,
    get length() {
      return first + segments.count();
    },
    placeOf(key) {
      const place = segments.possiblePlaceOf(key);
      if (Number.isInteger(place) && place >= 0 && place < segments.count() && at(first + place) === key)
        return first + place;
      return init && at(0) === key ? 0 : -1;
    },
    at,
    last(count) {
      const known = segments.count();
      const start = Math.max(0, known - count);
      return Array.from({ length: known - start }, (_, index) => at(first + start + index));
    },
  };
}
