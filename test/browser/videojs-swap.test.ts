import { expect, test } from 'vitest';
import { filmPath as path, filmStage as stageFor, openExpired } from '../support/film-stage.ts';
import type { VideojsPage } from '../support/videojs-player.ts';

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
      // the browser rejects it when the source is replaced
      Promise.resolve(window.players[0]!.play()).catch(() => undefined);
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
