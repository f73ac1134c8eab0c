import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { playlistUrls, azion, signPlaylist, signUrl, tokensFor } from '../../../../packages/server/src/index.ts';
import { writtenUrl } from '../../../../packages/server/src/token/sign-url.ts';

const HOST = 'https://cdn.example.com';
const expires = 1_795_500_060;
const format = azion({ secret: 'a secret of thirty-two characters' });
const refusal = (option: string): unknown =>
  expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${option}: `) });

/** Paths that are `/vod/premium/a.m3u8` to `URL`, and pass a check for `/vod/free/` in the text. */
const leading = [
  '/vod/free/../premium/a.m3u8',
  '/vod/free/%2e%2e/premium/a.m3u8',
  '/vod/free/%2E%2e/premium/a.m3u8',
  '/vod/free/.%2e/premium/a.m3u8',
  '/vod/free/%2E./premium/a.m3u8',
  '/vod/free/./../premium/a.m3u8',
  '/vod/free/%2e/../premium/a.m3u8',
  '/vod/free/..\\premium/a.m3u8',
  '/vod/free\\../premium/a.m3u8',
  '/vod/free/%2e%2e\\premium/a.m3u8',
  '/vod/free/.\t./premium/a.m3u8',
  '/vod/free/.\n./premium/a.m3u8',
  '/vod/free/.\r%2e/premium/a.m3u8',
  '/vod/free/%2\te%2e/premium/a.m3u8',
];

describe.each(leading)('%j', (path) => {
  const text = HOST + path;
  test('is another path to URL', () => expect(new URL(text).pathname).toBe('/vod/premium/a.m3u8'));

  test('signUrl refuses it', () => expect(signUrl(text, { format, expires })).rejects.toEqual(refusal('url')));

  test('tokensFor refuses it', () => expect(tokensFor([text], { format, ttl: 60 })).rejects.toEqual(refusal('urls')));

  test('signPlaylist refuses it as the URL of a playlist', () =>
    expect(signPlaylist('#EXTM3U\na.ts', text, { format, expires })).rejects.toEqual(refusal('playlistUrl')));
});

test.each(['/vod/..', '/vod/%2e%2E', '/vod/.', '/vod/..?a', '/vod/.#a', '/..'])(
  'signUrl refuses a dot segment at the end: %s',
  (path) => expect(signUrl(HOST + path, { format, expires })).rejects.toEqual(refusal('url')),
);

test.each(['/vod/...', '/vod/.a/b', '/vod/a..', '/vod/a?b=/../c', '/vod/a#/../b', '/vod/%2e%2e%2e'])(
  'signUrl signs what is no dot segment of the path: %s',
  async (path) => expect(await signUrl(HOST + path, { format, expires })).toContain('st='),
);

describe.each(['user:S3CRET@', 'user@', ':S3CRET@', 'user:S3CRET:@', 'us%65r:@'])('a URL with %s', (login) => {
  const text = `https://${login}cdn.example.com/vod/a.m3u8`;
  const refused = (option: string): unknown =>
    expect.objectContaining({
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(`^${option}: .*user name or a password(?!.*S3CRET)`),
    });

  test.each([text, new URL(text)])('signUrl refuses it, and does not repeat it', (url) =>
    expect(signUrl(url, { format, expires })).rejects.toEqual(refused('url')),
  );

  test('tokensFor refuses it', () => expect(tokensFor([text], { format, ttl: 60 })).rejects.toEqual(refused('urls')));

  test('signPlaylist refuses it as the URL of a playlist', () =>
    expect(signPlaylist('#EXTM3U\na.ts', text, { format, expires })).rejects.toEqual(refused('playlistUrl')));
});

describe.each([
  '/vod/a.m3u8?st=S3CRET&e=1795500060',
  'cdn.example.com/S3CRET/a.m3u8',
  'https://cdn.example.com:99999/a.m3u8?st=S3CRET',
])('%s, which is no absolute URL', (text) => {
  const errorOf = async (call: () => unknown): Promise<unknown> => {
    try {
      return await call();
    } catch (error) {
      return error;
    }
  };

  test.each<[string, string, () => unknown]>([
    ['signUrl', 'url', () => signUrl(text, { format, expires })],
    ['signPlaylist', 'playlistUrl', () => signPlaylist('#EXTM3U', text, { format, expires })],
    ['playlistUrls', 'playlistUrl', () => playlistUrls('#EXTM3U', text)],
    ['tokensFor', 'urls', () => tokensFor([text], { format, ttl: 60 })],
  ])('%s refuses it, and nothing of the error repeats it', async (_, option, call) => {
    const error = await errorOf(call);
    expect(error).toEqual(refusal(option));
    expect(inspect(error, { showHidden: true, depth: Infinity })).not.toContain('S3CRET');
  });
});

test('signUrl signs a URL whose dot segments somebody has resolved', async () => {
  const signed = await signUrl(new URL('/vod/free/../premium/a.m3u8', HOST), { format, expires });
  expect(signed).toMatch(/^https:\/\/cdn\.example\.com\/vod\/premium\/a\.m3u8\?st=/);
});

test('signPlaylist resolves dot segments of a URI in the playlist', async () => {
  const signed = await signPlaylist('#EXTM3U\n../b/1.ts', `${HOST}/vod/a/index.m3u8`, { format, expires });
  const [token] = await tokensFor([`${HOST}/vod/b/1.ts`], { format, ttl: 60, clock: () => (expires - 60) * 1000 });
  expect(signed).toBe(`#EXTM3U\n../b/1.ts?st=${token!.query!.st}&e=${expires}`);
});

test('a URL that is no error has the names that stand in its text', () => {
  const unit = fc.constantFrom(...Array.from('ab./\\?#%2eE;:@ \t\n\r'), '..', '%2e', '%2E', '/');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (rest) => {
      let url;
      try {
        url = writtenUrl(`${HOST}/${rest}`, 'url');
      } catch {
        return;
      }
      const [path] = `/${rest}`.split(/[?#]/);
      expect(url.pathname.split('/').map(decoded)).toEqual(path!.split('/').map(decoded));
    }),
    { numRuns: 5000 },
  );
});

/** A name in the one spelling of `URL`, which escapes some characters. */
function decoded(name: string): string {
  return encodeURI(name).replace(/%25/g, '%');
}
