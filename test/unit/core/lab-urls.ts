export const CDN = 'https://cdn.test';
export const FOLDER = `${CDN}/vod/7/`;
export const MASTER = `${FOLDER}master.m3u8`;
export const MEDIA = `${FOLDER}media.m3u8`;
export const ENDPOINT = 'https://api.test/token';

export const segment = (n: number): string => `${FOLDER}${n}.ts`;
export const range = (from: number, to: number, name = segment): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => name(from + i));
/** A media playlist of segments `from`…`to`. */
export const playlist = (from: number, to: number, end = true): string => {
  const head = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', `#EXT-X-MEDIA-SEQUENCE:${from}`];
  return [...head, ...range(from, to, (n) => `#EXTINF:4,\n${n}.ts`), end ? '#EXT-X-ENDLIST' : ''].join('\n');
};
