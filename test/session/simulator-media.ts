import { CDN } from '../unit/core/lab-urls.ts';

export const masterOf = (asset: number): string => `${CDN}/vod/a${asset}/master.m3u8`;
export const mediaOf = (asset: number): string => `${CDN}/vod/a${asset}/media.m3u8`;
/** Names a segment, now and then in a way that URL parsers like to change. */
export const segmentOf = (asset: number, n: number): string =>
  `${CDN}/vod/a${asset}/${n % 7 === 3 ? `s~${n}%2C.ts?q=%7e&&e` : `s${n}.ts`}`;

/** Segments of a film, more than one call may ask for. */
export const SEGMENTS = 130;
export const SEGMENT_SECONDS = 4;
const WINDOW = 6;

const live = (asset: number): string => `${CDN}/live/c${asset}/`;
export const liveMaster = (asset: number): string => `${live(asset)}master.m3u8`;
export const liveMedia = (asset: number): string => `${live(asset)}media.m3u8`;
export const liveSegment = (asset: number, n: number): string => `${live(asset)}l${n}.ts`;
export const partOf = (asset: number, n: number, part: number): string => `${live(asset)}l${n}.${part}.m4s`;
/** The newest segment that is complete. */
export const edgeAt = (now: number): number => Math.floor(now / SEGMENT_SECONDS) + WINDOW;
/** The oldest segment that the playlist has. */
export const windowStartAt = (now: number): number => edgeAt(now) - WINDOW + 1;

export const nameOf = (url: string): string => /[^/]*$/.exec(url)![0];
export const isLiveMedia = (url: string): boolean => /\/l\d+(\.\d)?\.(ts|m4s)$/.test(url);

function liveText(asset: number, isLowLatency: boolean, isDelta: boolean, now: number): string {
  const last = edgeAt(now);
  const first = windowStartAt(now);
  const skipped = isDelta ? 3 : 0;
  const lines = ['#EXTM3U', `#EXT-X-TARGETDURATION:${SEGMENT_SECONDS}`, `#EXT-X-MEDIA-SEQUENCE:${first}`];
  if (skipped) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
  for (let n = first + skipped; n <= last; n++) lines.push('#EXTINF:4,', nameOf(liveSegment(asset, n)));
  if (!isLowLatency) return lines.join('\n');
  const parts = Math.floor(now) % SEGMENT_SECONDS;
  for (let part = 0; part < parts; part++) {
    lines.push(`#EXT-X-PART:DURATION=1,URI="${nameOf(partOf(asset, last + 1, part))}"`);
  }
  lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${nameOf(partOf(asset, last + 1, parts))}"`);
  return lines.join('\n');
}

/** Returns the text that the edge has at the unsigned `url`. */
export function textOf(url: string, now: number): string {
  const asset = Number(/\/[ac](\d+)\//.exec(url)?.[1] ?? 0);
  if (url.includes('master.m3u8')) return '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nmedia.m3u8';
  if (!url.includes('media.m3u8')) return 'media';
  if (url.startsWith(live(asset))) return liveText(asset, url.includes('_HLS_'), url.includes('_HLS_skip'), now);
  const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXT-X-MAP:URI="init.mp4"'];
  for (let n = 0; n < SEGMENTS; n++) lines.push('#EXTINF:4,', nameOf(segmentOf(asset, n)));
  return [...lines, '#EXT-X-ENDLIST'].join('\n');
}
