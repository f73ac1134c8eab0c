import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { mediaTest } from '../support/media-test.ts';
import { lookUntil } from '../support/recorded-page.ts';

/** What the README of each package shows, without a listener for errors; `args.url` is HLS. */
const players = {
  'hls.js': {
    scripts: ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'],
    path: 'fmp4/master.m3u8',
    play: `const hls = new Hls();
      SecureTokenHls.secureToken(hls, '/token');
      hls.loadSource(args.url);
      hls.attachMedia(video);`,
  },
  'Video.js, MP4': {
    scripts: ['node_modules/video.js/dist/video.min.js', 'packages/videojs/dist/videojs-secure-token.min.js'],
    path: 'film.mp4',
    play: `const player = videojs(video);
      player.secureToken('/token');
      player.src({ src: args.url, type: 'video/mp4' });`,
  },
};

/** Answers of a signing endpoint that is not there, lets nobody in, or is the page of a log-in. */
const answers = [
  { status: 404, contentType: 'text/plain', body: 'Not Found', code: 'ERR_SIGNING_RESPONSE' },
  { status: 403, contentType: 'application/json', body: '{}', code: 'ERR_DENIED' },
  { status: 200, contentType: 'text/html', body: '<!doctype html><title>Log in</title>', code: 'ERR_SIGNING_RESPONSE' },
];

/** For how long a second line is waited for, in ms. */
const SILENCE = 1500;

const oursOf = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('secure-token: '));

const it = mediaTest.extend<{ written: string[] }>({
  written: async ({ page }, use) => {
    const lines: string[] = [];
    page.on('console', (line) => line.type() === 'error' && lines.push(line.text()));
    await use(lines);
    // Video.js has a line of its own for each error that it shows, the browser one for each status
    expect(lines.filter((line) => !/^(?:secure-token: |VIDEOJS: |Failed to load resource)/.test(line))).toEqual([]);
  },
});

describe.concurrent('what the console is told before the first picture (Chromium)', { tags: ['nginx'] }, () => {
  for (const [name, { scripts, path, play }] of Object.entries(players)) {
    const open = async (page: Page, run: (body: string, args: unknown) => Promise<unknown>, url: string) => {
      for (const script of scripts) await page.addScriptTag({ path: script });
      await run(play, { url });
    };

    for (const { code, ...answer } of answers)
      it(`${name}, the endpoint answers ${answer.status} ${answer.contentType}: ${code}, once`, async ({
        page,
        stage,
        run,
        written,
      }) => {
        await page.route('**/token', (route) => route.fulfill(answer));
        await open(page, run, stage.url(path));
        await lookUntil(
          () => Promise.resolve(oursOf(written)),
          ({ length }) => length > 0,
          20,
        );
        await page.waitForTimeout(SILENCE);
        expect(oursOf(written)).toEqual([expect.stringMatching(`${code}: .+errors\\.md#${code.toLowerCase()}$`)]);
      });

    it(`${name}, the endpoint answers: nothing`, async ({ page, stage, run, written }) => {
      await open(page, run, stage.url(path));
      await page.waitForFunction(`document.querySelector('video').readyState >= 2`);
      expect(oursOf(written)).toEqual([]);
    });
  }
});
