import type { Representation } from '../../../packages/core/src/playlists/dash-manifest.ts';
import { parseDashManifest } from '../../../packages/core/src/playlists/dash-manifest.ts';

export const FOLDER = 'https://cdn.test/vod/7/';
export const AT = Date.parse('2026-11-26T12:00:00Z') / 1000;

export const identify = (href: string): string => href;
export const parse = (text: string, now = (): number => AT): readonly Representation[] =>
  parseDashManifest(text, { url: `${FOLDER}index.mpd`, now, identify }).representations;

export const absolute = (name: string): string => new URL(name, FOLDER).href;
/** Returns `first` and the names that follow it, for each Representation that names `first`, without their folder. */
export const from = (first: string, text: string, now = AT): string[][] =>
  parse(text, () => now)
    .filter(({ order }) => order.has(absolute(first)))
    .map(({ order }) => [first, ...Array.from(order.after(absolute(first)), (key) => key.replace(FOLDER, ''))]);
export const has = (name: string, text: string, now = AT): boolean => from(name, text, now).length > 0;

export const film = 'type="static" mediaPresentationDuration="PT7S"';
export const mpd = (content: string, attributes = film): string =>
  `<?xml version="1.0"?><!-- one --><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${attributes}>${content}</MPD>`;
export const period = (content: string, attributes = ''): string =>
  `<Period ${attributes}><AdaptationSet>${content}</AdaptationSet></Period>`;
/** One Representation, by these rules. */
export const one = (rules: string, attributes = film, id = '1'): string =>
  mpd(period(`${rules}<Representation id="${id}"/>`), attributes);
export const timeline = (entries: string, attributes = 'media="$Time$-$Number$"'): string =>
  `<SegmentTemplate ${attributes}><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>`;
export const live = 'type="dynamic" availabilityStartTime="2026-11-26T11:00:00Z" timeShiftBufferDepth="PT4S"';
