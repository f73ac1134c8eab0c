import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Response } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { OwnProfiles } from '../support/chromium.mjs';
import { openChromium } from '../support/chromium.mjs';
import { serveCli } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'my films-'));
let browser: OwnProfiles;
beforeAll(async () => {
  cpSync('test/media/v.mp4', join(folder, 'My film é.mp4'));
  cpSync('test/media/fmp4', join(folder, 'series', 'one'), { recursive: true });
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

describe.each([
  { player: 'hls.js', mount: '/media/' },
  { player: "the browser's own player", mount: '/signed/' },
])('the page of secure-token serve, HLS by $player', ({ player, mount }) => {
  let served: Awaited<ReturnType<typeof serveCli>>;
  let page: Page;
  let answers: Response[];
  let complaints: string[];
  beforeEach(async () => {
    served = await serveCli(folder, ['--ttl', '30']);
    page = await browser.newPage();
    answers = [];
    complaints = [];
    page.on('response', (response) => answers.push(response));
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
    // as where hls.js is not installed
    if (player !== 'hls.js')
      await page.addInitScript(() => Object.defineProperty(window, 'Hls', { get: () => undefined, set: () => {} }));
    await page.goto(served.url);
    // sound would wait for a click of its own
    await page.$eval('video', (video) => (video.muted = true));
  });
  afterEach(async () => {
    await page.close();
    await served.stop();
  });

  const choose = (name: string): Promise<void> => page.getByRole('link', { name }).click();
  const playedTo = (seconds: number): Promise<unknown> =>
    page.waitForFunction(
      (least) => document.querySelector('video')!.currentTime > least && !document.querySelector('video')!.seeking,
      seconds,
      { timeout: 90_000 },
    );
  const media = (): Response[] => answers.filter((answer) => /\/(?:media|signed)\//.test(answer.url()));
  /**
   * Expects that everything of the folder had a token, that nothing was refused, and that it is refused without its
   * token.
   */
  const expectProtected = async (): Promise<void> => {
    expect(
      media()
        .filter((answer) => !/[?&]st=[\w-]{22}&e=\d{10}/.test(answer.url()))
        .map((answer) => answer.url()),
    ).toEqual([]);
    expect(answers.filter((answer) => answer.status() >= 400).map((answer) => answer.url())).toEqual([]);
    const bare = new Set(media().map((answer) => answer.url().split('?')[0]!));
    for (const url of bare) expect((await fetch(url)).status, url).toBe(403);
    expect(complaints).toEqual([]);
    expect(await page.getByRole('status').textContent()).toBe('');
  };

  test('lists the folder', async () => {
    expect(await page.locator('li span').allTextContents()).toEqual(
      expect.arrayContaining(['My film é.mp4', 'series/one/master.m3u8']),
    );
    expect(await page.locator('video').count()).toBe(1);
    expect(answers.every((answer) => answer.url().startsWith(served.url))).toBe(true);
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const { scroll, inside } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        inside: innerWidth,
      }));
      expect(scroll, 'nothing sticks out').toBeLessThanOrEqual(inside);
    }
    expect(complaints).toEqual([]);
  });

  test('plays an MP4 and seeks in it, by ranges', async () => {
    await choose('My film é.mp4');
    await playedTo(0.3);
    await page.$eval('video', (video) => (video.currentTime = 14));
    await playedTo(14.2);
    expect(media().length).toBeGreaterThan(0);
    expect(media().map((answer) => answer.status())).toEqual(media().map(() => 206));
    expect(media().every((answer) => answer.url().includes('/signed/'))).toBe(true);
    await expectProtected();
  });

  test('plays HLS and seeks in it, with a token for every request', async () => {
    await choose('series/one/master.m3u8');
    await playedTo(0.5);
    await page.$eval('video', (video) => (video.currentTime = 14));
    await playedTo(14.5);
    const paths = media().map((answer) => decodeURIComponent(new URL(answer.url()).pathname));
    expect(paths.every((path) => path.startsWith(mount))).toBe(true);
    for (const kind of [/master\.m3u8$/, /\/i\.m3u8$/, /init_\d\.mp4$/, /s000\.m4s$/, /s007\.m4s$/]) {
      expect(
        paths.filter((path) => kind.test(path)),
        String(kind),
      ).not.toEqual([]);
    }
    expect(answers.some((answer) => answer.url().endsWith('/token'))).toBe(player === 'hls.js');
    expect(await page.locator('[aria-current] span').textContent()).toBe('series/one/master.m3u8');
    await expectProtected();
  });
});
