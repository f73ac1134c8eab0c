import type { NameList, PlaylistContext } from '../contract/playlist.ts';
import type { Run } from './mpd-names.ts';
import { fill, listedSegments, nameList, templateSegments } from './mpd-names.ts';
import type { XmlElement } from './mpd-xml.ts';
import { attributeOf, childrenOf, parseXml } from './mpd-xml.ts';

/** The maximum number of Representations, together with the names that a `SegmentList` gives to each. */
const MAX_SIZE = 20_000;
/** The maximum length of the id of a Representation: a short template may repeat it many times. */
const MAX_ID_LENGTH = 200;
/** The maximum number of segments of a Representation: no presentation has so many. */
const MAX_SEGMENTS = 1e9;
/** In floating point, 6.006 s are a little more than three times 2.002 s. */
const ROUNDING = 1e-6;

interface Period {
  readonly element: XmlElement;
  readonly id: string;
  readonly isDynamic: boolean;
  /** Whether the Period has not ended yet. */
  readonly isLive: boolean;
  /** Returns how many segments of `duration` follow the time `begin`; in a live stream, those that have ended. */
  readonly countFrom: (begin: number, duration: number) => number;
}

const DURATION = /^P(?:0+Y)?(?:0+M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = [86_400, 3600, 60, 1];

/** Returns the seconds of a duration such as `P1DT2H3M4.5S`; `undefined` for any other text. */
const secondsOf = (text = ''): number | undefined =>
  DURATION.exec(text)
    ?.slice(1)
    .reduce((total, digits = '0', index) => total + Number(digits) * UNITS[index]!, 0);

/** Returns unix seconds. A time without a zone is UTC; JavaScript would take it for local time. */
const unixTime = (text = ''): number => Date.parse(text.replace(/T[\d:.]+$/, '$&Z')) / 1000;

/** Returns the Periods in the order of playback; in a live stream, the latest first. */
function periodsOf(mpd: XmlElement, now: () => number): Period[] {
  const isDynamic = mpd.attributes.get('type') === 'dynamic';
  const startedAt = unixTime(mpd.attributes.get('availabilityStartTime'));
  const total = secondsOf(mpd.attributes.get('mediaPresentationDuration')) ?? Infinity;
  const elements = childrenOf([mpd], 'Period');
  let end = 0;
  const periods = elements.map((element, index) => {
    const { attributes } = element;
    const start = secondsOf(attributes.get('start')) ?? end;
    const next = secondsOf(elements[index + 1]?.attributes.get('start')) ?? total;
    const whole = secondsOf(attributes.get('duration')) ?? next - start;
    end = start + whole;
    const passed = (): number => (isDynamic ? now() - startedAt - start : Infinity);
    const countFrom = (begin: number, duration: number): number => {
      const inAll = Math.ceil((whole - begin) / duration - ROUNDING);
      const atPresent = Math.floor((passed() - begin) / duration + ROUNDING);
      // NaN if the beginning of a live stream is unknown
      return Math.max(0, Math.min(inAll, atPresent, MAX_SEGMENTS)) || 0;
    };
    return { element, id: attributes.get('id') ?? String(start), isDynamic, isLive: !(passed() >= whole), countFrom };
  });
  return isDynamic ? periods.reverse() : periods;
}

type Entries = readonly Pick<XmlElement, 'attributes'>[];

/** The runs of each `SegmentTimeline`: many Representations may inherit one. */
const knownRuns = new WeakMap<Entries, readonly Run[]>();

/** Returns the runs of segments that `S` elements describe: one for each, however often it repeats. */
function runsOf(entries: Entries): readonly Run[] {
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
    const count = repeats < 0 ? Math.ceil((next - time) / duration) : repeats + 1;
    if (!(time >= 0 && duration > 0 && count > 0)) continue;
    runs.push({ place, time, duration, count });
    if (count === Infinity) break;
    place += count;
    time += count * duration;
  }
  knownRuns.set(entries, runs);
  return runs;
}

/** A Representation and the elements that contain it, the innermost first. */
type Levels = readonly [XmlElement, ...XmlElement[]];

/**
 * Returns the names of a Representation; `undefined` if they are unknown, or it is one file (`SegmentBase`).
 * @param rules the elements that describe its segments, the innermost first
 */
function namesOf(levels: Levels, rules: XmlElement[], period: Period, context: PlaylistContext): NameList | undefined {
  // no URI inherits the query of the manifest; any other `BaseURL` of an element is an alternative to the first
  const base = levels.reduceRight(
    (outer, level) => context.keyOf(childrenOf([level], 'BaseURL')[0]?.text ?? '', outer),
    context.keyOf('.', context.url),
  );
  const id = levels[0].attributes.get('id') ?? '';
  if (!base || id.length > MAX_ID_LENGTH) return undefined;
  const keyOf = (uri: string): string => context.keyOf(uri, base);
  const attribute = (name: string, otherwise = ''): string => attributeOf(rules, name) ?? otherwise;
  const values = new Map([
    ['', '$'],
    ['RepresentationID', id],
    ['Bandwidth', String(Number(levels[0].attributes.get('bandwidth')))],
  ]);
  const init = attribute('initialization') || attributeOf(childrenOf(rules, 'Initialization'), 'sourceURL');
  const listed = childrenOf(rules, 'SegmentURL').flatMap(({ attributes }) => attributes.get('media') ?? []);
  const timeline = childrenOf(childrenOf(rules, 'SegmentTimeline'), 'S');
  const even = {
    attributes: new Map([
      ['d', attribute('duration')],
      ['r', '-1'],
    ]),
  };
  const runs = runsOf(timeline.length > 0 ? timeline : [even]);
  const last = runs.at(-1);
  const timescale = Number(attribute('timescale', '1'));
  const offset = timeline.length > 0 ? Number(attribute('presentationTimeOffset', '0')) : 0;
  const seconds = last ? last.duration / timescale : 0;
  const template = last && {
    media: attribute('media'),
    values,
    startNumber: Number(attribute('startNumber', '1')),
    runs,
    count: () =>
      last.place + (last.count < Infinity ? last.count : period.countFrom((last.time - offset) / timescale, seconds)),
  };
  const segments =
    listed.length > 0 ? listedSegments([...new Set(listed)], keyOf) : template && templateSegments(template, keyOf);
  const about = { id: `${period.id} ${id}`, seconds, isLive: period.isLive };
  // in a live stream, nobody knows which segment a player requests first
  return segments && nameList(about, period.isDynamic ? '' : fill(init ?? '', values), segments, keyOf);
}

/** Returns the names of each Representation of a DASH manifest. */
export function listsOf(text: string, context: PlaylistContext): NameList[] {
  const [mpd] = childrenOf([parseXml(text)], 'MPD');
  const lists: NameList[] = [];
  let size = 0;
  for (const period of mpd ? periodsOf(mpd, context.now) : [])
    for (const set of childrenOf([period.element], 'AdaptationSet'))
      for (const representation of childrenOf([set], 'Representation')) {
        const levels: Levels = [representation, set, period.element, mpd];
        const rules = ['SegmentTemplate', 'SegmentList'].flatMap((name) =>
          levels.flatMap((it) => childrenOf([it], name)[0] ?? []),
        );
        size += 1 + childrenOf(rules, 'SegmentURL').length;
        if (size > MAX_SIZE) return lists;
        const names = namesOf(levels, rules, period, context);
        if (names) lists.push(names);
      }
  return lists;
}
