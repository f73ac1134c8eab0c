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
  /** Of a live stream, those that are yet to come are among them. */
  readonly areAhead?: boolean;
}

/** What of `SegmentTemplate` or `SegmentList` holds for a Representation: attributes and children are inherited. */
export interface SegmentRules {
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

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

/** The segments of a `SegmentTimeline`, of which at most `limit`: the times at which they begin. */
function timelineTimes(timeline: XmlElement, end: number, limit: number): number[] {
  const times: number[] = [];
  let time = 0;
  const entries = childrenOf(timeline, 'S').map(({ attributes }) => ({
    at: attributes.get('t'),
    duration: Number(attributes.get('d')),
    repeats: Number(attributes.get('r') ?? 0),
  }));
  for (const [index, { at, duration, repeats }] of entries.entries()) {
    if (at !== undefined) time = Number(at);
    if (!(duration > 0)) return times;
    const next = Number(entries[index + 1]?.at ?? end);
    // a negative number: until the next one, or the end
    const count = repeats >= 0 ? repeats + 1 : Math.ceil((next - time) / duration);
    for (let done = 0; done < count && times.length < limit; done++, time += duration) times.push(time);
  }
  return times;
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
  const initialization = attributes.get('initialization');
  const timescale = Number(attributes.get('timescale') ?? 1);
  const startNumber = Number(attributes.get('startNumber') ?? 1);
  const offset = Number(attributes.get('presentationTimeOffset') ?? 0);
  const uriOf = (index: number, time: number): string =>
    fillTemplate(media, { ...values, Number: startNumber + index, Time: time });
  const init = initialization && fillTemplate(initialization, values);

  const timeline = children.find(({ name }) => name === 'SegmentTimeline');
  if (timeline) {
    const end = offset + Math.min(times.duration, times.now ?? Infinity) * timescale;
    return { init, segments: timelineTimes(timeline, end, limit).map((time, index) => uriOf(index, time)) };
  }
  const duration = Number(attributes.get('duration'));
  const { from, count } = numbersOf(duration / timescale, times);
  const length = Math.max(0, Math.min(count, limit));
  const segments = Array.from({ length }, (_, index) => uriOf(from + index, (from + index) * duration));
  return { init, segments, areAhead: true };
}

export function listUris({ children }: SegmentRules): SegmentUris {
  const init = children.find(({ name }) => name === 'Initialization')?.attributes.get('sourceURL');
  const media = children.filter(({ name }) => name === 'SegmentURL').map(({ attributes }) => attributes.get('media'));
  return { init, segments: media.filter((uri) => uri !== undefined) };
}
