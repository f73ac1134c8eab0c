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
const hasToken = /st=|\/path\/[\w-]{22}\//;

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
  ['an option at creation', { form: 'plugins', options: { crossOrigin: 'anonymous' } }],
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

test.concurrent('a late answer for an older source does not replace the newer one', async () => {
  const player = await openVideojs(stage, 'query', { path: 'vod/v.mp4', tokens: false });
  await player.page.evaluate(
    ({ endpoint, slow, fast }) => {
      const player = window.players[0]!;
      const { createTokenSource } = window.videojsSecureToken;
      const source = createTokenSource({ endpoint });
      const sign = source.sign.bind(source);
      source.sign = async (url, options) => {
        if (url === slow) await new Promise((resolve) => setTimeout(resolve, 1000));
        try {
          return await sign(url, options);
        } finally {
          if (url === slow) setTimeout(() => Object.assign(window, { answered: true }));
        }
      };
      player.secureToken(source);
      player.src({ src: slow, type: 'video/mp4' });
      player.src({ src: fast, type: 'video/mp4' });
    },
    {
      endpoint: stage.signer.endpoint('query'),
      slow: stage.url('query', 'vod/slow.mp4'),
      fast: stage.url('query', 'vod/v.mp4'),
    },
  );
  await player.page.waitForFunction(() => 'answered' in window, undefined, { timeout: 60_000 });
  await player.play();
  const seen = await player.until(({ currentTime }) => currentTime > 0.5);
  expect(seen.src).toBe(stage.url('query', 'vod/v.mp4'));
  expect(player.requests.filter((url) => url.includes('slow.mp4'))).toEqual([]);
  await player.close();
});

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

test.concurrent.each([true, false])(
  'text tracks beside the media, loaded by the browser: %s',
  async (nativeTextTracks) => {
    const player = await openVideojs(stage, 'exact', { path: 'vod/v.mp4', options: { html5: { nativeTextTracks } } });
    await player.page.evaluate(
      (src) => {
        const { track } = window.players[0]!.addRemoteTextTrack(
          { src, kind: 'subtitles', srclang: 'en' },
          true,
        ) as unknown as { track: TextTrack };
        track.mode = 'showing';
        window.players[0]!.crossOrigin('anonymous');
      },
      stage.url('exact', 'vod/v.vtt'),
    );
    await player.play();
    const { cues } = await player.until((seen) => seen.cues > 0);
    expect(cues).toBe(10);
    const asked = player.requests.filter((url) => url.includes('v.vtt'));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((url) => !hasToken.test(url))).toEqual([]);
    await player.close();
  },
);

test.concurrent.for(['exact', 'path'] as const)(
  'a source in the page that may be loaded only now is not loaded without a token: %s',
  async (carrier, context) => {
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openVideojs(stage, carrier, {
      path: 'vod/v.mp4',
      form: 'element',
      options: { preload: 'auto' },
      attributes: { preload: 'none' },
    });
    await player.play();
    const asked = player.requests.filter((url) => url.includes('v.mp4'));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((url) => !hasToken.test(url))).toEqual([]);
    expect(await stage.refusals()).toEqual([]);
    expect(await player.snapshot()).toMatchObject({ error: null, pageErrors: [] });
    await player.close();
  },
);

test.concurrent('a native player that cannot send the token says so', async () => {
  const player = await openVideojs(stage, 'header', { path: 'vod/ts/lo/i.m3u8', form: 'plugins', options: native });
  const { error } = await player.until((seen) => !!seen.error);
  expect(error).toEqual({ code: 2, message: 'This video cannot be played: no valid token.' });
  await player.close();
});
