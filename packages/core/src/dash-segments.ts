import type { XmlElement } from './xml-elements.ts';
import { childrenOf } from './xml-elements.ts';

/** Where a Representation stands in its presentation, in seconds. */
export interface PeriodTimes {
  /** Infinite while nobody knows its end. */
  readonly duration: number;
  /** Of a live stream: how far its present is from the beginning of the period. */
  readonly now?: number;
  /** Of a live stream: what is still to be had before its present. */
  readonly depth: number;
}

/** The URIs of a Representation in the order in which they are played. */
export interface SegmentUris {
  readonly init: string | undefined;
  readonly segments: readonly string[];
  /** Of each of them; `undefined` if that is not told. */
  readonly seconds?: number | undefined;
  /** Of a live stream, those that are yet to come are among them. */
  readonly areAhead?: boolean;
}

/** What of `SegmentTemplate` or `SegmentList` holds for a Representation: attributes and children are inherited. */
export interface SegmentRules {
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

/** More digits than a number has; a name that is longer than any edge takes. */
const MAX_WIDTH = 20;
const MAX_LENGTH = 2000;
/** More repetitions than a presentation has. */
const MAX_REPEATS = 1e9;

/** How far beyond the present the numbers of a live stream are known. */
const SEGMENTS_AHEAD = 6;

/** The values of `$…$` in a template (ISO/IEC 23009-1, 5.3.9.4.4). */
export type TemplateValues = Readonly<Record<string, string | number>>;

const fillTemplate = (template: string, values: TemplateValues): string =>
  template.replace(/\$(\w*)(?:%0(\d+)d)?\$/g, (all, name: string, width = '0') => {
    if (!name) return '$';
    const value = values[name];
    return value === undefined ? all : String(value).padStart(Number(width), '0');
  });

/** Whether names from `template` are no longer than a URL can be. */
const isFillable = (template: string, values: TemplateValues): boolean =>
  [template, ...Object.values(values).map(String)].every(({ length }) => length <= MAX_LENGTH) &&
  [...template.matchAll(/%0(\d+)d/g)].every(([, width]) => Number(width) <= MAX_WIDTH) &&
  fillTemplate(template, values).length <= MAX_LENGTH;

/** What is played first, or of a live stream what is nearest to the present. */
const shareOf = <T>(all: readonly T[], { now }: PeriodTimes, limit: number): T[] =>
  now === undefined ? all.slice(0, limit) : all.slice(Math.max(0, all.length - limit));

/** Segments of one duration in a row. */
interface Run {
  readonly time: number;
  readonly duration: number;
  readonly count: number;
}

function runsOf(timeline: XmlElement, end: number): Run[] {
  const runs: Run[] = [];
  let time = 0;
  const entries = childrenOf(timeline, 'S').map(({ attributes }) => ({
    at: attributes.get('t'),
    duration: Number(attributes.get('d')),
    repeats: Number(attributes.get('r') ?? 0),
  }));
  for (const [index, { at, duration, repeats }] of entries.entries()) {
    if (at !== undefined) time = Number(at);
    if (!(duration > 0)) return runs;
    const next = Number(entries[index + 1]?.at ?? end);
    // a negative number: until the next one, or the end
    const told = repeats >= 0 ? repeats + 1 : Math.ceil((next - time) / duration);
    const count = Math.max(0, Math.min(told, MAX_REPEATS)) || 0;
    runs.push({ time, duration, count });
    time += count * duration;
  }
  return runs;
}

interface TimelineSegment {
  readonly time: number;
  /** Its place in the timeline. */
  readonly index: number;
}

/** At most `limit` of the segments of `runs`, after the first `skipped`. */
function segmentsOf(runs: readonly Run[], skipped: number, limit: number): TimelineSegment[] {
  const segments: TimelineSegment[] = [];
  let index = 0;
  for (const { time, duration, count } of runs) {
    for (let at = Math.max(0, skipped - index); at < count && segments.length < limit; at++) {
      segments.push({ time: time + at * duration, index: index + at });
    }
    index += count;
  }
  return segments;
}

/** The numbers of segments that all last `seconds`: from where, and how many. */
function numbersOf(seconds: number, { duration, now, depth }: PeriodTimes): { from: number; count: number } {
  if (!(seconds > 0)) return { from: 0, count: 0 };
  const last = Math.ceil(Number((duration / seconds).toFixed(6)));
  if (now === undefined) return { from: 0, count: last };
  const from = Math.max(0, Math.floor((now - depth) / seconds));
  return { from, count: Math.min(last, Math.floor(now / seconds) + SEGMENTS_AHEAD) - from };
}

/** At most `limit` segments; none where the rules cannot be followed. */
export function templateUris(
  { attributes, children }: SegmentRules,
  times: PeriodTimes,
  values: TemplateValues,
  limit: number,
): SegmentUris {
  const media = attributes.get('media') ?? '';
  const initialization = attributes.get('initialization') ?? '';
  const timescale = Number(attributes.get('timescale') ?? 1);
  const startNumber = Number(attributes.get('startNumber') ?? 1);
  const offset = Number(attributes.get('presentationTimeOffset') ?? 0);
  if (![media, initialization].every((template) => isFillable(template, { ...values, Number: 0, Time: 0 }))) {
    return { init: undefined, segments: [] };
  }
  const uriOf = (index: number, time: number): string =>
    fillTemplate(media, { ...values, Number: startNumber + index, Time: time });
  const init = fillTemplate(initialization, values) || undefined;

  const timeline = children.find(({ name }) => name === 'SegmentTimeline');
  if (timeline) {
    const end = offset + Math.min(times.duration, times.now ?? Infinity) * timescale;
    const runs = runsOf(timeline, end);
    const total = runs.reduce((sum, { count }) => sum + count, 0);
    const skipped = times.now === undefined ? 0 : Math.max(0, total - limit);
    const segments = segmentsOf(runs, skipped, limit).map(({ time, index }) => uriOf(index, time));
    return { init, segments, seconds: (runs.at(-1)?.duration ?? 0) / timescale };
  }
  const duration = Number(attributes.get('duration'));
  const { from, count } = numbersOf(duration / timescale, times);
  const length = Math.max(0, Math.min(count, limit));
  const first = times.now === undefined ? from : from + count - length;
  const segments = Array.from({ length }, (_, index) => uriOf(first + index, (first + index) * duration));
  return { init, segments, seconds: duration / timescale, areAhead: true };
}

export function listUris({ attributes, children }: SegmentRules, times: PeriodTimes, limit: number): SegmentUris {
  const init = children.find(({ name }) => name === 'Initialization')?.attributes.get('sourceURL');
  const media = children.filter(({ name }) => name === 'SegmentURL').map((it) => it.attributes.get('media'));
  const isName = (uri: string | undefined): uri is string => uri !== undefined && uri.length <= MAX_LENGTH;
  const seconds = Number(attributes.get('duration')) / Number(attributes.get('timescale') ?? 1);
  return { init, segments: shareOf(media.filter(isName), times, limit), seconds };
}
