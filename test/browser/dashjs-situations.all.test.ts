import { describe, test } from 'vitest';
import type { DashVersion } from '../support/dashjs-player.ts';
import { fine, openDash } from '../support/dashjs-player.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

const HOUR_MS = 3_600_000;

describe.each<DashVersion>(['5.2', '5.0'])('dash.js %s', (version) => {
  test.concurrent.for<[Carrier, string]>([
    ['exact', 'vod/dash/template.mpd'],
    ['exact', 'vod/dash/index.mpd'],
    ['header', 'vod/dash/index.mpd'],
    ['cookie', 'vod/dash/template.mpd'],
    ['path', 'vod/dash/template.mpd'],
    ['open', 'vod/dash/template.mpd'],
  ])('plays to the end with tokens of five seconds: %s %s', async ([carrier, path], context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 5 } });
    const player = await openDash(stage, carrier, { version, path });
    await player.play(2);
    const seen = await player.until(({ ended }) => ended);
    expect(seen).toMatchObject({ ...fine, paused: true });
    expect(seen.urls.filter((url) => /[?&](st|e)=|\/path\/[\w-]{22}\//.test(url))).toEqual([]);
    expect(await stage.refusals()).toEqual([]);
  });

  test.concurrent(
    'a live stream read in chunks, every third request of which is refused, has no hole',
    async (context) => {
      const { expect } = context;
      const stage = await stageFor(context, { edge: { refuseEvery: 3 }, signer: { ttl: 5 } });
      const player = await openDash(stage, 'exact', { version, path: 'dashlive/chunked.mpd' });
      await player.play();
      const { currentTime } = await player.snapshot();
      const seen = await player.until((now) => now.currentTime > currentTime + 12);
      expect(seen).toMatchObject({ ...fine, parts: 1 });
      expect(stage.edge.refusals().filter(({ url }) => url.includes('.m4s')).length).toBeGreaterThan(1);
      expect(seen.requests.filter(({ status }) => status !== 200)).toEqual([]);
    },
  );

  test.concurrent('the viewer has paused for longer than the tokens live: a seek costs one call', async (context) => {
    const { expect } = context;
    const TTL = 3;
    const stage = await stageFor(context, { signer: { ttl: TTL } });
    const player = await openDash(stage, 'query', { version });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    await player.page.evaluate(() => window.dashPlayer.pause());
    // what was attached before the pause is renewed once more
    await player.until(() => Date.now() - stage.signer.calls.at(-1)!.at > (TTL + 2) * 1000);
    const calls = stage.signer.calls.length;
    await player.page.evaluate(() => {
      window.dashPlayer.seek(14);
      window.dashPlayer.play();
    });
    const seen = await player.until(({ currentTime }) => currentTime > 14.5);
    expect(seen).toMatchObject({ errors: [], rejections: [] });
    expect(stage.signer.calls[calls]!.reason).toBe('expired');
    expect(await stage.refusals()).toEqual([]);
  });

  test.concurrent.for([-5 * HOUR_MS, 5 * HOUR_MS])(
    'the clock of the viewer is wrong by %d ms',
    async (clockOffsetMs, context) => {
      const { expect } = context;
      const stage = await stageFor(context, { signer: { ttl: 4 } });
      const player = await openDash(stage, 'query', { version, path: 'dashlive/index.mpd', clockOffsetMs });
      await player.play();
      const { currentTime } = await player.snapshot();
      expect(await player.until((now) => now.currentTime > currentTime + 5)).toMatchObject(fine);
      expect(await stage.refusals()).toEqual([]);
    },
  );

  test.concurrent('two players of the same asset share a source: one call serves both', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { delay: 2 } });
    const player = await openDash(stage, 'query', { version });
    await player.page.evaluate(
      (src) => {
        const video = document.body.appendChild(Object.assign(document.createElement('video'), { muted: true }));
        const second = window.dashjs.MediaPlayer().create();
        window.SecureTokenDash.secureToken(second, window.dashSource!);
        second.initialize(video, src, true);
      },
      stage.url('query', 'vod/dash/template.mpd'),
    );
    await player.play();
    expect(await player.until(({ currentTime }) => currentTime > 3)).toMatchObject(fine);
    await player.page.waitForFunction(() => document.querySelectorAll('video')[1]!.currentTime > 0);
    expect(stage.signer.calls.map(({ reason }) => reason)).toEqual(['initial']);
  });

  test.concurrent.for(['before', 'initialized', 'late', 'later'] as const)(
    'the plugin comes %s the source',
    async (form, context) => {
      const { expect } = context;
      const stage = await stageFor(context);
      const player = await openDash(stage, 'query', { version, form });
      await player.play();
      expect(await player.until(({ currentTime }) => currentTime > 2)).toMatchObject(fine);
      if (form === 'before' || form === 'initialized') expect(await stage.refusals()).toEqual([]);
    },
  );
});
