import { createEdgeHandler, azion } from '../../packages/server/src/index.ts';

export const NOW = 1_795_500_000;
export const HOST = 'https://cdn.example.com';
export const format = azion({ secret: 'mysecret' });
const segments = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `#EXTINF:4,\nseg${from + i}.m4s`);
const files: Record<string, string> = {
  '/vod/7/master.m3u8': [
    '#EXTM3U',
    '#EXT-X-DEFINE:NAME="q",VALUE="hi"',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="audio.m3u8"',
    '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="iframe.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=1',
    'lo/index.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=2',
    '{$q}/index.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=3',
    'https://ads.example/vod/x.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=4',
    '../../secret/x.m3u8',
  ].join('\n'),
  '/vod/7/lo/index.m3u8': [
    '#EXTM3U',
    '#EXT-X-KEY:METHOD=AES-128,URI="k.key"',
    '#EXT-X-MAP:URI="init.mp4"',
    ...segments(0, 9),
    '#EXT-X-ENDLIST',
  ].join('\n'),
  '/vod/7/hi/index.m3u8': [
    '#EXTM3U',
    '#EXT-X-DEFINE:IMPORT="q"',
    '#EXT-X-MAP:URI="{$q}.mp4"',
    ...segments(0, 1),
    '#EXT-X-ENDLIST',
  ].join('\n'),
  '/vod/7/audio.m3u8': ['#EXTM3U', ...segments(0, 2), '#EXT-X-ENDLIST'].join('\n'),
  '/vod/live.m3u8': [
    '#EXTM3U',
    '#EXT-X-MAP:URI="old.mp4"',
    ...segments(0, 3),
    '#EXT-X-MAP:URI="init.mp4"',
    ...segments(3, 9),
    '#EXT-X-PART:DURATION=1,URI="p1.mp4"',
    '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p2.mp4"',
    '#EXT-X-RENDITION-REPORT:URI="../hi.m3u8"',
  ].join('\n'),
  '/secret/x.m3u8': '#EXTM3U',
};
const edge = createEdgeHandler({
  format,
  clock: () => NOW * 1000,
  origin: (request) => {
    const text = files[new URL(request.url).pathname];
    return new Response(text ?? null, { status: text === undefined ? 404 : 200 });
  },
});
/** A VOD and a live presentation behind a protected edge. */
export const throughEdge = (url: string, init: RequestInit): Promise<Response> => edge(new Request(url, init));
