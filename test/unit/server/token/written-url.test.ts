import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { playlistUrls, azion, signPlaylist, signUrl, tokensFor } from '../../../../packages/server/src/index.ts';

const HOST = 'https://cdn.example.com';
const expires = 1_795_500_060;
const format = azion({ secret: 'a secret of thirty-two characters' });

/** What an app may give a text to that it has checked, and the option that the error names. */
const uses: readonly [string, string, (text: string) => unknown][] = [
  ['signUrl', 'url', (text) => signUrl(text, { format, expires })],
  ['tokensFor', 'urls', (text) => tokensFor([text], { format, ttl: 60 })],
  ['signPlaylist', 'playlistUrl', (text) => signPlaylist('#EXTM3U\na.ts', text, { format, expires })],
  ['playlistUrls', 'playlistUrl', (text) => playlistUrls('#EXTM3U', text)],
];

describe.each(uses)('%s refuses, and repeats in no part of the error,', (_, option, use) => {
  test.each([
    // paths that are /vod/premium/a.m3u8 to `URL`, and pass a check for /vod/free/ in the text
    '/vod/free/../premium/',
    '/vod/free/.%2E/premium/',
    '/vod/free\\../premium/',
    '/vod/free/%2\te%2e/premium/',
    '/vod/..?a=',
    '/vod/%2e%2E#',
    '/vod/./',
  ])('a text that `URL` changes: %j', async (path) => {
    const error: unknown = await (async () => use(`${HOST}${path}a.m3u8?st=S3CRET`))().catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${option}: `) as string });
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('S3CRET');
  });

  test.each([
    ...['user:S3CRET@', 'user@', ':S3CRET@', 'us%65r:S3CRET@'].map((login) => `https://${login}cdn.example.com/a`),
    '/vod/a.m3u8?st=S3CRET',
    'cdn.example.com/S3CRET/a.m3u8',
    'https://cdn.example.com:99999/a.m3u8?st=S3CRET',
    ' https://cdn.example.com/a',
    'https://cdn.example.com/a ',
    'https://cdn.example.com/vod/..',
  ])('a login, and what is not an absolute URL: %s', async (text) => {
    const error: unknown = await (async () => use(text))().catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${option}: `) as string });
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('S3CRET');
  });
});

test.each([
  ['/vod/free/../premium/a.m3u8', 'a dot segment'],
  ['/vod/%2e%2E/a.m3u8', 'a dot segment'],
  ['/vod\\a.m3u8', 'a backslash'],
  ['/vod/a\n.m3u8', 'a control character'],
])('signUrl names what a browser would change: %j', async (path, part) => {
  const signing = signUrl(HOST + path, { format, expires });
  await expect(signing).rejects.toThrow(new RegExp(`^url: The URL has ${part}.*Resolve it with`));
});

test.each(['/vod/.a/b', '/vod/a..b', '/vod/a?b=/../c', '/vod/a#/../b', '/vod/%2e%2e%2ea', '/vod/a b.m3u8'])(
  'signUrl signs what is no dot segment of the path: %s',
  async (path) => expect(await signUrl(HOST + path, { format, expires })).toContain('st='),
);

test('dot segments that the app, or a playlist, has resolved are signed', async () => {
  const signed = await signUrl(new URL('/vod/free/../premium/a.m3u8', HOST), { format, expires });
  expect(signed).toMatch(/^https:\/\/cdn\.example\.com\/vod\/premium\/a\.m3u8\?st=/);
  const playlist = await signPlaylist('#EXTM3U\n../b/1.ts', `${HOST}/vod/a/index.m3u8`, { format, expires });
  const { search } = new URL(await signUrl(`${HOST}/vod/b/1.ts`, { format, expires }));
  expect(playlist).toBe(`#EXTM3U\n../b/1.ts${search}`);
});
