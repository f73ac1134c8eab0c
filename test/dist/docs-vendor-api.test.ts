import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hls } from 'secure-token-core/playlists';
import type { TokenSource } from 'secure-token-hlsjs';
import { isSecureTokenError } from 'secure-token-hlsjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const film = 'https://cdn.example.com/vod/7/master.m3u8';
const blocks = [...readFileSync('docs/migrate.md', 'utf8').matchAll(/^```js\n([\s\S]*?)^```/gm)].map(
  ([, code]) => code!,
);
let copies = 0;

/** Imports a block of the page as it stands. Each import is a module of its own, with a source that knows no token. */
async function sourceOf(name: string): Promise<TokenSource> {
  mkdirSync('node_modules/.cache/docs-vendor-api', { recursive: true });
  const file = resolve(`node_modules/.cache/docs-vendor-api/${++copies}-${name}`);
  writeFileSync(
    file,
    blocks.find((code) => code.startsWith(`// ${name}\n`))!,
  );
  return ((await import(pathToFileURL(file).href)) as { source: TokenSource }).source;
}

/** The API: what it signs lives for five minutes of its own clock, which is `fast` seconds ahead of this machine. */
let fast: number;
let status: number;
let showsDate: boolean;
let asked: string[];
beforeEach(() => {
  fast = 0;
  status = 200;
  showsDate = true;
  asked = [];
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    if (status !== 200) return new Response(null, { status });
    const now = Date.now() + fast * 1000;
    const url = new URL(new URL(path, 'https://app.example.com').searchParams.get('url') ?? film);
    url.searchParams.set('signature', `of ${asked.length}`);
    return Response.json(
      { url: url.href, expiresAt: new Date(now + 300_000).toISOString() },
      { headers: showsDate ? { date: new Date(now).toUTCString() } : {} },
    );
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const signatureOf = (url: string): string | null => new URL(url).searchParams.get('signature');
const failureOf = async (signing: Promise<unknown>): Promise<unknown> => {
  const error = await signing.catch((reason: unknown) => reason);
  return isSecureTokenError(error) ? error.code : error;
};

describe('docs/migrate.md, a signature that opens a folder', () => {
  test('one call serves the playlist and its segments, and the URL of the player has no signature', async () => {
    const source = await sourceOf('folder.mjs');
    expect(signatureOf((await source.sign(film)).url)).toBe('of 1');
    const segment = await source.sign('https://cdn.example.com/vod/7/hd/s1.m4s');
    expect(signatureOf(segment.url)).toBe('of 1');
    expect(asked).toEqual(['/api/playback/7']);
    expect(source.unsign(segment.url)).toBe('https://cdn.example.com/vod/7/hd/s1.m4s');
    source.destroy();
  });

  test('the viewer is an hour behind the API: the token is not sent past its end', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    fast = 3600;
    const source = await sourceOf('folder.mjs');
    await source.sign(film);
    vi.setSystemTime(Date.now() + 299_000);
    expect(signatureOf((await source.sign(film)).url)).toBe('of 2');
    source.destroy();
  });

  test('works without the header Date, by the clock of the viewer', async () => {
    showsDate = false;
    const source = await sourceOf('folder.mjs');
    expect(signatureOf((await source.sign(film)).url)).toBe('of 1');
    source.destroy();
  });

  test.each([401, 403])('the API answers %i: the viewer is denied', async (refusal) => {
    status = refusal;
    const source = await sourceOf('folder.mjs');
    expect(await failureOf(source.sign(film))).toBe('ERR_DENIED');
    source.destroy();
  });
});

describe('docs/migrate.md, a signature that opens one URL', () => {
  test('each URL is signed by a call of its own when it is wanted, and none ahead', async () => {
    const source = await sourceOf('one-url.mjs');
    const names = ['s1.m4s', 's2.m4s', 's3.m4s'];
    source.learn(film, hls(['#EXTM3U', ...names.flatMap((name) => ['#EXTINF:4,', name]), '#EXT-X-ENDLIST'].join('\n')));
    const segments = names.slice(0, 2).map((name) => new URL(name, film).href);
    const signed = await Promise.all(segments.map((url) => source.sign(url)));
    expect(signed.map(({ url }) => signatureOf(url))).toEqual(['of 1', 'of 2']);
    expect(asked).toEqual(segments.map((url) => `/api/sign?url=${encodeURIComponent(url)}`));
    source.destroy();
  });
});
