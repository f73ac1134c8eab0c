import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { azion, createEdgeHandler, signUrl } from '../../packages/server/src/index.ts';
import type { Tab } from '../support/engines.ts';
import { engines } from '../support/engines.ts';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import { createOrigins } from '../support/origins.ts';

const format = azion({ secret: 'a secret of the tests' });

/**
 * Files that a browser has to fetch, and how many of each kind. How far it plays is no matter: where WebKitGTK goes from
 * one rendition to another, its clock may stand still for good, with all segments fetched and no error.
 */
const streams: Record<string, [pattern: RegExp, atLeast: number][]> = {
  'vod/fmp4/master.m3u8': [
    [/i\.m3u8$/, 2],
    [/init_\d\.mp4$/, 2],
    [/s\d+\.m4s$/, 4],
  ],
  'vod/aes/i.m3u8': [
    [/k\d\.bin$/, 1],
    [/s\d+\.ts$/, 3],
  ],
};

let edge: Listening;
let requested: { path: string; status: number }[] = [];
let signPlaylists = true;
beforeAll(async () => {
  const origin = createOrigins();
  edge = await listen(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/page') return page(searchParams.get('src')!);
    if (pathname === '/favicon.ico') return new Response(null, { status: 204 });
    if (pathname.startsWith('/open/')) return origin(new Request(request.url.replace('/open/', '/'), request));
    const response = await createEdgeHandler({ format, origin, signPlaylists })(request);
    requested.push({ path: pathname, status: response.status });
    return response;
  });
});
afterAll(() => edge.close());

/** Makes a page without a script: the player is the browser's own. */
const page = (src: string): Response =>
  new Response(`<!doctype html><video muted autoplay playsinline src="${src.replaceAll('&', '&amp;')}"></video>`, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "script-src 'none'" },
  });
const refusals = (): unknown[] => requested.filter(({ status }) => status >= 400);

/** Plays until `isOver`; resolves with what is seen then. */
async function play(
  tab: Tab,
  path: string,
  isOver: (time: number) => boolean,
  patienceMs = 90_000,
): Promise<{ time: number; error: number }> {
  requested = [];
  const url = `${edge.origin}/${path}`;
  const src = path.startsWith('open/') ? url : await signUrl(url, { format, expiresIn: 600 });
  await tab.goto(`${edge.origin}/page?src=${encodeURIComponent(src)}`);
  const end = Date.now() + patienceMs;
  for (;;) {
    const seen = await tab.run<{ time: number; error: number }>(
      `const { currentTime, error } = document.querySelector('video'); return { time: currentTime, error: error?.code ?? 0 };`,
    );
    if (isOver(seen.time) || seen.error > 0 || Date.now() > end) return seen;
    await delay(100);
  }
}

for (const engine of engines.filter(({ name }) => name !== 'firefox'))
  describe(`${engine.name} by itself`, { retry: engine.retry, tags: [...engine.tags] }, () => {
    test('plays a stream whose URLs each need a token, where the edge signs playlists, and does not where it does not', async ({
      skip,
    }) => {
      const { tab, close } = await engine.open();
      try {
        signPlaylists = true;
        const { time } = await play(tab, 'open/vod/fmp4/master.m3u8', (now) => now > 0, 20_000);
        skip(engine.name === 'chromium' && time === 0, 'this Chromium plays no HLS by itself');
        for (const [path, files] of Object.entries(streams)) {
          const count = (pattern: RegExp): number =>
            new Set(requested.flatMap((request) => (pattern.test(request.path) ? [request.path] : []))).size;
          const isFetched = (): boolean => files.every(([pattern, atLeast]) => count(pattern) >= atLeast);
          const seen = await play(tab, path, (time) => time > 0 && isFetched());
          expect(isFetched()).toBe(true);
          expect(seen.error).toBe(0);
          expect(refusals()).toEqual([]);
        }
        signPlaylists = false;
        await play(tab, 'vod/fmp4/master.m3u8', () => refusals().length > 0);
        expect(refusals()).not.toEqual([]);
      } finally {
        await close();
      }
    });
  });
