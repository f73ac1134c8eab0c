import { expect, test, vi } from 'vitest';
import { stageFor } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };
const hls = (stage: Stage, asset: string): { src: string; type: string } => ({
  src: stage.url('exact', asset),
  type: 'application/x-mpegURL',
});

test.concurrent(
  'two players share a source: one call for both, also if one is disposed of while both wait',
  async (context) => {
    const stage = await stageFor(context, { signer: { delay: 1 } });
    const player = await openVideojs(stage, 'open', { path, tokens: false });
    await player.page.evaluate(
      ({ endpoint, source }) => {
        const shared = window.videojsSecureToken.createTokenSource(endpoint);
        const [other] = window.players;
        const gone = window.videojs(document.body.appendChild(document.createElement('video')), { muted: true });
        for (const each of [gone, other!]) {
          each.secureToken(shared);
          each.src(source);
        }
        setTimeout(() => gone.dispose(), 500);
      },
      { endpoint: stage.signer.endpoint('exact'), source: hls(stage, path) },
    );
    await player.until(({ readyState, src }) => src === hls(stage, path).src && readyState > 2);
    expect(stage.signer.calls.filter(({ urls }) => urls.includes(hls(stage, path).src))).toHaveLength(1);
    await player.play();
    expect(await player.until(({ currentTime }) => currentTime > 1)).toMatchObject(fine);
  },
);

test.concurrent('two players on a page, five assets one after the other, a token each', async (context) => {
  const stage = await stageFor(context);
  const player = await openVideojs(stage, 'exact', { path, form: 'plugins' });
  await player.page.evaluate(
    ({ src, endpoint }) => {
      const element = document.body.appendChild(document.createElement('video'));
      element.muted = true;
      const second = window.videojs(element, {
        plugins: { secureToken: endpoint },
        sources: [{ src, type: 'application/x-mpegURL' }],
      });
      window.players.push(second);
      void Promise.resolve(second.play()).catch(() => undefined);
    },
    { src: stage.url('query', 'vod/aes/i.m3u8'), endpoint: stage.signer.endpoint('query') },
  );
  const assets = { 'ts/master.m3u8': '', 'aes/i.m3u8': '', 'dash/template.mpd': 'application/dash+xml', 'v.mp4': '' };
  for (const [asset, type] of Object.entries(assets)) {
    await player.page.evaluate(
      (source) => {
        window.seen.loads = 0;
        window.players[0]!.src(source);
        // another source may interrupt it
        void Promise.resolve(window.players[0]!.play()).catch(() => undefined);
      },
      { src: stage.url('exact', `vod/${asset}`), type },
    );
    // until then, the state is that of the source before
    await player.page.waitForFunction(() => window.seen.loads > 0, undefined, { timeout: 60_000 });
    const isPlaying = await player.until(
      ({ src, currentTime, readyState }) => src.endsWith(asset) && readyState > 2 && currentTime > 0.3,
    );
    expect(isPlaying).toMatchObject(fine);
  }
  await player.page.waitForFunction(() => window.players[1]!.currentTime()! > 1, undefined, { timeout: 60_000 });
  expect(await stage.refusals()).toEqual([]);
  // a token of the one is not for the other
  expect(
    stage.signer.calls.flatMap(({ carrier, urls }) => urls.filter((url) => !url.includes(`/${carrier}/`))),
  ).toEqual([]);
});

test.concurrent(
  'the script twice, an element <video-js>, without options, created, disposed of and created again at once',
  async (context) => {
    const stage = await stageFor(context);
    const player = await openVideojs(stage, 'open', { path, tokens: false });
    await player.page.addScriptTag({ url: '/packages/videojs/dist/videojs-secure-token.min.js?again' });
    const thrown = await player.page.evaluate(
      ({ endpoint, source }) => {
        window.players[0]!.dispose();
        const create = (): (typeof window.players)[0] => {
          const element = document.body.appendChild(document.createElement('video-js'));
          return window.videojs(element, { muted: true, preload: 'auto' });
        };
        create().dispose();
        const player = (window.players[0] = create());
        const codes: string[] = [];
        for (const options of [undefined, {}]) {
          try {
            player.secureToken(options);
          } catch (error) {
            codes.push((error as { code: string }).code);
          }
        }
        player.secureToken(endpoint);
        player.src(source);
        return codes;
      },
      { endpoint: stage.signer.endpoint('exact'), source: hls(stage, path) },
    );
    expect(thrown).toEqual(['ERR_OPTIONS', 'ERR_OPTIONS']);
    await player.until(({ readyState, src }) => src === hls(stage, path).src && readyState > 2);
    await player.page.evaluate(() => void window.players[0]!.play());
    expect(await player.until(({ currentTime }) => currentTime > 1)).toMatchObject(fine);
  },
);

test.concurrent(
  'seeks, sources in quick succession, and dispose while requests wait leave nothing behind',
  async (context) => {
    const stage = await stageFor(context, { signer: { ttl: 3, delay: 0.3 } });
    const player = await openVideojs(stage, 'exact', { path });
    await player.play();
    for (const at of [15, 3, 18]) {
      await player.page.evaluate((time) => window.players[0]!.currentTime(time), at);
      await player.page.waitForTimeout(150);
    }
    const assets = ['vod/aes/i.m3u8', 'vod/range/i.m3u8', 'vod/ts/master.m3u8'];
    await player.page.evaluate(
      (sources) => {
        for (const source of sources) window.players[0]!.src(source);
        Promise.resolve(window.players[0]!.play()).catch(() => undefined);
      },
      assets.map((asset) => hls(stage, asset)),
    );
    const seen = await player.until(({ currentTime, src }) => src.includes('/ts/') && currentTime > 1);
    expect(seen).toMatchObject(fine);
    stage.signer.delay = 1;
    const calls = stage.signer.calls.length;
    await player.page.evaluate((source) => window.players[0]!.src(source), hls(stage, assets[0]!));
    await vi.waitFor(() => expect(stage.signer.calls.length).toBeGreaterThan(calls), { timeout: 60_000 });
    await player.page.evaluate(() => window.players[0]!.dispose());
    // as the browser sends them: the edge may get one of the source before a moment later
    const sent = player.requests.length;
    // answers come to a player that has gone
    await vi.waitFor(() => expect(stage.signer.calls.every(({ status }) => status > 0)).toBe(true), {
      timeout: 60_000,
    });
    await player.page.waitForTimeout(500);
    const left = await player.page.evaluate(() => {
      const { timers, listeners, rejections } = window.recording;
      const ours = [...timers.values(), ...listeners.values()].filter((at) => at.includes('videojs-secure-token'));
      return [...ours, ...rejections];
    });
    expect([left, player.pageErrors, player.requests.slice(sent), await stage.refusals()]).toEqual([[], [], [], []]);
  },
);
