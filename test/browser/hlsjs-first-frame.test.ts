import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEdgeHandler, createSigningEndpoint, secureToken } from '../../packages/server/src/index.ts';
import type { OwnProfiles } from '../support/chromium.mjs';
import { openChromium } from '../support/chromium.mjs';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import { createOrigins } from '../support/origins.ts';

const scripts = ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'];
const scriptElements = scripts.map((path) => `<script>${readFileSync(path, 'utf8')}</script>`);
const html = `<!doctype html><video muted></video>${scriptElements.join('')}
<script>
  const hls = new Hls();
  SecureTokenHls.secureToken(hls, '/token');
  hls.attachMedia(document.querySelector('video'));
</script>`;

const format = secureToken({ secret: 'a secret of the tests' });
/** What was asked for, in order: `token` with the body of the call, or a path and the status. */
let asked: string[];
let expand: boolean;
let server: Listening;
let browser: OwnProfiles;
beforeAll(async () => {
  const edge = createEdgeHandler({ format, origin: createOrigins() });
  server = await listen(async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === '/') return new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
    if (pathname === '/favicon.ico') return new Response(null, { status: 204 });
    if (pathname === '/token') {
      asked.push(`token ${await request.clone().text()}`);
      // the endpoint reads playlists past the server's own list, through the same edge
      const fetch = (url: string): Promise<Response> => edge(new Request(url));
      return createSigningEndpoint({
        format,
        authorize: () => true,
        allow: `${origin}/`,
        ttl: 300,
        expand: expand && { fetch, timeout: 60 },
      })(request);
    }
    const response = await edge(request);
    asked.push(`${pathname} ${response.status}`);
    return response;
  });
  browser = await openChromium();
});
beforeEach(() => void (asked = []));
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** How often the page asked for tokens before it had its first segment. */
async function callsToFirstSegment(path: string): Promise<number> {
  const page = await browser.newPage();
  await page.goto(server.origin);
  await page.evaluate(`hls.loadSource('/${path}')`);
  await page.waitForFunction(() => document.querySelector('video')!.readyState >= 2, undefined, { timeout: 90_000 });
  await page.close();
  // requests of the page before may still come in
  const folder = new URL('.', `${server.origin}/${path}`).pathname;
  const mine = asked.filter((each) => each.includes(folder));
  const first = mine.findIndex((each) => /\/s\d+\.\w+ 200$/.test(each));
  expect(first).toBeGreaterThan(0);
  expect(mine.filter((each) => / 4\d\d$/.test(each))).toEqual([]);
  return mine.slice(0, first).filter((each) => each.startsWith('token')).length;
}

test.each(['vod/ts/master.m3u8', 'vod/fmp4/master.m3u8', 'vod/aes/i.m3u8'])(
  'with `expand`, the first frame of %s costs one call',
  async (path) => {
    expand = true;
    expect(await callsToFirstSegment(path)).toBe(1);
  },
);

test('without, it costs one a level', async () => {
  expand = false;
  expect(await callsToFirstSegment('vod/ts/master.m3u8')).toBeGreaterThan(1);
});
