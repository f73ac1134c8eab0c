import { expect, test } from 'vitest';
import { signPlaylist } from '../../../../packages/server/src/index.ts';
import { HOST, NOW, ask, format } from '../../../support/signing-endpoint.ts';

const playlistUrl = `${HOST}/vod/7/hd/index.m3u8`;
const text = [
  '#EXTM3U',
  '#EXT-X-DEFINE:QUERYPARAM="lang"',
  '#EXT-X-DEFINE:QUERYPARAM="cut"',
  '#EXTINF:4,',
  '{$lang}/{$cut}/film.mp4',
  '#EXTINF:4,',
  'film.mp4?lang={$lang}',
  '#EXT-X-ENDLIST',
].join('\n');

/**
 * Queries and the names that they make. An empty value in a path would move it: `/premium/film.mp4` lies in another
 * folder than the playlist.
 */
const cases: [query: string, inPath: string | undefined, inQuery: string][] = [
  ['lang=en&cut=long', 'en/long/film.mp4', 'en'],
  ['lang=&cut=premium', undefined, ''],
  ['lang=en&cut=', undefined, 'en'],
  ['lang=&cut=', undefined, ''],
];

test.each(cases)('signPlaylist: %s', async (query, inPath, inQuery) => {
  const signed = await signPlaylist(text, `${playlistUrl}?${query}`, { format, expires: NOW + 60 });
  const [first, second] = signed.split('\n').filter((line) => line.includes('film'));
  if (inPath === undefined) expect(first).toBe('{$lang}/{$cut}/film.mp4');
  else expect(first).toMatch(new RegExp(`^${inPath}[?]st=[^&]+&e=\\d+$`));
  expect(second).toMatch(new RegExp(`^film[.]mp4[?]lang=${inQuery}&st=[^&]+&e=\\d+$`));
});

test.each(cases)('expand: %s', async (query, inPath, inQuery) => {
  const fetch = (): Promise<Response> => Promise.resolve(new Response(text));
  const asked = `${playlistUrl}?${query}`;
  const { body } = await ask({ urls: [asked] }, { allow: `${HOST}/`, expand: { fetch, segments: 2 } });
  const folder = `${HOST}/vod/7/hd`;
  const children = [...(inPath === undefined ? [] : [`${folder}/${inPath}`]), `${folder}/film.mp4?lang=${inQuery}`];
  expect(body.tokens.map(({ url }) => url)).toEqual([asked, ...children]);
});
