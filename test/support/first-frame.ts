import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { vi } from 'vitest';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import {
  createEdgeHandler,
  createSigningEndpoint,
  jsonForScript,
  azion,
  tokensFor,
} from '../../packages/server/src/index.ts';
import { openChromium } from './chromium.mjs';
import { listen } from './listen.ts';

/** Source of a player's tokens: no need of any, an endpoint that expands playlists, one that does not, or the page. */
type Start = 'unprotected' | 'expand' | 'endpoint' | 'tokens';

/** A player and the plugin, as a page has them. */
export interface PlayerScripts {
  readonly files: readonly string[];
  /** Plays `src` in `video`, with the plugin where it has `options` for it. */
  readonly code: string;
}

interface FirstFrame {
  /** Requests until the picture was there, in order: `token`, or a path. */
  readonly untilPicture: readonly string[];
  /** Returns everything that was asked for but tokens, sorted. */
  requests(): string[];
  /** `403 /vod/ts/master.m3u8` */
  readonly refusals: readonly string[];
}

const format = azion({ secret: 'a secret of the tests' });
const ttl = 300;

/** Matches all segments of a rendition but the first. */
const LATER = /\/s(?!0+\.)\d+\.\w+$/;

const pageOf = ({ files, code }: PlayerScripts, data: unknown): Response => {
  const scripts = files.map((path) => `<script>${readFileSync(path, 'utf8')}</script>`);
  const html = `<!doctype html><link rel="icon" href="data:,"><video muted></video>
<script type="application/json" id="data">${jsonForScript(data)}</script>
${scripts.join('')}
<script>
  const noted = () => (document.title = 'noted');
  document.addEventListener('loadeddata', () => fetch('/picture').then(noted), { capture: true, once: true });
  const { src, options } = JSON.parse(document.querySelector('#data').textContent);
  const video = document.querySelector('video');
  ${code}
</script>`;
  return new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8' } });
};

/**
 * Opens a page that plays `path`, on a server that is its endpoint and its edge, too; resolves at the first picture. Of
 * each rendition only the first segment is answered: what is before the picture and what after is no matter of speed.
 */
async function seeFirstFrame(
  { onTestFinished }: TestContext,
  scripts: PlayerScripts,
  path: string,
  start: Start,
): Promise<FirstFrame> {
  const origin = createVodOrigin({ root: new URL('../media', import.meta.url).pathname, base: '/vod/' });
  const edge = createEdgeHandler({ format, origin });
  // playlists are read past the list of what was asked for, through the same edge
  const expand = { fetch: (url: string): Promise<Response> => edge(new Request(url)), timeout: 60 };
  const asked: string[] = [];
  const refusals: string[] = [];
  let untilPicture: readonly string[] = [];
  let release!: () => void;
  const isOver = new Promise<void>((resolve) => (release = resolve));

  const page = async (base: string): Promise<Response> => {
    const src = `${base}/${path}`;
    const tokens = start === 'tokens' ? await tokensFor([src], { format, ttl, expand }) : undefined;
    return pageOf(scripts, { src, ...(start !== 'unprotected' && { options: { endpoint: '/token', tokens } }) });
  };
  const server = await listen(async (request) => {
    const { pathname, origin: base } = new URL(request.url);
    if (pathname === '/') return page(base);
    if (pathname === '/picture') {
      untilPicture = [...asked];
      return new Response(null, { status: 204 });
    }
    asked.push(pathname.slice(1));
    if (pathname === '/token') {
      const allow = `${base}/`;
      return createSigningEndpoint({
        format,
        authorize: () => true,
        allow,
        ttl,
        expand: start !== 'endpoint' && expand,
      })(request);
    }
    if (LATER.test(pathname)) await isOver;
    const response = await (start === 'unprotected' ? origin : edge)(request);
    if (!response.ok) refusals.push(`${response.status} ${pathname}`);
    return response;
  });
  const browser = await openChromium();
  const tab = await browser.newPage();
  onTestFinished(async () => {
    await browser.close();
    release();
    await server.close();
  });
  await tab.goto(server.origin);
  await tab.waitForFunction(() => document.title === 'noted', undefined, { timeout: 60_000 });
  return {
    untilPicture,
    requests: () => asked.filter((each) => each !== 'token').sort(),
    refusals,
  };
}

export const playlists = ['vod/ts/master.m3u8', 'vod/fmp4/master.m3u8', 'vod/aes/i.m3u8'];

/** The first picture of `path` costs so many calls, and else what it costs a player without tokens. */
export async function expectCalls(
  context: TestContext,
  scripts: PlayerScripts,
  path: string,
  { start, calls }: { start: Start; calls: number },
): Promise<void> {
  const { expect } = context;
  const see = (how: Start): Promise<FirstFrame> => seeFirstFrame(context, scripts, path, how);
  const [plain, signed] = await Promise.all([see('unprotected'), see(start)]);
  const { untilPicture } = signed;
  expect(untilPicture.filter((asked) => asked === 'token').length, untilPicture.join(' ')).toBe(calls);
  // nothing goes out before it
  if (calls > 0) expect(untilPicture[0]).toBe('token');
  // in the end each waits for what the server holds back
  await vi.waitFor(() => expect(signed.requests()).toEqual(plain.requests()), { timeout: 60_000 });
  expect(signed.refusals).toEqual([]);
}
