import type { PeriodTimes, SegmentRules, SegmentUris, TemplateValues } from './dash-segments.ts';
import { listUris, templateUris } from './dash-segments.ts';
import { resolveUrl } from './url-text.ts';
import type { XmlElement } from './xml-elements.ts';
import { childrenOf, parseXml } from './xml-elements.ts';

/** How many URLs of a manifest are named: a film of two hours in a dozen Representations. Not more than are known. */
const MAX_URLS = 48_000;
/** Of a live stream without a window. */
const DEPTH_SECONDS = 60;

/** A Representation with the elements that it stands in, and where their URIs lead. */
interface Found {
  /** Stays the same while periods come and go. */
  readonly id: string;
  /** From the Period inwards. */
  readonly levels: readonly XmlElement[];
  readonly base: string;
  readonly times: PeriodTimes;
}

export const isMpd = (text: string): boolean => /^\s*(?:<[?!][^>]*>\s*)*<(?:\w+:)?MPD[\s>]/.test(text.slice(0, 10_000));

/** `PT1H2M3.5S`, or days; `undefined` for anything else. */
function parseDuration(text: string | undefined): number | undefined {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text ?? '') ?? [undefined, NaN];
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return Number.isNaN(total) ? undefined : total;
}

/** Of several base URLs, which are alternatives, the first. */
const baseOf = (element: XmlElement, outer: string): string => {
  const [base] = childrenOf(element, 'BaseURL');
  return base ? resolveUrl(base.text, outer) : outer;
};

function rulesOf(levels: readonly XmlElement[], name: string): SegmentRules | undefined {
  const found = levels.flatMap((level) => childrenOf(level, name));
  if (found.length === 0) return undefined;
  const attributes = new Map(found.flatMap((it) => [...it.attributes]));
  const children = found.map((it) => it.children).reduce((outer, inner) => (inner.length > 0 ? inner : outer));
  return { attributes, children };
}

function* representations(mpd: XmlElement, url: string, now: number): Iterable<Found> {
  const total = parseDuration(mpd.attributes.get('mediaPresentationDuration'));
  const depth = parseDuration(mpd.attributes.get('timeShiftBufferDepth')) ?? DEPTH_SECONDS;
  const isLive = mpd.attributes.get('type') === 'dynamic';
  const startedAt = Date.parse(mpd.attributes.get('availabilityStartTime') ?? '') / 1000;
  const periods = childrenOf(mpd, 'Period');
  let start = 0;
  for (const [index, period] of periods.entries()) {
    start = parseDuration(period.attributes.get('start')) ?? start;
    const next = parseDuration(periods[index + 1]?.attributes.get('start'));
    const end = next ?? total ?? Infinity;
    const duration = parseDuration(period.attributes.get('duration')) ?? end - start;
    const times = { duration, depth, ...(isLive && { now: now - startedAt - start }) };
    const periodBase = baseOf(period, baseOf(mpd, url));
    for (const set of childrenOf(period, 'AdaptationSet')) {
      const setBase = baseOf(set, periodBase);
      for (const representation of childrenOf(set, 'Representation')) {
        const id = `${period.attributes.get('id') ?? start} ${representation.attributes.get('id')}`;
        yield { id, levels: [period, set, representation], base: baseOf(representation, setBase), times };
      }
    }
    start += duration;
  }
}

function urisOf({ levels, times }: Found, limit: number): SegmentUris {
  const { attributes } = levels.at(-1)!;
  const values: TemplateValues = {
    RepresentationID: attributes.get('id') ?? '',
    Bandwidth: attributes.get('bandwidth') ?? '',
  };
  const template = rulesOf(levels, 'SegmentTemplate');
  if (template) return templateUris(template, times, values, limit);
  const list = rulesOf(levels, 'SegmentList');
  // with SegmentBase it is one file, whose ranges share a token
  return list ? listUris(list, times, limit) : { init: undefined, segments: [] };
}

/** Each has the same share, and what some do not need goes to those that have more. */
function urisOfAll(found: readonly Found[]): SegmentUris[] {
  const share = Math.floor(MAX_URLS / found.length);
  const uris = found.map((representation) => urisOf(representation, share));
  const rest = MAX_URLS - uris.reduce((sum, { segments }) => sum + segments.length, 0);
  const long = uris.filter(({ segments }) => segments.length === share).length;
  if (long === 0 || rest < long) return uris;
  const larger = share + Math.floor(rest / long);
  return uris.map((it, index) => (it.segments.length === share ? urisOf(found[index]!, larger) : it));
}

/** A media playlist in place of a Representation. */
export interface DashPlaylist {
  readonly id: string;
  readonly text: string;
  /** What its URIs are relative to: a reload resolves what is new. */
  readonly base: string;
  /** It names what is yet to come: a reload brings no news. */
  readonly isAhead: boolean;
}

/** What would not be read as a URI in a playlist. */
const NO_LINE = /^[#\s]|["\r\n]|\{\$/;

/**
 * The URLs of a DASH manifest in the order in which they are played: a media playlist for each Representation of each
 * Period that names more than one file.
 * @param url of the manifest
 * @param now unix seconds
 */
export function dashPlaylists(text: string, url: string, now: number): DashPlaylist[] {
  const mpd = parseXml(text);
  if (mpd?.name !== 'MPD') return [];
  const found = [...representations(mpd, url, now)];
  return urisOfAll(found).flatMap(({ init, segments, seconds = 1, areAhead = false }, index) => {
    const { id, base } = found[index]!;
    if (segments.length === 0) return [];
    const lineOf = (uri: string): string => (NO_LINE.test(uri) ? resolveUrl(uri, base) : uri);
    const map = init ? [`#EXT-X-MAP:URI="${lineOf(init)}"`] : [];
    const duration = `#EXTINF:${seconds > 0 ? seconds.toFixed(3) : 1},`;
    const lines = segments.flatMap((uri) => [duration, lineOf(uri)]);
    // its end: which names come is said by the manifest, and is not guessed
    const text = ['#EXTM3U', ...map, ...lines, '#EXT-X-ENDLIST'].join('\n');
    return { id, text, base, isAhead: areAhead };
  });
}
