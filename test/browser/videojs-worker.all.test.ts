import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import type { MediaFixtures } from '../support/media-test.ts';
import { mediaTest } from '../support/media-test.ts';
import { TRANSIT } from '../support/signer.ts';

/**
 * Runs in a page with Video.js that the token worker controls; `args` is what it gets besides the URLs of the stage.
 */
type Act = <T>(body: string, args?: object) => Promise<T>;

const it = mediaTest.extend<{ act: Act }>({
  act: async ({ page, run, stage }: MediaFixtures, use) => {
    stage.signer.transit = TRANSIT;
    stage.network.rate = 500_000;
    await page.goto(`${stage.origin}/films/`);
    for (const path of [
      'node_modules/video.js/dist/video.min.js',
      'packages/videojs/dist/videojs-secure-token.min.js',
    ]) {
      await page.addScriptTag({ path });
    }
    const act: Act = (body, args = {}) => run(body, { url: stage.url('film.mp4'), edge: `${stage.edge}/`, ...args });
    await act(`const settings = { endpoint: '/token', protect: args.edge };
      window.worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings);
      await until(() => worker.controls);`);
    await use(act);
  },
});

describe.concurrent('a native source of Video.js behind the token worker (Chromium)', { tags: ['nginx'] }, () => {
  /** A player that counts what the element and Video.js tell of another source. */
  const play = `video.className = 'video-js';
    seen.loads = [];
    window.sources = new Set();
    for (const type of ['emptied', 'loadstart']) video.addEventListener(type, () => seen.loads.push(type));
    const observer = new MutationObserver(() => sources.add(video.getAttribute('src')));
    observer.observe(video, { attributes: true, attributeFilter: ['src'] });
    window.player = videojs(video, {
      ...args.options,
      enableSourceset: true,
      plugins: { secureToken: '/token' },
      sources: [{ src: args.url, type: 'video/mp4' }],
    });
    player.on('sourceset', ({ src }) => sources.add(src));
    player.on('error', () => seen.errors++);
    await until(() => video.readyState > 2);
    await player.play();
    seen.loads.length = 0;`;
  const seeks = `for (const time of args.times) {
      await sleep(2500);
      player.currentTime(time);
      const hasSought = () => !video.seeking && video.readyState > 2 && Math.abs(video.currentTime - time) < 2;
      await until(hasSought, 'seek to ' + time);
    }
    await moves(1);
    return { errors: seen.errors, loads: seen.loads, sources: [...sources], src: video.src, error: player.error() };`;

  it.for([{}, { crossOrigin: 'anonymous' }])(
    'keeps its plain URL: seeks past expiry, no change of source, no refusal: %o',
    async (options, { act, expect, stage }) => {
      const result = await act(play + seeks, { options, times: [100, 300, 150, 450, 50] });
      expect(result).toEqual({
        errors: 0,
        loads: [],
        sources: [stage.url('film.mp4')],
        src: stage.url('film.mp4'),
        error: null,
      });
      expect(await stage.refusals()).toBe(0);
      // the tokens of the worker, and none for the player
      expect(stage.signer.calls.length).toBeGreaterThan(2);
    },
  );

  it('has its text track, which the worker was denied, after renew()', async ({ act, expect, stage }) => {
    writeFileSync(join(stage.root, 'words.vtt'), 'WEBVTT\n\n00:00.000 --> 00:05.000\nwords\n');
    await act(play, { options: { crossOrigin: 'anonymous', html5: { nativeTextTracks: true } } });
    stage.signer.denies = true;
    const words = stage.url('words.vtt');
    await act(
      `const [element] = [player.addRemoteTextTrack({ src: args.words, kind: 'subtitles' }, false)];
      window.element = element;
      element.track.mode = 'showing';
      // without a URL it fails as well, until the worker has said whether it signs it
      await until(() => element.readyState === 3 && element.src, 'the track fails');`,
      { words },
    );
    stage.signer.denies = false;
    const seen = await act(
      `await player.secureToken().source.renew();
      await until(() => element.readyState === 2, 'the track is there');
      return [element.src, element.track.cues.length];`,
    );
    expect(seen).toEqual([words, 1]);
    expect(await stage.refusals(), 'nothing was tried without a token').toBe(0);
  });

  it('has its text track after a renew() in the moment before its denial is heard', async ({ act, expect, stage }) => {
    writeFileSync(join(stage.root, 'words.vtt'), 'WEBVTT\n\n00:00.000 --> 00:05.000\nwords\n');
    await act(play, { options: { crossOrigin: 'anonymous', html5: { nativeTextTracks: true } } });
    const words = stage.url('words.vtt');
    const asked = (): number => stage.signer.calls.filter(({ urls }) => urls.includes(words)).length;
    Object.defineProperty(stage.signer, 'denies', { get: () => asked() === 1 });
    const seen = await act(
      `// before the listener of the track itself
      player.el().addEventListener('error', ({ target }) => {
        if (target.src && !window.renewal) window.renewal = player.secureToken().source.renew();
      }, true);
      const [element] = [player.addRemoteTextTrack({ src: args.words, kind: 'subtitles' }, false)];
      element.track.mode = 'showing';
      await until(() => window.renewal && element.readyState === 2, 'the track is there');
      return [element.src, element.track.cues.length];`,
      { words },
    );
    expect(seen).toEqual([words, 1]);
  });

  it('is given another URL when another worker has taken the place of the token worker', async ({
    act,
    expect,
    stage,
  }) => {
    await act(play);
    await act(`const { controller } = navigator.serviceWorker;
      // of a closer scope: one of the same would wait until the token worker is idle
      await navigator.serviceWorker.register('/foreign-worker.js', { scope: '/films/' });
      await until(() => navigator.serviceWorker.controller !== controller, 'another worker takes over');`);
    const before = Date.now();
    const result = await act<{ src: string }>(seeks, { times: [300, 150] });
    expect(result).toMatchObject({ errors: 0, error: null });
    // Chromium asks for half a minute before it takes a refusal for an error
    expect(Date.now() - before).toBeLessThan(30_000);
    expect(result.src).toContain('st=');
    expect(await act(`return player.currentSrc()`)).toBe(stage.url('film.mp4'));
  });

  it('is given another URL from the start where the worker signs others', async ({ act, expect, stage }) => {
    await act(
      `const settings = { endpoint: '/token', protect: 'https://elsewhere.example.com/' };
      await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings);`,
    );
    await act(play);
    expect(await stage.refusals(), 'nothing was tried without a token').toBe(0);
    const result = await act<{ src: string }>(seeks, { times: [300] });
    expect(result).toMatchObject({ errors: 0, error: null });
    expect(result.src).toContain('st=');
  });
});
