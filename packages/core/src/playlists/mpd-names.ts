import type { NameList } from '../contract/playlist.ts';
import { matchesOf } from '../older-browsers.ts';
import type { XmlElement } from './mpd-xml.ts';
import { attributeOf, childrenOf } from './mpd-xml.ts';

/** What a Representation says about its segments, or inherits. */
export interface Level {
  /** Returns the key of a URI; empty if the URI is unusable. */
  readonly keyOf: (uri: string) => string;
  /** The elements that describe the segments, the innermost first. */
  readonly rules: readonly XmlElement[];
}

export interface Period {
  readonly id: string;
  /** Whether more segments will follow. */
  readonly isLive: boolean;
  /** Returns how many segments of a duration begin at a time or later, in seconds; if live, those that have ended. */
  readonly countFrom: (time: number, duration: number) => number;
}

/** The media segments of a Representation, by their places: 0 is the first. */
interface Segments {
  /** The duration of a segment; 0 if it is unknown. */
  readonly seconds: number;
  /** Returns the number of segments that are known at present. */
  readonly count: () => number;
  readonly uriAt: (place: number) => string;
  /** Returns the only place at which `key` can be. It may be none, and the segment there may have another name. */
  readonly possiblePlaceOf: (key: string) => number;
}

type Values = ReadonlyMap<string, string | number>;

/** The maximum number of consecutive segments of the same duration: no presentation has so many. */
export const MAX_SEGMENTS = 1e9;
/** The maximum length of the id of a Representation: a short template may repeat it many times. */
const MAX_ID_LENGTH = 200;

/** `$Name$`, `$Name%05d$` or `$$` in a template. No number has more than 20 digits. */
const FIELD = /\$(\w*)(?:%0([01]?\d|20)d)?\$/g;

/** Replaces the fields of a template that have a value, and keeps the others. */
const fill = (template: string, values: Values): string =>
  template.replace(FIELD, (field, name: string, width = '0') =>
    String(values.get(name) ?? field).padStart(Number(width), '0'),
  );

const numberOf = (rules: Level['rules'], name: string, otherwise: number): number =>
  Number(attributeOf(rules, name) ?? otherwise);

/** Consecutive segments of the same duration, with times in units of the time scale. */
interface Run {
  /** The place of the first of them. */
  readonly place: number;
  readonly time: number;
  readonly duration: number;
  /** Infinity if the run goes on to the end of the Period. */
  readonly count: number;
}

/** The runs of each `SegmentTimeline`: many Representations may inherit one. */
const knownRuns = new WeakMap<readonly XmlElement[], readonly Run[]>();

/** Returns the runs that `S` elements describe: one for each, however often it repeats. */
function runsOf(entries: readonly XmlElement[]): readonly Run[] {
  const known = knownRuns.get(entries);
  if (known) return known;
  const runs: Run[] = [];
  let [place, time] = [0, 0];
  for (const [index, { attributes }] of entries.entries()) {
    time = Number(attributes.get('t') ?? time);
    const duration = Number(attributes.get('d'));
    const repeats = Number(attributes.get('r') ?? 0);
    // a negative number repeats the segment until the next entry, or the end of the Period
    const next = Number(entries[index + 1]?.attributes.get('t') ?? Infinity);
    const told = repeats < 0 ? Math.ceil((next - time) / duration) : Math.floor(repeats) + 1;
    const count = told > MAX_SEGMENTS ? Infinity : told;
    if (!(time >= 0 && duration > 0 && count > 0)) continue;
    runs.push({ place, time, duration, count });
    if (count === Infinity) break;
    place += count;
    time += count * duration;
  }
  knownRuns.set(entries, runs);
  return runs;
}

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

/** Returns the segments of a `SegmentTemplate`; `undefined` if nothing tells how long they are, or their names apart. */
function templateSegments({ keyOf, rules }: Level, values: Values, { countFrom }: Period): Segments | undefined {
  const [timescale, startNumber] = [numberOf(rules, 'timescale', 1), numberOf(rules, 'startNumber', 1)];
  const media = attributeOf(rules, 'media') ?? '';
  const counter = [...matchesOf(media, FIELD)].find(([, name]) => name === 'Number' || name === 'Time');
  const timeline = childrenOf(childrenOf(rules, 'SegmentTimeline'), 'S');
  const even = { place: 0, time: 0, duration: numberOf(rules, 'duration', 0), count: Infinity };
  const runs = timeline.length > 0 ? runsOf(timeline) : [even];
  // players do not add it to times that follow from `duration` alone
  const offset = timeline.length > 0 ? numberOf(rules, 'presentationTimeOffset', 0) : 0;
  const last = runs[runs.length - 1];
  const seconds = (last?.duration ?? 0) / timescale;
  if (!counter || !last || !(seconds > 0)) return undefined;
  /** The text of a key before the number that tells the segment. */
  let before: string | undefined;
  return {
    seconds,
    count: () =>
      last.place + (last.count < Infinity ? last.count : countFrom((last.time - offset) / timescale, seconds)),
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

/**
 * Returns the names of a Representation; `undefined` if no `SegmentTemplate` tells them. Makes each
 * name only when it is asked for: a short manifest may name a million segments.
 */
export function namesOf({ attributes }: XmlElement, level: Level, period: Period): NameList | undefined {
  const id = attributes.get('id') ?? '';
  if (id.length > MAX_ID_LENGTH) return undefined;
  const bandwidth = Number(attributes.get('bandwidth'));
  const values = new Map(Object.entries({ '': '$', RepresentationID: id, Bandwidth: bandwidth }));
  const segments = templateSegments(level, values, period);
  if (!segments) return undefined;
  const { seconds, count, uriAt, possiblePlaceOf } = segments;
  const { keyOf, rules } = level;
  const init = attributeOf(rules, 'initialization');
  /** The place of the first media segment. In a live stream, nobody knows which one a player requests first. */
  const first = init && !period.isLive ? 1 : 0;
  const at = (place: number): string => keyOf(place < first ? fill(init!, values) : uriAt(place - first));
  return {
    id: `${period.id} ${id}`,
    seconds,
    isLive: period.isLive,
    get length() {
      return first + count();
    },
    placeOf(key) {
      const place = possiblePlaceOf(key);
      if (Number.isInteger(place) && place >= 0 && place < count() && at(first + place) === key) return first + place;
      return first > 0 && at(0) === key ? 0 : -1;
    },
    at,
    last(wanted) {
      const start = Math.max(0, count() - wanted);
      return Array.from({ length: count() - start }, (_, index) => keyOf(uriAt(start + index)));
    },
  };
}
