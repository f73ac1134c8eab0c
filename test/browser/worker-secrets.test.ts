import { readFileSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OwnProfiles } from '../support/chromium.mjs';
import { openChromium } from '../support/chromium.mjs';
import { runIn } from '../support/engines.ts';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import { mediaPage } from '../support/media-page.ts';

const film = readFileSync(new URL('../media/v.mp4', import.meta.url));

/** A request as access logs keep it. */
interface Logged {
  readonly server: 'page' | 'edge';
  readonly method: string;
  readonly url: string;
  readonly referer: string | null;
  readonly origin: string | null;
  readonly authorization: string | null;
}

describe('what the token worker tells of its settings (Chromium)', () => {
  let log: Logged[];
  let site: Listening;
  let edge: Listening;
  let browser: OwnProfiles;
  let context: BrowserContext;
  let page: Page;
  /** Status with which the endpoint answers. */

  const keep = (server: Logged['server'], { method, url, headers }: Request): void => {
    const [referer, origin, authorization] = ['referer', 'origin', 'authorization'].map((name) => headers.get(name));
    log.push({ server, method, url, referer: referer!, origin: origin!, authorization: authorization! });
  };

  beforeAll(async () => {
    const part = (request: Request): Response => {
      const [, start, end] = /^bytes=(\d+)-(\d*)/.exec(request.headers.get('range') ?? '') ?? [];
      const cors = {
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'Content-Range, Content-Length, Accept-Ranges, ETag',
      };
      if (start === undefined) return new Response(film, { headers: { ...cors, 'content-type': 'video/mp4' } });
      const last = Math.min(end ? Number(end) : Infinity, film.length - 1);
      const headers = {
        ...cors,
        'content-type': 'video/mp4',
        'accept-ranges': 'bytes',
        'content-range': `bytes ${start}-${last}/${film.length}`,
      };
      return new Response(film.subarray(Number(start), last + 1), { status: 206, headers });
    };
    edge = await listen(async (request) => {
      keep('edge', request);
      return part(request);
    });
    const pages = mediaPage({ version: () => '1', edge: edge.origin });
    site = await listen(async (request) => {
      keep('page', request);
      const { pathname } = new URL(request.url);
      if (pathname !== '/token') return pathname === '/film.mp4' ? part(request) : pages(pathname);
      const { urls } = (await request.json()) as { urls: string[] };
      const tokens = urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 'token' } }));
      return Response.json({ tokens });
    });
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), edge.close()]);
  });
  beforeEach(async () => {
    log = [];
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(site.origin);
  });
  afterEach(() => context.close());

  const run = <T>(body: string, args: unknown = null): Promise<T> => runIn<T>(page, body, args);
  /**
   * Registers the worker with `options` (a text that is evaluated), and plays; returns all the URLs of workers that
   * scripts see.
   */
  const play = (
    options: string,
    file = `${edge.origin}/film.mp4`,
  ): Promise<{ scripts: string[]; pageSigns: boolean }> =>
    run(
      `window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', ${options}));
      await until(() => worker.controls);
      Object.assign(video, { crossOrigin: 'anonymous', src: args.file });
      await until(() => video.readyState > 2 || video.error);
      if (video.error) throw new Error(video.error.message);
      const { active, installing, waiting } = worker.registration;
      const workers = [navigator.serviceWorker.controller, active, installing, waiting];
      const scripts = workers.flatMap((it) => it?.scriptURL ?? []);
      return { scripts, pageSigns: !!worker.source };`,
      { file, edge: `${edge.origin}/`, site: `${site.origin}/` },
    );
  const calls = (): Logged[] => log.filter(({ url }) => new URL(url).pathname === '/token');
  const media = (): Logged[] => log.filter(({ url }) => url.includes('film.mp4'));

  it.each([
    ['headers', `{ endpoint: '/token', protect: args.edge, request: { headers: { authorization: 'Bearer SECRET' } } }`],
    ['an endpoint with a query', `{ endpoint: '/token?key=SECRET', protect: args.edge }`],
  ])(
    '%s: nothing is registered; by a token source the page signs, and no URL or Referer holds the secret',
    async (name, options) => {
      const refused = await run<unknown[]>(
        `const error = await SecureTokenWorker.registerTokenWorker('/token-worker.js', ${options}).catch((it) => it);
      return [error.code, error.message.includes('SECRET'), (await navigator.serviceWorker.getRegistrations()).length];`,
        { edge: `${edge.origin}/` },
      );
      expect(refused).toEqual(['ERR_OPTIONS', false, 0]);
      const { scripts, pageSigns } = await play(`SecureTokenWorker.createTokenSource(${options})`);
      expect(pageSigns).toBe(true);
      expect(scripts.length).toBeGreaterThan(0);
      expect(scripts.join()).not.toContain('SECRET');
      // the query of the endpoint is its own
      const logged = log.filter(({ url }) => new URL(url).pathname !== '/token');
      expect(JSON.stringify(logged)).not.toContain('SECRET');
      expect(log.map(({ referer }) => referer).join()).not.toContain('SECRET');
      expect(calls().length).toBeGreaterThan(0);
      if (name.startsWith('headers'))
        expect(calls().map(({ authorization }) => authorization)).toContain('Bearer SECRET');
      expect(media().map(({ url }) => new URL(url).search)).toContain('?st=token');
    },
  );

  it('asked by the worker itself, the endpoint and the edge hear nothing of its URL', async () => {
    for (const file of [`${edge.origin}/film.mp4`, `${site.origin}/film.mp4`]) {
      const options = `{
        endpoint: '/token',
        protect: [args.edge, args.site + 'film.mp4'],
        renewBefore: 5,
        request: { credentials: 'include' },
      }`;
      const { scripts, pageSigns } = await play(options, file);
      expect(pageSigns).toBe(false);
      expect(scripts[0]).toContain('renewBefore');
      expect(calls().length).toBeGreaterThan(0);
      expect(calls().map(({ referer }) => referer)).toEqual(calls().map(() => null));
      // what tells an endpoint of a forged call
      expect(calls().map(({ origin }) => origin)).toEqual(calls().map(() => site.origin));
      expect(media().map(({ url }) => new URL(url).search)).toContain('?st=token');
      expect(log.map(({ referer }) => referer).join()).not.toContain('secure-token');
    }
  });
});
