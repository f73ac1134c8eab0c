import { describe, expect as expectOfPage } from 'vitest';
import type { MediaFixtures } from '../support/media-test.ts';
import { mediaTest } from '../support/media-test.ts';

interface TroubleFixtures {
  /** Runs in the page with the URLs of the stage as `args`. */
  act: <T>(body: string) => Promise<T>;
  /** Fails the test for whatever the page tells its console, or nobody catches. */
  silent: undefined;
}

const it = mediaTest.extend<TroubleFixtures>({
  act: async ({ run, stage }: MediaFixtures, use) => {
    stage.network.rate = 800_000;
    await use((body) =>
      run(body, { film: stage.url('film.mp4'), short: stage.url('short.mp4'), edge: `${stage.edge}/` }),
    );
  },
  silent: [
    async ({ page }, use) => {
      const told: string[] = [];
      page.on('pageerror', ({ message }) => told.push(message));
      page.on('console', (message) => told.push(message.text()));
      await page.evaluate(`addEventListener('unhandledrejection', ({ reason }) => console.log('unhandled ' + reason))`);
      await use(undefined);
      // refusals are the browser's own messages, and their last is one line of ours, without a URL
      const isKnown = (text: string): boolean =>
        /^(Failed to load resource|secure-token: ERR_TOKEN_REFUSED: )/.test(text);
      expectOfPage(told.filter((text) => !isKnown(text) || /[?&](st|e)=/.test(text))).toEqual([]);
    },
    { auto: true },
  ],
});

describe.concurrent('what a page does to an element whose source is changed (Chromium)', { tags: ['nginx'] }, () => {
  const open = `window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.film, '/token'));
    await start();`;
  /** Longer than a token lives. Paused: on a busy machine the film would run dry, and have another token by then. */
  const outlive = `video.pause(); await sleep(5500);`;
  /** A change of source that has begun, where the token is dead: the seek leads outside of the buffer. */
  const begin = `video.currentTime = 300;
    video.play().catch(() => undefined);
    await until(() => document.querySelector('canvas'));`;
  const swap = `${outlive} ${begin}`;

  it("another source in the middle of it is the page's own, with its events, and not covered", async ({
    act,
    expect,
  }) => {
    const result = await act(
      `${open}
        ${outlive}
        const source = SecureTokenProgressive.createTokenSource({ endpoint: '/token', protect: args.edge });
        const { url } = await source.sign(args.short);
        // from here on nothing is waited for until the page has set its own source
        ${begin}
        const types = [];
        for (const type of ['emptied', 'loadstart', 'loadedmetadata']) {
          video.addEventListener(type, () => types.push(type));
        }
        video.preload = 'none';
        video.pause();
        video.src = url;
        await until(() => !document.querySelector('canvas'), 'the picture is taken away');
        await start();
        const begun = video.currentTime;
        await moves(1);
        const { swaps, errors } = seen;
        // a busy page hears of the picture a moment later; the end of the film is at 20
        const isWhereToStart = begun < 5;
        return { types, isWhereToStart, isOwn: video.src === url, swaps, errors };`,
    );
    expect(result).toEqual({
      types: ['emptied', 'loadstart', 'loadedmetadata'],
      isWhereToStart: true,
      isOwn: true,
      swaps: [],
      errors: 0,
    });
  });

  it('destroy() in the middle of it: nothing more is told, and the element plays on', async ({ act, expect }) => {
    expect(
      await act(
        `${open}
        ${swap}
        secure.destroy();
        await moves(1);
        return [seen.swaps, seen.errors, !!document.querySelector('canvas'), video.currentTime > 300];`,
      ),
    ).toEqual([[], 0, false, true]);
  });

  it('a storm of seeks, long after the token: the last one wins, without an error', async ({ act, expect }) => {
    const [time, ...result] = await act<[number, ...unknown[]]>(
      `${open}
      await sleep(5500);
      for (let turn = 0; turn < 60; turn++) {
        video.currentTime = (turn * 211) % 590;
        await sleep(40);
      }
      video.currentTime = 123;
      await until(() => !video.seeking && video.readyState > 2 && !document.querySelector('canvas'));
      await moves(1);
      return [video.currentTime, seen.errors, seen.failures, document.querySelectorAll('canvas').length];`,
    );
    expect(result).toEqual([0, [], 0]);
    // the nearest other seek led to 129
    expect(time).toBeGreaterThan(124);
    expect(time).toBeLessThan(129);
  });

  it('taken out of the page and put back, before and in the middle of it', async ({ act, expect }) => {
    const result = await act(
      `${open}
      const { parentNode } = video;
      video.remove();
      await sleep(5500);
      video.currentTime = 200;
      await until(() => seen.swaps.length);
      parentNode.prepend(video);
      await start();
      await moves(1);
      ${swap}
      video.remove();
      await until(() => seen.swaps.length > 1);
      parentNode.prepend(video);
      await start();
      await moves(1);
      return [seen.errors, video.currentTime > 300, document.querySelectorAll('canvas').length];`,
    );
    expect(result).toEqual([0, true, 0]);
  });

  it('two elements that share a source, one of them audio, at twice the speed', async ({ act, expect }) => {
    const result = await act(
      `const source = SecureTokenProgressive.createTokenSource({ endpoint: '/token', protect: args.edge });
      const audio = document.body.appendChild(Object.assign(new Audio(), { muted: true }));
      const audioGaps = [];
      const second = await SecureTokenProgressive.secureVideo(audio, args.film, { source });
      second.addEventListener('swap', ({ gap }) => audioGaps.push(gap));
      window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.film, { source }));
      audio.playbackRate = video.playbackRate = 2;
      await Promise.all([video.play(), audio.play()]);
      await sleep(5500);
      audio.currentTime = 400;
      video.currentTime = 200;
      await until(() => audioGaps.length && seen.swaps.length);
      secure.destroy();
      await sleep(5500);
      audio.currentTime = 100;
      await until(() => audioGaps.length > 1 && audio.currentTime > 101);
      return [seen.errors, audio.playbackRate, video.playbackRate, !!audio.error];`,
    );
    expect(result).toEqual([0, 2, 2, false]);
  });

  it('turns back at the end, and goes on after a pause in which the connection and the token were lost', async ({
    act,
    expect,
    page,
    stage,
  }) => {
    await act(
      `${open}
      video.loop = true;
      await sleep(5500);
      // paused: a busy page would see it only when it has turned back
      video.pause();
      await seek(598.5);
      await start();
      await until(() => video.currentTime < 100);
      await moves(1);
      video.pause();`,
    );
    stage.network.cutAfter = [1];
    await page.waitForTimeout(5500);
    stage.network.cutAfter = [];
    const result = await act(`await start(); await moves(20); return [seen.errors, seen.failures, video.loop];`);
    expect(result).toEqual([0, [], true]);
  });

  it('nothing that it tells or throws carries a token', async ({ act, expect, page, stage }) => {
    const text = await act<string>(
      `const all = [];
      const { dispatchEvent } = EventTarget.prototype;
      EventTarget.prototype.dispatchEvent = function (event) {
        const { detail } = event;
        const error = detail?.error;
        if (detail) all.push(JSON.stringify(detail), String(error), error?.stack, String(error?.cause));
        return dispatchEvent.call(this, event);
      };
      ${open} ${swap}
      await until(() => seen.swaps.length);
      return all.join(' ');`,
    );
    stage.signer.secret = 'another';
    await page.waitForTimeout(5500);
    const refused = await act<string>(
      `const all = [];
      secure.addEventListener('error', ({ error }) => {
        all.push(String(error), error.stack, error.url, String(error.cause));
      });
      video.currentTime = 100;
      await until(() => all.length);
      return all.join(' ');`,
    );
    expect(text).toContain('film.mp4');
    expect(`${text} ${refused}`).not.toMatch(/[?&](st|e)=/);
  });

  it('the secret is rotated, and the clock shows nothing: a seek has its picture before Chromium gives up', async ({
    act,
    expect,
    stage,
  }) => {
    stage.signer.ttl = 600;
    await act(open);
    stage.signer.secret = 'rotated';
    await stage.setSecret('rotated');
    const result = await act<{ ms: number }>(
      `const ms = await seek(300);
      await moves(1);
      const { swaps, errors, failures, mediaErrors } = seen;
      return { ms, reasons: swaps.map(({ reason }) => reason), errors, failures, mediaErrors };`,
    );
    expect(result).toMatchObject({ reasons: ['error'], errors: 0, failures: [], mediaErrors: [] });
    // Chromium asks for half a minute before it takes a refusal for an error
    expect(result.ms).toBeLessThan(30_000);
  });
});
