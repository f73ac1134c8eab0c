import { SecureTokenError } from '../contract/errors.ts';
import type { NameList, Playlist, PlaylistContext } from '../contract/playlist.ts';
import { hls } from './hls.ts';
import type { Level, Period } from './mpd-names.ts';
import { MAX_SEGMENTS, namesOf } from './mpd-names.ts';
import type { XmlElement } from './mpd-xml.ts';
import { childrenOf, parseXml } from './mpd-xml.ts';
import { createReadAhead } from './read-ahead.ts';

/** The maximum number of Representations. */
const MAX_LISTS = 20_000;
/** In floating point, 6.006 s are a little more than three times 2.002 s. */
const ROUNDING = 1e-6;

const DURATION = /^P(?:0+Y)?(?:0+M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = [86_400, 3600, 60, 1];

/** Returns the seconds of a duration such as `P1DT2H3M4.5S`; `undefined` for any other text. */
const secondsOf = (text = ''): number | undefined =>
  DURATION.exec(text)
    ?.slice(1)
    .reduce((total, digits: string | undefined, index) => total + Number(digits ?? 0) * UNITS[index]!, 0);

/** Returns unix seconds. A time without a zone is UTC; JavaScript would take it for local time. */
const unixTime = (text = ''): number => Date.parse(text.replace(/T[\d:.]+$/, '$&Z')) / 1000;

/** Returns the Periods in the order of playback; in a live stream, the latest first. */
function periodsOf(mpd: XmlElement, now: () => number): (Period & { readonly element: XmlElement })[] {
  const isDynamic = mpd.attributes.get('type') === 'dynamic';
  const startedAt = unixTime(mpd.attributes.get('availabilityStartTime'));
  const total = secondsOf(mpd.attributes.get('mediaPresentationDuration')) ?? Infinity;
  let end = 0;
  const periods = childrenOf([mpd], 'Period').map((element, index, elements) => {
    const start = secondsOf(element.attributes.get('start')) ?? end;
    const next = secondsOf(elements[index + 1]?.attributes.get('start')) ?? total;
    const whole = secondsOf(element.attributes.get('duration')) ?? next - start;
    end = start + whole;
    const passed = (): number => (isDynamic ? now() - startedAt - start : Infinity);
    const countFrom = (begin: number, duration: number): number => {
      const inAll = Math.ceil((whole - begin) / duration - ROUNDING);
      const atPresent = Math.floor((passed() - begin) / duration);
      // NaN if the beginning of a live stream is unknown
      return Math.max(0, Math.min(inAll, atPresent, MAX_SEGMENTS)) || 0;
    };
    return { element, id: element.attributes.get('id') ?? String(start), isLive: !(passed() >= whole), countFrom };
  });
  return isDynamic ? periods.reverse() : periods;
}

const firstOf = (element: XmlElement, name: string): readonly XmlElement[] => childrenOf([element], name).slice(0, 1);

/** Returns the names of each Representation of a DASH manifest. */
function listsOf(text: string, { url, keyOf, now }: PlaylistContext): NameList[] {
  const [mpd] = childrenOf([parseXml(text)], 'MPD');
  const lists: NameList[] = [];
  if (!mpd) return lists;
  // no URI inherits the query of the manifest
  const folder = keyOf('.', url);
  const outermost: Level = { keyOf: (uri) => keyOf(uri, folder), rules: [] };
  // lists are kept for long: what they call must not contain `element`, or it would keep the whole document
  const within = (outer: Level, element: XmlElement): Level => {
    // any other `BaseURL` is an alternative to the first
    const base = outer.keyOf(firstOf(element, 'BaseURL')[0]?.text ?? '');
    const rules = [...firstOf(element, 'SegmentTemplate'), ...outer.rules];
    return { keyOf: (uri) => keyOf(uri, base), rules };
  };
  for (const { element, ...period } of periodsOf(mpd, now))
    for (const set of childrenOf([element], 'AdaptationSet'))
      for (const representation of childrenOf([set], 'Representation')) {
        const level = [mpd, element, set, representation].reduce(within, outermost);
        if (lists.length === MAX_LISTS) return lists;
        const names = namesOf(representation, level, period);
        if (names) lists.push(names);
      }
  return lists;
}

/**
 * Wraps the text of a DASH manifest for `learn` of a token source: `source.learn(url, dash(text))`.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function dash(text: string): Playlist {
  if (typeof text !== 'string') throw new SecureTokenError('ERR_OPTIONS', 'dash() takes the text of a manifest.');
  return { createReadAhead, lists: (context) => listsOf(text, context) };
}

/**
 * Wraps `text` as `dash` or `hls` does, depending on how it begins: for apps that play both.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function hlsOrDash(text: string): Playlist {
  return typeof text === 'string' && !/^\s*</.test(text) ? hls(text) : dash(text);
}
