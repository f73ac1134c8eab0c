import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { createStage, stageFor } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

/**
 * The stage of the tests that do not ask what was refused. A token that ends while a file is read is refused once, and
 * the plugin replaces it.
 */
let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 3, transit: 0 } });
});
afterAll(() => stage.dispose());

const native = { html5: { vhs: { overrideNative: false } } };
test.concurrent.each(['exact', 'query', 'path', 'cookie'] as const)(
  'MP4 plays to the end, and its source is told as it was given: %s',
  async (carrier) => {
    const player = await openVideojs(stage, carrier, { path: 'vod/v.mp4', form: 'plugins' });
    await player.play(4);
    const seen = await player.until(({ ended }) => ended);
    expect(seen).toMatchObject({ error: null, pageErrors: [], rate: 4, src: stage.url(carrier, 'vod/v.mp4') });
    await player.close();
  },
);

test.concurrent.for([
  ['an attribute', { form: 'element', attributes: { crossorigin: 'anonymous', preload: 'none' } }],
  ['an option, before src()', { form: 'call', options: { crossOrigin: 'anonymous' } }],
] as const)(
  'a cookie goes with the media and with its tracks in CORS mode, given as %s',
  async ([, { form, ...given }], context) => {
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openVideojs(stage, 'cookie', {
      path: 'vod/v.mp4',
      form,
      ...given,
      options: { ...('options' in given && given.options), html5: { nativeTextTracks: true } },
    });
    await player.play();
    await player.page.evaluate(
      (src) => {
        const { track } = window.players[0]!.addRemoteTextTrack(
          { src, kind: 'subtitles', srclang: 'en' },
          false,
        ) as unknown as { track: TextTrack };
        track.mode = 'showing';
      },
      stage.url('cookie', 'vod/v.vtt'),
    );
    await player.until(({ cues }) => cues === 10);
    await player.page.evaluate(() => {
      const media = (window.players[0]!.tech(true) as unknown as { el(): HTMLVideoElement }).el();
      media.load();
    });
    expect(await player.until(({ readyState }) => readyState > 2)).toMatchObject({ error: null, pageErrors: [] });
    expect(await player.page.evaluate(() => window.players[0]!.crossOrigin())).toBe('use-credentials');
    expect(await stage.refusals()).toEqual([]);
    await player.close();
  },
);

test.concurrent('a source that may not be played is not asked for, and the viewer reads why', async (context) => {
  const denied = await stageFor(context, { signer: { denies: () => true } });
  const player = await openVideojs(denied, 'query', { path: 'vod/v.mp4', form: 'plugins' });
  const { error } = await player.until(({ error }) => !!error);
  expect(error).toEqual({ code: 2, message: 'You are not allowed to watch this video.' });
  expect([...denied.edge.requests, ...((await denied.nginx?.log()) ?? [])]).toEqual([]);
});

test.concurrent.each([true, false])('HLS with overrideNative: %s', async (overrideNative) => {
  const player = await openVideojs(stage, 'path', {
    path: 'vod/ts/lo/i.m3u8',
    form: 'plugins',
    options: { html5: { vhs: { overrideNative } } },
  });
  await player.play(2);
  const seen = await player.until(({ ended }) => ended);
  expect(seen).toMatchObject({ error: null, pageErrors: [], src: stage.url('path', 'vod/ts/lo/i.m3u8') });
  expect(await player.page.evaluate(() => !!(window.players[0]!.tech(true) as unknown as { vhs?: object }).vhs)).toBe(
    overrideNative,
  );
  await player.close();
});

test.concurrent('a native player that cannot send the token says so', async () => {
  const player = await openVideojs(stage, 'header', { path: 'vod/ts/lo/i.m3u8', form: 'plugins', options: native });
  const { error } = await player.until((seen) => !!seen.error);
  expect(error).toEqual({ code: 2, message: 'This video cannot be played: no valid token.' });
  await player.close();
});
