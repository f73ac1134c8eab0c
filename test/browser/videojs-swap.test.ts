import { expect, test } from 'vitest';
import { filmPath as path, filmStage as stageFor, openExpired } from '../support/film-stage.ts';
import type { VideojsPage } from '../support/videojs-player.ts';
import { openVideojs } from '../support/videojs-player.ts';

/** Counts what Video.js and the app take for another source. */
const countLoads = (player: VideojsPage): Promise<void> =>
  player.page.evaluate(() => {
    const loads: string[] = [];
    Object.assign(window, { loads });
    window.players[0]!.on(['loadstart', 'volumechange', 'sourceset'], ({ type }: Event) => loads.push(type));
  });
const loadsOf = (player: VideojsPage): Promise<string[]> =>
  player.page.evaluate(() => (window as unknown as { loads: string[] }).loads);

test.concurrent.for([
  ['exact', false, '8.24'],
  ['query', true, '8.24'],
  ['path', true, '8.17'],
  ['cookie', false, '8.17'],
] as const)(
  'a seek outside the buffer after expiry goes on there, as it was: %s, tracks loaded by the browser: %s, Video.js %s',
  async ([carrier, nativeTextTracks, version], context) => {
    const stage = await stageFor(context);
    const player = await openExpired(stage, carrier, {
      version,
      options: { ...(nativeTextTracks && { crossOrigin: 'anonymous' }), html5: { nativeTextTracks } },
    });
    const calls = stage.signer.calls.length;
    await player.page.evaluate(
      (src) => {
        const [player] = window.players;
        const { track } = player!.addRemoteTextTrack({ src, kind: 'subtitles', srclang: 'en' }, false) as unknown as {
          track: TextTrack;
        };
        track.mode = 'showing';
        player!.playbackRate(1.5);
      },
      stage.url(carrier, 'vod/v.vtt'),
    );
    await player.until(({ cues }) => cues === 10);
    await countLoads(player);
    const asked = player.requests.length;
    await player.page.evaluate(() => {
      window.players[0]!.currentTime(16);
      void window.players[0]!.play();
    });
    const seen = await player.until(({ currentTime }) => currentTime > 16.5);
    expect(seen).toMatchObject({
      error: null,
      rate: 1.5,
      paused: false,
      src: stage.url(carrier, path),
      cues: 10,
      pageErrors: [],
    });
    const crossOrigin = await player.page.evaluate(() => document.querySelector('video')!.crossOrigin);
    expect(crossOrigin).toBe(nativeTextTracks ? 'anonymous' : null);
    expect(
      await player.page.evaluate(() =>
        Array.from(window.players[0]!.textTracks() as unknown as ArrayLike<TextTrack>, ({ mode }) => mode),
      ),
    ).toContain('showing');
    expect(await loadsOf(player)).toEqual([]);
    expect(player.requests.slice(asked).filter((url) => url.includes('film.mp4')).length).toBeGreaterThan(0);
    expect(stage.signer.calls.length, 'tokens after those that are dead').toBeGreaterThan(calls);
    await player.until(({ ended }) => ended);
  },
);

test.concurrent(
  'a paused viewer who seeks after expiry stays paused, and is neither muted nor shown the poster',
  async (context) => {
    const stage = await stageFor(context);
    const player = await openExpired(stage, 'query', { options: { autoplay: 'muted' } });
    await player.page.evaluate(() => window.players[0]!.muted(false));
    await player.until(({ paused }) => paused);
    await countLoads(player);
    const calls = stage.signer.calls.length;
    await player.page.evaluate(() => window.players[0]!.currentTime(16));
    const seen = await player.until(({ readyState }) => readyState > 1 && stage.signer.calls.length > calls);
    expect(seen).toMatchObject({ error: null, paused: true, currentTime: 16 });
    const { muted, started } = await player.page.evaluate(() => ({
      muted: window.players[0]!.muted(),
      started: window.players[0]!.hasClass('vjs-has-started'),
    }));
    expect({ muted, started, loads: await loadsOf(player) }).toEqual({ muted: false, started: true, loads: [] });
  },
);

test.concurrent.for(['play', 'pause', 'seek'] as const)(
  'what is asked for while the source is replaced counts: %s',
  async (what, context) => {
    const stage = await stageFor(context);
    const player = await openExpired(stage, 'query');
    await player.page.evaluate((asked) => {
      const [player] = window.players;
      const media = (player!.tech(true) as unknown as { el(): HTMLVideoElement }).el();
      media.addEventListener(
        'emptied',
        () => {
          if (asked === 'play') void player!.play();
          else if (asked === 'pause') player!.pause();
          else player!.currentTime(10);
        },
        { once: true },
      );
      player!.currentTime(16);
      if (asked !== 'play') void Promise.resolve(player!.play()).catch(() => undefined);
    }, what);
    const seen = await player.until(
      ({ currentTime, readyState }) =>
        readyState > 1 && (what === 'pause' || currentTime > (what === 'seek' ? 10.2 : 16.2)),
    );
    expect(seen).toMatchObject({ error: null, paused: what === 'pause', pageErrors: [] });
    if (what === 'pause') expect(seen.currentTime).toBeCloseTo(16, 0);
    if (what === 'seek') expect(seen.currentTime).toBeLessThan(16);
  },
);

test.concurrent.for(['play', 'play and pause', 'seek and play'] as const)(
  'what is asked of a player whose source was refused counts once it is replaced: %s',
  async (what, context) => {
    const stage = await stageFor(context);
    stage.edge.bandwidth = 0;
    stage.signer.delay = 1;
    const prefix = stage.url('query', 'vod/');
    const dead = { prefix, expires: Math.floor(Date.now() / 1000) + 600, query: { st: 'unknown', e: '1999999999' } };
    const player = await openVideojs(stage, 'query', { path, tokens: { tokens: [dead] } });
    // the element has failed by now, and the next token is a second away
    const promise = player.page.evaluate(
      (asked) =>
        new Promise<string>((resolve) => {
          const [player] = window.players;
          const ask = (): void => {
            if (asked === 'seek and play') player!.currentTime(8);
            Promise.resolve(player!.play()).then(
              () => resolve('plays'),
              (error: unknown) => resolve(String(error)),
            );
            if (asked === 'play and pause') player!.pause();
          };
          // the browser may have been faster than this script
          if (window.recording.tokens.some(({ type }) => type === 'tokenrefused')) ask();
          else player!.one('tokenrefused', ask);
        }),
      what,
    );
    // the page closes before it has an answer if what follows fails
    promise.catch(() => undefined);
    const seen = await player.until(
      ({ readyState, currentTime, paused }) =>
        // at the place of the seek it stands for a moment
        readyState > 2 && (what === 'play and pause' ? paused : currentTime > 0.3 && currentTime !== 8),
    );
    expect(seen).toMatchObject({ error: null, paused: what === 'play and pause', pageErrors: [] });
    expect(seen.tokens).toContainEqual(expect.objectContaining({ type: 'tokenrefused', status: 403 }));
    if (what === 'seek and play') expect(seen.currentTime).toBeGreaterThan(8);
    if (what !== 'play and pause') expect(await promise).toBe('plays');
  },
);

test.concurrent('nothing is replaced while the viewer is paused and asks for nothing', async (context) => {
  const stage = await stageFor(context);
  const player = await openExpired(stage, 'query');
  const { length } = stage.signer.calls;
  await player.page.evaluate(() => {
    const media = (window.players[0]!.tech(true) as unknown as { el(): HTMLVideoElement }).el();
    media.dispatchEvent(new Event('stalled'));
    media.currentTime = 0;
  });
  await player.until(({ currentTime, readyState }) => currentTime === 0 && readyState > 1);
  expect(stage.signer.calls.length).toBe(length);
});
