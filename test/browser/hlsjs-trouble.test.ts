import { test, vi } from 'vitest';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { listen } from '../support/listen.ts';
import { hasMovableNginx } from '../support/nginx.ts';
import { createOrigins } from '../support/origins.ts';
import { answersOfRefused } from '../support/refused-answers.ts';
import { stageFor } from '../support/stage.ts';

const path = 'vod/fmp4/master.m3u8';
const config = { maxBufferLength: 4, maxMaxBufferLength: 4 };
const fine = { faults: [], rejections: [], pageErrors: [], mediaError: undefined };

test.concurrent('every fifth request is refused: each is replayed once, and nobody sees it', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: { refuseEvery: 5 } });
  const player = await stage.open('exact', path, { config });
  await player.play(2);
  const seen = await player.until(({ ended }) => ended);
  expect(seen).toMatchObject({ ...fine, cues: 10 });
  const refusals = stage.edge.refusals().length;
  expect(refusals).toBeGreaterThan(4);
  expect(seen.tokens.filter(({ type }) => type === 'tokenrefused')).toHaveLength(refusals);
  expect(seen.tokens.filter(({ type }) => type === 'tokenerror')).toEqual([]);
  for (const statuses of await answersOfRefused(stage)) expect(statuses.join()).toMatch(/^(403,200,?)+$/);
  if (stage.nginx)
    await vi.waitFor(async () => expect((await stage.nginx!.refusals()).length).toBe(refusals), { timeout: 60_000 });
});

test.concurrent(
  'a token expires on its way to an edge that sends no CORS headers with its refusals: replayed, and nobody sees it',
  async (context) => {
    const { expect } = context;
    // the first request is held beyond the life of its token; the replay is not
    const stage = await stageFor(context, {
      edge: { corsOnRefusals: false, latency: 6 },
      signer: { ttl: 4, transit: 0 },
    });
    const player = await stage.open('query', path, { config });
    await vi.waitFor(() => expect(stage.edge.requests.length).toBeGreaterThan(0), { timeout: 30_000 });
    stage.edge.latency = 0;
    stage.signer.ttl = 60;
    await player.play();
    const seen = await player.until(({ currentTime }) => currentTime > 4);
    expect(seen).toMatchObject(fine);
    expect((await answersOfRefused(stage))[0]).toEqual([410, 200]);
    expect(seen.tokens.filter(({ type }) => type === 'tokenrefused').map(({ status }) => status)).toContain(0);
  },
);

test.concurrent.for([-18_000, 18_000])(
  'the clock of the viewer is %s s away from that of the edge: nothing happens',
  async (seconds, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { movableClock: true, nginx: hasMovableNginx, signer: { ttl: 6 } });
    await stage.moveClock(seconds);
    const player = await stage.open('exact', path, { config });
    // not faster, or what was read ahead would be used before it ends
    await player.play();
    const seen = await player.until(({ ended }) => ended);
    expect(seen).toMatchObject({ ...fine, cues: 10 });
    expect(seen.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
    // a token that looked dead from the start would be asked for at each request
    expect(stage.signer.calls.length).toBeLessThan(stage.edge.requests.length / 2);
    expect(await stage.refusals()).toEqual([]);
  },
);

test.concurrent.for(['exact', 'header'] as const)(
  'an ad from another host is asked for as it stands in the playlist, and the endpoint never hears of it: %s',
  async (carrier, context) => {
    const { expect } = context;
    const asked: Request[] = [];
    const files = createVodOrigin({ root: new URL('../media', import.meta.url).pathname });
    const ads = await listen(async (request) => {
      asked.push(request);
      const response = await files(request);
      response.headers.set('Access-Control-Allow-Origin', '*');
      return response;
    });
    context.onTestFinished(() => ads.close());
    const line = (index: number): string =>
      index === 2 || index === 3
        ? `#EXTINF:2,\n${ads.origin}/ts/lo/s00${index}.ts?campaign=a~b`
        : `#EXTINF:2,\nts/lo/s00${index}.ts`;
    const playlist = [
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      '#EXT-X-TARGETDURATION:2',
      ...[0, 1, 2, 3, 4, 5].map(line),
      '#EXT-X-ENDLIST',
      '',
    ].join('\n');
    const origins = createOrigins();
    const origin = (request: Request): Promise<Response> =>
      new URL(request.url).pathname === '/vod/film.m3u8'
        ? Promise.resolve(new Response(playlist, { headers: { 'Content-Type': 'application/vnd.apple.mpegurl' } }))
        : origins(request);
    const stage = await stageFor(context, { origin });
    const player = await stage.open(carrier, 'vod/film.m3u8');
    await player.play(4);
    const seen = await player.until(({ ended }) => ended);
    expect(seen).toMatchObject(fine);
    expect(asked.map(({ url, method }) => `${method} ${url}`)).toEqual(
      [2, 3].map((index) => `GET ${ads.origin}/ts/lo/s00${index}.ts?campaign=a~b`),
    );
    for (const { headers } of asked)
      expect([...headers.keys()].filter((name) => /token|expires|cookie|auth/.test(name))).toEqual([]);
    const urls = stage.signer.calls.flatMap((call) => call.urls);
    expect(urls.filter((url) => !url.startsWith(`${stage.cdn}/`))).toEqual([]);
    expect(await stage.refusals()).toEqual([]);
  },
);
