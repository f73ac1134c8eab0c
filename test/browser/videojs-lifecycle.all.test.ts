import { expect, test, vi } from 'vitest';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import { openVideojs } from '../support/videojs-player.ts';

const path = 'vod/fmp4/master.m3u8';

test('seeks, level switches, other sources and dispose while requests wait leave nothing behind', async () => {
  const stage = await createStage({ signer: { ttl: 3, delay: 0.3 } });
  const player = await openVideojs(stage, 'exact', { path });
  await player.play();
  for (const at of [15, 3, 11, 7, 18]) {
    await player.page.evaluate((time) => window.players[0]!.currentTime(time), at);
    await player.page.waitForTimeout(150);
  }
  await player.page.evaluate(() => {
    const { vhs } = window.players[0]!.tech(true) as unknown as {
      vhs: { representations(): { enabled(on: boolean): void }[] };
    };
    vhs.representations()[0]!.enabled(false);
  });
  await player.until(({ readyState }) => readyState > 2);
  await player.page.evaluate(
    (src) => {
      window.players[0]!.src({ src, type: 'application/x-mpegURL' });
      Promise.resolve(window.players[0]!.play()).catch(() => undefined);
    },
    stage.url('exact', 'vod/ts/master.m3u8'),
  );
  const seen = await player.until(({ currentTime, src }) => src.includes('/ts/') && currentTime > 1);
  expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
  // disposed of while the first requests of yet another source wait
  stage.signer.delay = 1;
  const calls = stage.signer.calls.length;
  await player.page.evaluate(
    (src) => window.players[0]!.src({ src, type: 'application/x-mpegURL' }),
    stage.url('exact', 'vod/aes/i.m3u8'),
  );
  await vi.waitFor(() => expect(stage.signer.calls.length).toBeGreaterThan(calls), { timeout: 60_000 });
  await player.page.evaluate(() => window.players[0]!.dispose());
  // as the browser sends them: the edge may get one of the source before a moment later
  const sent = player.requests.length;
  // answers come to a player that has gone
  await vi.waitFor(() => expect(stage.signer.calls.every(({ status }) => status > 0)).toBe(true), { timeout: 60_000 });
  await player.page.waitForTimeout(500);
  const [left, rejections] = await player.page.evaluate(() => {
    const ours = (where: string): boolean => where.includes('videojs-secure-token');
    const { timers, listeners, rejections } = window.recording;
    return [[...timers.values(), ...listeners.values()].filter(ours), rejections];
  });
  expect(left).toEqual([]);
  expect(rejections).toEqual([]);
  expect(player.pageErrors).toEqual([]);
  expect(player.requests.slice(sent)).toEqual([]);
  expect(await stage.refusals()).toEqual([]);
  await stage.dispose();
});

test('two players on a page, five assets one after the other, a token each', async () => {
  const stage = await createStage();
  const player = await openVideojs(stage, 'exact', { path, form: 'plugins' });
  await player.page.evaluate(
    ({ src, endpoint }) => {
      const element = document.createElement('video');
      element.className = 'video-js';
      element.muted = true;
      document.body.append(element);
      const second = window.videojs(element, {
        plugins: { secureToken: endpoint },
        sources: [{ src, type: 'application/x-mpegURL' }],
      });
      window.players.push(second);
      void Promise.resolve(second.play()).catch(() => undefined);
    },
    { src: stage.url('query', 'vod/aes/i.m3u8'), endpoint: stage.signer.endpoint('query') },
  );
  for (const asset of ['vod/ts/master.m3u8', 'vod/aes/i.m3u8', 'vod/dash/template.mpd', 'vod/v.mp4', path]) {
    const type = asset.endsWith('mpd')
      ? 'application/dash+xml'
      : asset.endsWith('mp4')
        ? 'video/mp4'
        : 'application/x-mpegURL';
    await player.page.evaluate(
      (source) => {
        window.seen.loads = 0;
        window.players[0]!.src(source);
        // another source may interrupt it
        void Promise.resolve(window.players[0]!.play()).catch(() => undefined);
      },
      { src: stage.url('exact', asset), type },
    );
    // until then, the state is that of the source before
    await player.page.waitForFunction(() => window.seen.loads > 0, undefined, { timeout: 60_000 });
    const seen = await player.until(
      ({ src, currentTime, readyState }) => src.endsWith(asset) && readyState > 2 && currentTime > 0.3,
    );
    expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
  }
  await player.page.waitForFunction(
    () => window.players[1]!.currentTime()! > 1 || window.players[1]!.error(),
    undefined,
    { timeout: 60_000 },
  );
  expect(await player.page.evaluate(() => window.players[1]!.error())).toBeNull();
  expect(await stage.refusals()).toEqual([]);
  // a token of the one is not for the other
  expect(
    stage.signer.calls.flatMap(({ carrier, urls }) => urls.filter((url) => !url.includes(`/${carrier}/`))),
  ).toEqual([]);
  await stage.dispose();
});

test('the bandwidth estimate is that of the stream without tokens, however slow the signing endpoint', async () => {
  const stage = await createStage({ signer: { delay: 1, ttl: 5 }, edge: { bandwidth: 60_000 } });
  /** The middle one of the estimates after each segment: a moment in which the machine was busy does not count. */
  const measure = async (carrier: Carrier): Promise<number> => {
    // Chromium would replace the estimate by its own below 10 Mbit/s
    const options = { html5: { vhs: { useNetworkInformationApi: false } } };
    const player = await openVideojs(stage, carrier, {
      path: 'vod/ts/lo/i.m3u8',
      options,
      tokens: carrier === 'exact' && { readAhead: 0 },
    });
    const estimates: number[] = [];
    await player.page.exposeFunction('note', (bandwidth: number) => estimates.push(bandwidth));
    await player.page.evaluate(() => {
      const tech = window.players[0]!.tech(true) as unknown as {
        vhs: { bandwidth: number };
        on(type: string, listener: () => void): void;
      };
      const { note } = window as unknown as { note(bandwidth: number): void };
      tech.on('bandwidthupdate', () => note(tech.vhs.bandwidth));
    });
    await player.play();
    expect(await player.until(({ ended }) => ended)).toMatchObject({ error: null, events: [] });
    await player.close();
    expect(estimates.length).toBeGreaterThan(5);
    return estimates.sort((a, b) => a - b)[Math.floor(estimates.length / 2)]!;
  };
  const [control, slow] = await Promise.all([measure('open'), measure('exact')]);
  console.log(
    `bandwidth estimate: ${Math.round(control)} without tokens, ${Math.round(slow)} with a wait of a second for each`,
  );
  await stage.dispose();
  // with the waits in it, it would be 0.6 of that beside it
  expect(slow / control).toBeGreaterThan(0.8);
  expect(slow / control).toBeLessThan(1.25);
});
