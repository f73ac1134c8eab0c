import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { listen } from '../support/listen.ts';
import { hasMovableNginx } from '../support/nginx.ts';
import { createOrigins } from '../support/origins.ts';
import type { Player } from '../support/players.ts';
import { hlsjs } from '../support/players.ts';
import { stageFor } from '../support/stage.ts';
import { told, unnoticed, watch } from '../support/viewer.ts';

/** An app that does more with hls.js than the README. */
const app = (play: string): Player => ({
  ...hlsjs,
  play: `const watches = (hls, src, element) => {
      hls.on(Hls.Events.ERROR, (_, { fatal, details }) => fatal && seen.failures.push(details));
      hls.loadSource(src);
      hls.attachMedia(element);
      element.play().catch(() => undefined);
    };
    ${play}`,
});

/** A server of somebody else with the media of the tests; resolves to its origin and its requests. */
async function startElsewhere(): Promise<{ origin: string; requests: Request[] }> {
  const files = createVodOrigin({ root: new URL('../media', import.meta.url).pathname });
  const requests: Request[] = [];
  const server = await listen(async (request) => {
    requests.push(request);
    const response = await files(request);
    response.headers.set('Access-Control-Allow-Origin', '*');
    return response;
  });
  onTestFinished(() => server.close());
  return { origin: server.origin, requests };
}

const playlist = (...lines: string[]): string =>
  ['#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-TARGETDURATION:2', ...lines, '#EXT-X-ENDLIST', ''].join('\n');
/** What becomes of the token of a playlist that is reloaded: on a busy machine it may have ended before. */
const RENEWED = ['tokenrenewed expiring', 'tokenrenewed expired'];
const START = '2026-01-01T00:00:00.000Z';
const BREAK = `#EXT-X-DATERANGE:ID="break",CLASS="com.apple.hls.interstitial",START-DATE="${START}",CUE="PRE"`;

describe.concurrent('an app with hls.js', () => {
  test('two players share a source: one call serves both', async (context) => {
    // long enough for both to ask meanwhile
    const stage = await stageFor(context, { signer: { delay: 2 } });
    const both = app(`const source = follow(SecureTokenHls.createTokenSource(args.tokens));
      window.second = document.body.appendChild(Object.assign(document.createElement('video'), { muted: true }));
      for (const element of [video, second]) {
        const hls = new Hls();
        SecureTokenHls.secureToken(hls, source);
        watches(hls, args.src, element);
      }`);
    const viewer = await watch(stage, both, { carrier: 'query' });
    await viewer.run('await until(() => video.currentTime > 1 && second.currentTime > 1)');
    expect(await viewer.look()).toMatchObject(unnoticed);
    expect(stage.signer.calls.map(({ reason }) => reason)).toEqual(['initial']);
  });

  test('Hls.DefaultConfig: a player that knows nothing of tokens is signed, and so is its next film', async (context) => {
    const stage = await stageFor(context);
    const unaware = app(`Hls.DefaultConfig = { ...Hls.DefaultConfig, ...SecureTokenHls.secureTokenConfig(args.tokens) };
      window.hls = new Hls();
      watches(hls, args.src, video);`);
    const viewer = await watch(stage, unaware);
    await viewer.until(({ currentTime }) => currentTime > 1);
    await viewer.run('video.autoplay = true; hls.loadSource(args.next); await until(() => video.currentTime < 1)', {
      next: stage.url('exact', 'vod/aes/i.m3u8'),
    });
    await viewer.until(({ currentTime }) => currentTime > 1);
    expect(await viewer.look()).toMatchObject({ failures: [], uncaught: [] });
    expect(await stage.refusals()).toEqual([]);
  });

  test('its xhrSetup, its loaders and CMCD keep working, and each request has one token', async (context) => {
    const stage = await stageFor(context, { nginx: false });
    const own = app(`window.asked = [];
      const Own = class extends Hls.DefaultConfig.loader {
        load(context, ...rest) {
          asked.push(context.url);
          super.load(context, ...rest);
        }
      };
      const xhrSetup = (xhr, url) => {
        xhr.open('GET', url, true);
        xhr.setRequestHeader('x-token', 'of the app');
      };
      const cmcd = { sessionId: 'session-1', contentId: 'film-1' };
      const hls = new Hls({ xhrSetup, cmcd, fLoader: Own, pLoader: Own });
      SecureTokenHls.secureToken(hls, args.tokens);
      watches(hls, args.src, video);`);
    const viewer = await watch(stage, own);
    await viewer.until(({ currentTime }) => currentTime > 1);
    const { requests } = stage.edge;
    expect(requests.length).toBeGreaterThan(6);
    expect(requests.map(({ headers }) => headers.get('x-token'))).toEqual(requests.map(() => 'of the app'));
    for (const { url } of requests) expect(url).toMatch(/^[^?]+\?CMCD=[^&]+&st=[\w-]{22}&e=\d+$/);
    for (const url of await viewer.run<string[]>('return asked')) expect(url).toContain('st=');
    expect(await stage.refusals()).toEqual([]);
  });

  test('progressive: requests by fetch are signed, and refusals are replayed', async (context) => {
    const stage = await stageFor(context, { edge: { refuseEvery: 4 } });
    const viewer = await watch(stage, hlsjs, {
      path: 'vod/ts/master.m3u8',
      args: { spies: true, config: { progressive: true } },
    });
    await viewer.until(({ currentTime }) => currentTime > 0);
    await viewer.run('video.playbackRate = 3');
    const seen = await viewer.until(({ ended }) => ended);
    expect(seen).toMatchObject(unnoticed);
    expect(told(seen)).toContain('tokenrenewed refused');
    const types = await viewer.run<string[]>(`return performance.getEntriesByType('resource').flatMap(
      ({ name, initiatorType }) => (name.includes('.ts') ? [initiatorType] : []))`);
    expect(new Set(types)).toEqual(new Set(['fetch']));
  });

  test('an advertisement: what lies at this CDN is signed, another host gets no token, and the endpoint never hears of it', async (context) => {
    const ads = await startElsewhere();
    const segments = Array.from({ length: 10 }, (_, index) => `#EXTINF:2,\nts/lo/s00${index}.ts`);
    const origin = createOrigins({
      '/vod/film.m3u8': () =>
        playlist(
          `#EXT-X-PROGRAM-DATE-TIME:${START}`,
          `${BREAK},DURATION=4,X-RESUME-OFFSET=0,X-ASSET-LIST="list.json"`,
          ...segments,
        ),
      '/vod/list.json': ({ url }) =>
        JSON.stringify({ ASSETS: [{ URI: new URL('/exact/vod/ad.m3u8', url).href, DURATION: 4 }] }),
      '/vod/ad.m3u8': () =>
        playlist('#EXTINF:2,\nts/lo/s008.ts', `#EXTINF:2,\n${ads.origin}/ts/lo/s009.ts?campaign=a~b`),
    });
    const stage = await stageFor(context, { origin });
    const viewer = await watch(stage, hlsjs, { path: 'vod/film.m3u8' });
    await viewer.run(`let hasEnded = false;
      hls.on(Hls.Events.INTERSTITIAL_ENDED, () => (hasEnded = true));
      await until(() => hasEnded && hls.interstitialsManager.primary.currentTime > 1);`);
    expect(await viewer.look()).toMatchObject({ failures: [], uncaught: [] });
    expect(ads.requests.map(({ url }) => url)).toEqual([`${ads.origin}/ts/lo/s009.ts?campaign=a~b`]);
    expect(stage.signer.calls.flatMap(({ urls }) => urls).filter((url) => !url.startsWith(stage.cdn))).toEqual([]);
    const asked = stage.edge.requests.map(({ path }) => path);
    expect(asked).toEqual(expect.arrayContaining(['/vod/list.json', '/vod/ad.m3u8', '/vod/ts/lo/s008.ts']));
    expect(await stage.refusals()).toEqual([]);
  });

  test('a playlist redirected to a host without tokens: it plays, no event holds the token of the path, and that host gets none', async (context) => {
    const target = await startElsewhere();
    const origin = createOrigins({
      '/vod/ts/lo/i.m3u8': () =>
        new Response(null, { status: 302, headers: { location: `${target.origin}/ts/lo/i.m3u8` } }),
    });
    const stage = await stageFor(context, { origin });
    const viewer = await watch(stage, hlsjs, { carrier: 'path', path: 'vod/ts/lo/i.m3u8', args: { spies: true } });
    await viewer.until(({ currentTime }) => currentTime > 1);
    expect(await viewer.look()).toMatchObject(unnoticed);
    expect(target.requests.length).toBeGreaterThan(0);
    for (const { url } of target.requests) expect(url).toMatch(/\/ts\/lo\/\w+\.(m3u8|ts)$/);
  });

  test('CMCD reports to a collector of somebody else name segments, and no token', async (context) => {
    const reports: string[] = [];
    const collector = await listen(async (request) => {
      reports.push(`${request.url} ${request.headers.get('referer')} ${await request.text()}`);
      const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' };
      return new Response(null, { status: 204, headers });
    });
    onTestFinished(() => collector.close());
    const stage = await stageFor(context);
    const eventTargets = [{ url: `${collector.origin}/cmcd`, events: ['rr', 'ps', 't'], interval: 1 }];
    const cmcd = { version: 2, sessionId: 'session-1', contentId: 'film-1', eventTargets };
    await watch(stage, hlsjs, { carrier: 'query', args: { config: { cmcd } } });
    const isOfSegment = (report: string): boolean => /s00\d\.m4s/.test(report);
    // one comes some time after what it reports
    await vi.waitFor(() => expect(reports.filter(isOfSegment)).not.toEqual([]), { timeout: 60_000 });
    expect(reports.filter((report) => /[?&]st=|st%3D/.test(report))).toEqual([]);
  });

  test('live with keys: tokens are renewed, and a key is loaded once, not once a reload', async (context) => {
    let start = 0;
    const live = (): string => {
      start ||= Date.now();
      const first = Math.min(Math.floor((Date.now() - start) / 2000), 6);
      const segment = (index: number): string =>
        `#EXT-X-KEY:METHOD=AES-128,URI="aes/k${index >> 2}.bin",IV=0x${String(index).padStart(32, '0')}
#EXTINF:2,\naes/s00${index}.ts`;
      return playlist(`#EXT-X-MEDIA-SEQUENCE:${first}`, ...[0, 1, 2, 3].map((index) => segment(first + index))).replace(
        '#EXT-X-ENDLIST\n',
        '',
      );
    };
    const stage = await stageFor(context, { origin: createOrigins({ '/vod/live.m3u8': live }), signer: { ttl: 3 } });
    const viewer = await watch(stage, hlsjs, { path: 'vod/live.m3u8', args: { config: { liveSyncDurationCount: 2 } } });
    await viewer.until(({ currentTime }) => currentTime > 9);
    expect(await viewer.until((now) => RENEWED.some((each) => told(now).includes(each)))).toMatchObject(unnoticed);
    const keys = stage.edge.requests.map(({ path }) => path).filter((path) => path.endsWith('.bin'));
    expect(keys.slice(0, 2)).toEqual(['/vod/aes/k0.bin', '/vod/aes/k1.bin']);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await stage.refusals()).toEqual([]);
  });

  test('offline until its tokens are dead, then online: it goes on by itself', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const viewer = await watch(stage, hlsjs);
    await viewer.until(({ currentTime }) => currentTime > 1);
    await viewer.page.context().setOffline(true);
    await viewer.until(({ readyState }) => readyState < 3);
    await viewer.page.waitForTimeout(2000);
    await viewer.page.context().setOffline(false);
    const { uncaught } = await viewer.moves(4);
    expect(uncaught).toEqual([]);
    expect(await stage.refusals()).toEqual([]);
  });

  test('the clock of the viewer is five hours behind that of the edge: nothing happens', async (context) => {
    const stage = await stageFor(context, { movableClock: true, nginx: hasMovableNginx, signer: { ttl: 4 } });
    await stage.moveClock(18_000);
    const viewer = await watch(stage, hlsjs);
    const seen = await viewer.until(({ currentTime }) => currentTime > 6);
    expect(seen).toMatchObject(unnoticed);
    expect(told(seen).filter((each) => !each.startsWith('tokenrenewed'))).toEqual([]);
    // a token that looked dead from the start would be asked for at each request
    expect(stage.signer.calls.length).toBeLessThan(stage.edge.requests.length / 2);
    expect(await stage.refusals()).toEqual([]);
  });
});
