import { describe, expect } from 'vitest';
import type { MediaFixtures } from '../support/media-test.ts';
import { mediaTest } from '../support/media-test.ts';

const it = mediaTest.extend<{ act: <T>(body: string) => Promise<T> }>({
  act: async ({ run, stage }: MediaFixtures, use) => {
    stage.network.rate = 800_000;
    await use((body) =>
      run(body, { film: stage.url('film.mp4'), short: stage.url('short.mp4'), edge: `${stage.edge}/` }),
    );
  },
});

const open = `window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.film, '/token'));
  await start();`;
/** Longer than a token lives. Paused: on a busy machine the film would run dry, and have another token by then. */
const outlive = 'video.pause(); await sleep(3500);';
/** A change of source that has begun, where the token is dead: the seek leads outside of the buffer. */
const swap = `${outlive}
  video.currentTime = 300;
  video.play().catch(() => undefined);
  await until(() => document.querySelector('canvas'));`;

describe.concurrent('an MP4 whose source is changed (Chromium)', { tags: ['nginx'] }, () => {
  it.for([
    ['goes on by itself', false],
    ['is cut', true],
  ] as const)(
    'plays what it has when the network goes silent, and then on from there when it %s',
    async ([, isCut], { act, stage }) => {
      stage.network.rate = 300_000;
      await act(`${open} await until(() => video.buffered.length && video.buffered.end(0) > 8);
        // the time after which a source that says nothing is given up never comes: it must not be what ends the wait
        const timer = setTimeout;
        window.setTimeout = (work, ms, ...more) => (ms < 20000 ? timer(work, ms, ...more) : 0);`);
      stage.network.isFrozen = true;
      // longer than the token that it will take for its new source lives
      await act(`await until(() => video.readyState < 3); await sleep(5000);`);
      if (isCut) stage.network.cutAfter = [1];
      stage.network.isFrozen = false;
      expect(await act(`await moves(2); return [seen.swaps.length > 0, seen.errors, video.currentTime > 5]`)).toEqual([
        true,
        0,
        true,
      ]);
    },
  );

  it('leaves alone a film that is fully buffered, and one that is paused', async ({ act, page, stage }) => {
    const short = open.replace('args.film', 'args.short');
    await act(`${short} await until(() => video.buffered.length && video.buffered.end(0) > 19); await sleep(4000);`);
    await act(`await seek(15); video.currentTime = 19.5; await until(() => video.ended); secure.destroy();`);
    await act(`${open} video.pause();`);
    stage.network.isFrozen = true;
    const calls = stage.signer.calls.length;
    await page.waitForTimeout(6000);
    expect(await act(`return [seen.swaps, seen.errors]`)).toEqual([[], 0]);
    expect(stage.signer.calls).toHaveLength(calls);
  });

  it("another source in the middle of it is the page's own, with its events, and not covered", async ({ act }) => {
    const result = await act(
      `${open}
      const source = SecureTokenProgressive.createTokenSource({ endpoint: '/token', protect: args.edge });
      ${outlive}
      const { url } = await source.sign(args.short);
      ${swap.replace(outlive, '')}
      const types = [];
      for (const type of ['emptied', 'loadstart', 'loadedmetadata']) video.addEventListener(type, () => types.push(type));
      video.src = url;
      await until(() => !document.querySelector('canvas'), 'the picture is taken away');
      await start();
      return { types, isOwn: video.src === url, swaps: seen.swaps, errors: seen.errors };`,
    );
    const types = ['emptied', 'loadstart', 'loadedmetadata'];
    expect(result).toEqual({ types, isOwn: true, swaps: [], errors: 0 });
  });

  it('destroy() in the middle of it: nothing more is told, and the element plays on', async ({ act }) => {
    const result = await act(`${open} ${swap} secure.destroy(); await moves(1);
      return [seen.swaps, seen.errors, !!document.querySelector('canvas'), video.currentTime > 300];`);
    expect(result).toEqual([[], 0, false, true]);
  });

  it('a storm of seeks, long after the token: the last one wins, without an error', async ({ act }) => {
    const [time, ...result] = await act<[number, ...unknown[]]>(
      `${open}
      await sleep(3500);
      for (let turn = 0; turn < 60; turn++) {
        video.currentTime = (turn * 211) % 590;
        await sleep(40);
      }
      video.currentTime = 123;
      await until(() => !video.seeking && video.readyState > 2 && !document.querySelector('canvas'));
      await moves(1);
      return [video.currentTime, seen.errors, seen.failures];`,
    );
    expect(result).toEqual([0, []]);
    // the nearest other seek led to 129
    expect(time).toBeGreaterThan(124);
    expect(time).toBeLessThan(129);
  });

  it('two elements share a source, one of them audio, at twice the speed', async ({ act }) => {
    const result = await act(
      `const source = SecureTokenProgressive.createTokenSource({ endpoint: '/token', protect: args.edge });
      const audio = document.body.appendChild(Object.assign(new Audio(), { muted: true }));
      const { secureVideo } = SecureTokenProgressive;
      const both = [[audio, 400], [video, 200]];
      for (const [element] of both) follow(await secureVideo(element, args.film, { source }));
      for (const [element] of both) element.playbackRate = 2;
      await Promise.all(both.map(([element]) => element.play()));
      await sleep(3500);
      for (const [element, time] of both) element.currentTime = time;
      await until(() => both.every(([element, time]) => element.currentTime > time + 1));
      return [seen.errors, audio.playbackRate, video.playbackRate, !!audio.error];`,
    );
    expect(result).toEqual([0, 2, 2, false]);
  });

  it('nothing that it tells or throws carries a token', async ({ act, page, stage }) => {
    const said: string[] = [];
    page.on('console', (line) => said.push(line.text()));
    stage.signer.secret = 'another';
    const told = await act<string>(
      `const all = [];
      const { dispatchEvent } = EventTarget.prototype;
      EventTarget.prototype.dispatchEvent = function (event) {
        for (const it of [event.detail, event.detail?.error, event.error])
          if (it) all.push(JSON.stringify(it), String(it), it.stack, it.url, String(it.cause));
        return dispatchEvent.call(this, event);
      };
      follow(await SecureTokenProgressive.secureVideo(video, args.film, '/token'));
      video.play().catch(() => undefined);
      await until(() => seen.failures.includes('ERR_TOKEN_REFUSED'));
      return all.join(' ');`,
    );
    expect(told).toContain('film.mp4');
    const ours = said.filter((line) => line.startsWith('secure-token'));
    expect(ours).toHaveLength(1);
    expect(`${told} ${ours.join()}`).not.toMatch(/[?&](st|e)=/);
  });
});
