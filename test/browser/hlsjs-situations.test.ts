import { test, vi } from 'vitest';
import { stageFor } from '../support/stage.ts';

const fine = { faults: [], rejections: [], pageErrors: [], mediaError: undefined };

test.concurrent.for(['exact', 'query'] as const)(
  'offline until the tokens are dead, then online: it resumes by itself: %s',
  async (carrier, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 4 } });
    const config = { maxBufferLength: 4, maxMaxBufferLength: 4 };
    const player = await stage.open(carrier, 'film/ts/lo/i.m3u8', { config });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    await player.page.context().setOffline(true);
    const { currentTime } = await player.until(({ starved }) => starved.some(({ seconds }) => seconds > 4));
    await player.page.context().setOffline(false);
    const seen = await player.until((now) => now.currentTime > currentTime + 6);
    expect(seen.errors.filter(({ fatal }) => fatal)).toEqual([]);
    // whether it is renewed while offline depends on when the network went
    expect(seen.tokens.flatMap(({ code }) => code ?? []).filter((code) => code !== 'ERR_SIGNING_UNAVAILABLE')).toEqual(
      [],
    );
    expect(seen).toMatchObject({ rejections: [], pageErrors: [], mediaError: undefined });
    expect(await stage.refusals()).toEqual([]);
  },
);

test.concurrent('two players of the same asset share a source: one call serves both', async (context) => {
  const { expect } = context;
  // long enough for both to ask meanwhile
  const stage = await stageFor(context, { signer: { delay: 2 } });
  const player = await stage.open('query', 'vod/fmp4/master.m3u8');
  const second = player.page.evaluate(
    async (src) => {
      const video = document.body.appendChild(Object.assign(document.createElement('video'), { muted: true }));
      const hls = new window.Hls();
      window.SecureTokenHls.secureToken(hls, window.source!);
      hls.loadSource(src);
      hls.attachMedia(video);
      await video.play();
    },
    stage.url('query', 'vod/fmp4/master.m3u8'),
  );
  await Promise.all([second, player.play()]);
  expect(await player.until(({ currentTime }) => currentTime > 3)).toMatchObject(fine);
  expect(stage.edge.requests.filter(({ path }) => path.endsWith('master.m3u8'))).toHaveLength(2);
  expect(stage.signer.calls.map(({ reason }) => reason)).toEqual(['initial']);
});

test.concurrent('a live stream of which every third request is refused has no hole', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: { refuseEvery: 3 }, signer: { ttl: 5 } });
  const player = await stage.open('exact', 'live/master.m3u8');
  await player.play();
  const { currentTime } = await player.snapshot();
  const seen = await player.until((now) => now.currentTime > currentTime + 15);
  expect(seen).toMatchObject(fine);
  expect(seen.buffered).toHaveLength(1);
  const segments = stage.edge.refusals().filter(({ url }) => /\.(m4s|ts)/.test(url));
  expect(segments.length).toBeGreaterThan(1);
  // it plays on: the edge may have refused what the page does not know yet
  await vi.waitFor(
    async () => {
      const { tokens } = await player.snapshot();
      expect(tokens.filter(({ type }) => type === 'tokenrefused')).toHaveLength(stage.edge.refusals().length);
    },
    { timeout: 60_000, interval: 200 },
  );
});
