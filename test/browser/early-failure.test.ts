import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { runIn } from '../support/engines.ts';
import { mediaTest as it } from '../support/media-test.ts';
import { lookUntil } from '../support/recorded-page.ts';

/** The code that the README of each package shows, without a listener for errors. `args.url` is the URL of `path`. */
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

/** Milliseconds for which a second line is waited for. */
const SILENCE = 1000;

interface Told {
  /** Lines of ours on the console. */
  readonly ours: string[];
  /** Lines of nobody who was expected to write. */
  readonly others: string[];
}

/** Video.js has a line of its own for each error that it shows, the browser one for each status. */
const EXPECTED = /^(?:VIDEOJS: |Failed to load resource)/;

/** Collects what the console of `page` is told as an error. */
function listen(page: Page): Told {
  const told: Told = { ours: [], others: [] };
  page.on('console', (line) => {
    const text = line.text();
    if (line.type() !== 'error' || EXPECTED.test(text)) return;
    (text.startsWith('secure-token: ') ? told.ours : told.others).push(text);
  });
  return told;
}

describe.concurrent('what the console is told before the first picture (Chromium)', { tags: ['nginx'] }, () => {
  for (const [name, { scripts, path, play }] of Object.entries(players))
    it(`${name}: why the endpoint gives no token, once for each load, and nothing where it gives one`, async ({
      page,
      stage,
    }) => {
      const told = listen(page);
      const open = async (): Promise<void> => {
        await page.goto(stage.origin);
        for (const script of scripts) await page.addScriptTag({ path: script });
        await runIn(page, play, { url: stage.url(path) });
      };
      for (const { code, ...answer } of answers) {
        await page.route('**/token', (route) => route.fulfill(answer));
        await open();
        await lookUntil(
          () => Promise.resolve(told.ours),
          ({ length }) => length > 0,
          20,
        );
        await page.waitForTimeout(SILENCE);
        const line: unknown = expect.stringMatching(`^secure-token: ${code}: .+errors\\.md#${code.toLowerCase()}$`);
        expect(told, `${answer.status} ${answer.contentType}`).toEqual({ ours: [line], others: [] });
        told.ours.length = 0;
        await page.unroute('**/token');
      }
      await open();
      await page.waitForFunction(`document.querySelector('video').readyState >= 2`);
      expect(told).toEqual({ ours: [], others: [] });
    });
});
