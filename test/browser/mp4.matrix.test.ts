import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { TRANSIT } from '../support/signer.ts';

/** Seconds that one frame lasts. */
const FRAME = 1 / 15;

/** By change of source; and through the token worker. */
const ways = {
  swap: '',
  worker: `window.worker = follow(
      await SecureTokenWorker.registerTokenWorker('/token-worker.js', { endpoint: '/token', protect: args.edge }));
    await until(() => worker.controls);`,
} as const;
type Way = keyof typeof ways;
const both = Object.keys(ways) as Way[];

/** Plays the film. */
const open = (way: Way): string => `${ways[way]}
  window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.film, '/token'));
  await start();`;
/** Longer than a token lives. Paused: on a busy machine the film would run dry, and have another token by then. */
const outlive = 'video.pause(); await sleep(3500);';

const urls = (stage: MediaStage): Record<string, string> => ({
  film: stage.url('film.mp4'),
  short: stage.url('short.mp4'),
  edge: `${stage.edge}/`,
});

describeMedia('MP4', (engine, it) => {
  it('by change of source: seeks past the end of its tokens, to the frame, with everything as it was', async ({
    stage,
    tab,
  }) => {
    stage.network.rate = 1_000_000;
    const { offsets, state, swaps, errors, failures } = await tab.run<{
      offsets: number[];
      state: unknown[];
      swaps: unknown[];
      errors: number;
      failures: string[];
    }>(
      `${open('swap')}
      const track = video.addTextTrack('subtitles', 'words', 'en');
      track.mode = 'hidden';
      Object.assign(video, { playbackRate: 1.5, volume: 0.25, loop: true });
      const offsets = [];
      for (const time of [100, 450]) {
        await sleep(3500);
        video.pause();
        await sleep(100);
        await seek(time);
        offsets.push(Math.abs(video.currentTime - time));
        await start();
      }
      const { playbackRate, volume, loop, paused } = video;
      return { ...seen, offsets, state: [playbackRate, volume, loop, paused, track.mode, secure.via] };`,
      urls(stage),
    );
    expect(errors).toBe(0);
    expect(failures).toEqual([]);
    expect(state).toEqual([1.5, 0.25, true, false, 'hidden', 'swap']);
    expect(Math.max(...offsets)).toBeLessThan(FRAME);
    expect(swaps.length).toBeGreaterThan(0);
  });

  it('through the worker: seeks past the end of its tokens without a refusal, an error or a change of source', async ({
    stage,
    tab,
  }) => {
    stage.signer.transit = TRANSIT;
    stage.network.rate = 500_000;
    const seen = await tab.run(
      `${open('worker')}
      for (const time of [100, 450, 50]) {
        await sleep(2500);
        await seek(time);
      }
      await moves(1);
      const { errors, mediaErrors, swaps } = seen;
      return { errors, mediaErrors, swaps, via: secure.via, src: video.src };`,
      urls(stage),
    );
    expect(seen).toEqual({ errors: 0, mediaErrors: [], swaps: [], via: 'worker', src: stage.url('film.mp4') });
    expect(await stage.refusals()).toBe(0);
    expect(stage.signer.calls.length).toBeGreaterThan(1);
  });

  it.for(both)(
    'the secret is rotated: a seek has its picture, and nobody sees a refusal (%s)',
    async (way, { stage, tab }) => {
      stage.signer.ttl = 600;
      stage.network.rate = 1_000_000;
      await tab.run(open(way), urls(stage));
      await stage.setSecret('rotated');
      const seen = await tab.run(`await seek(300); await moves(1); return [seen.errors, seen.failures];`, urls(stage));
      expect(seen).toEqual([0, []]);
      expect(await stage.refusals()).toBeGreaterThan(0);
    },
  );

  it.for(both)(
    'a viewer is denied, at the start and in mid-stream: the page hears it, and a log-in goes on (%s)',
    async (way, { stage, tab }) => {
      stage.signer.denies = true;
      stage.network.rate = 400_000;
      const opens = `await SecureTokenProgressive.secureVideo(video, args.film, '/token').catch((error) => error.code)`;
      expect(await tab.run(`${ways[way]} return ${opens}`, urls(stage))).toBe('ERR_DENIED');
      stage.signer.denies = false;
      await tab.run(`await window.worker?.renew(); ${open('swap')}`, urls(stage));
      stage.signer.denies = true;
      await tab.run(`${outlive} video.currentTime = 300; video.play().catch(() => undefined);
      await until(() => seen.failures.includes('ERR_DENIED'), 'ERR_DENIED');`);
      stage.signer.denies = false;
      const at = await tab.run<number>(`await secure.renew(); await until(() => !video.error && video.readyState > 2);
      await moves(1); return video.currentTime;`);
      expect(at).toBeGreaterThan(300);
      expect(at).toBeLessThan(310);
    },
  );

  it('a missing file, a broken one and a refusal are told apart', async ({ stage, tab }) => {
    writeFileSync(join(stage.root, 'broken.mp4'), Buffer.alloc(100_000, 7));
    const outcome = (path: string): Promise<unknown> =>
      tab.run(
        `seen.errors = seen.failures.length = 0;
        const secure = follow(await SecureTokenProgressive.secureVideo(video, args, '/token'));
        video.play().catch(() => undefined);
        await until(() => seen.failures.length);
        await sleep(50);
        secure.destroy();
        return [...seen.failures, seen.errors];`,
        stage.url(path),
      );
    expect(await outcome('missing.mp4')).toEqual(['NotFoundError', 1]);
    expect(await outcome('broken.mp4')).toEqual(['EncodingError', 1]);
    stage.signer.secret = 'another';
    expect(await outcome('film.mp4')).toEqual(['ERR_TOKEN_REFUSED', 1]);
  });

  it.for([
    ['another film begins at its start', `await secureVideo(video, args.short, '/token');`, 0],
    ['the same film goes on', `secure.destroy(); await secureVideo(video, args.film, '/token');`, 100],
  ] as const)('a second secureVideo() while the first plays: %s', async ([, act, from], { stage, tab }) => {
    const at = await tab.run<number>(
      `${open('swap')} await seek(100); await moves(0.5);
      const { secureVideo } = SecureTokenProgressive;
      ${act}
      await until(() => video.readyState > 1 && !video.seeking);
      return video.currentTime;`,
      urls(stage),
    );
    expect(at).toBeGreaterThanOrEqual(from);
    // it plays on meanwhile
    expect(at).toBeLessThan(from + 8);
  });
});
