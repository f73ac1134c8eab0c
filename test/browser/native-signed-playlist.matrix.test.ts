import { setTimeout as delay } from 'node:timers/promises';
import { createEdgeHandler, azion, signUrl } from '../../packages/server/src/index.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OwnProfiles } from '../support/chromium.mjs';
import { openChromium } from '../support/chromium.mjs';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import { createOrigins } from '../support/origins.ts';
import { webkit as engine } from '../support/engines.ts';
import { runsMain, runsRest } from '../support/parts.ts';
import { openWebKit } from '../support/webkit.ts';

const format = azion({ secret: 'a secret of the tests' });
const streams = ['vod/fmp4/master.m3u8', 'vod/aes/i.m3u8', 'vod/range/i.m3u8'];

interface Requested {
  readonly path: string;
  readonly status: number;
}

let edge: Listening;
let requested: Requested[];
let signPlaylists: boolean;
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
beforeEach(() => {
  requested = [];
  signPlaylists = true;
});
afterAll(() => edge.close());

/** Makes a page without a script: the player is the browser's own. */
const page = (src: string): Response =>
  new Response(`<!doctype html><video muted autoplay playsinline src="${src.replaceAll('&', '&amp;')}"></video>`, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "script-src 'none'" },
  });
const signed = (path: string): Promise<string> => signUrl(`${edge.origin}/${path}`, { format, expiresIn: 600 });
const refusals = (): Requested[] => requested.filter(({ status }) => status >= 400);
const kinds = (): Set<string> => new Set(requested.map(({ path }) => path.split('.').at(-1)!));

if (runsMain)
  describe('Chromium plays an exact-URL protected stream by itself', () => {
    let browser: OwnProfiles;
    /** Whether the browser plays an unprotected stream: a Chromium may say that it plays HLS, and show nothing. */
    let playsHls: boolean;
    beforeAll(async () => {
      browser = await openChromium();
      const unprotected = `${edge.origin}/open/vod/fmp4/master.m3u8`;
      const { time } = await play(unprotected, ({ time, error }) => time > 0 || error > 0, 30);
      playsHls = time > 0;
    });
    beforeEach(({ skip }) => skip(!playsHls, 'this Chromium plays no HLS by itself'));
    afterAll(() => browser.close());

    /** Resolves with what is seen when it fits, or after `seconds`. */
    const play = async (src: string, fits: (video: { time: number; error: number }) => boolean, seconds = 90) => {
      const tab = await browser.newPage();
      await tab.goto(`${edge.origin}/page?src=${encodeURIComponent(src)}`);
      const read = () =>
        tab.$eval('video', ({ currentTime, error }) => ({ time: currentTime, error: error?.code ?? 0 }));
      const end = Date.now() + seconds * 1000;
      let seen = await read();
      while (!fits(seen) && Date.now() < end) {
        await tab.waitForTimeout(100);
        seen = await read();
      }
      await tab.close();
      return seen;
    };

    test.each(streams)('%s', async (path) => {
      const seen = await play(await signed(path), ({ time, error }) => time > 3 || error > 0);
      expect(seen.error).toBe(0);
      expect(seen.time).toBeGreaterThan(3);
      expect(refusals()).toEqual([]);
      expect(requested.length).toBeGreaterThan(2);
      if (path.includes('aes')) expect(kinds()).toContain('bin');
    });

    test('and does not play it when the playlists are left as they are', async () => {
      signPlaylists = false;
      const seen = await play(await signed('vod/fmp4/master.m3u8'), ({ error }) => error > 0);
      expect(seen).toEqual({ time: 0, error: 4 });
      expect(refusals()).not.toEqual([]);
    });
  });

if (runsRest)
  describe(
    'WebKitGTK plays an exact-URL protected stream by itself',
    { retry: engine.retry, tags: [...engine.tags] },
    () => {
      let webkit: Awaited<ReturnType<typeof openWebKit>> | undefined;
      afterEach(() => webkit?.close());
      const count = (pattern: RegExp): number =>
        new Set(requested.map(({ path }) => path).filter((path) => pattern.test(path))).size;

      /**
       * Files that WebKitGTK has to fetch for each path, and how many of each kind. The test does not ask how far
       * WebKitGTK plays: where it goes from one rendition to another, its clock may stand still for good, with all
       * segments fetched and no error.
       */
      const expected: Record<string, [pattern: RegExp, atLeast: number][]> = {
        'vod/fmp4/master.m3u8': [
          [/master\.m3u8$/, 1],
          [/i\.m3u8$/, 2],
          [/init_\d\.mp4$/, 2],
          [/s\d+\.m4s$/, 4],
        ],
        'vod/aes/i.m3u8': [
          [/k\d\.bin$/, 1],
          [/s\d+\.ts$/, 3],
        ],
        'vod/range/i.m3u8': [[/all\.m4s$/, 1]],
      };

      test.each(Object.entries(expected))('%s', async (path, files) => {
        webkit = await openWebKit();
        await webkit.tab.goto(`${edge.origin}/page?src=${encodeURIComponent(await signed(path))}`);
        const read = (): Promise<{ time: number; error: number }> =>
          webkit!.tab.run(
            `const v = document.querySelector('video'); return { time: v.currentTime, error: v.error?.code ?? 0 };`,
          );
        const isFetched = (): boolean => files.every(([pattern, atLeast]) => count(pattern) >= atLeast);
        const isOver = ({ time, error }: Awaited<ReturnType<typeof read>>): boolean =>
          (time > 0 && isFetched()) || error > 0 || refusals().length > 0;
        const end = Date.now() + 90_000;
        let seen = await read();
        while (!isOver(seen) && Date.now() < end) {
          await delay(100);
          seen = await read();
        }
        expect(refusals()).toEqual([]);
        expect(seen.error).toBe(0);
        expect(seen.time, 'the picture moved').toBeGreaterThan(0);
        for (const [pattern, atLeast] of files) expect(count(pattern), String(pattern)).toBeGreaterThanOrEqual(atLeast);
      });
    },
  );
