import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExamples } from '../../examples/server.mjs';
import { launchChromium } from '../support/chromium.mjs';

let examples: Awaited<ReturnType<typeof startExamples>>;
let browser: Browser;
beforeAll(async () => {
  examples = await startExamples({ pagePort: 0, appPort: 0, edgePort: 0 });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await examples.close();
});

/** A page, what went wrong in it, and the tokens of its requests. */
async function open(path: string) {
  const page = await browser.newPage();
  const errors: string[] = [];
  const tokens: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('request', (request) => {
    const token = new URL(request.url()).searchParams.get('st');
    if (token) tokens.push(token);
  });
  await page.goto(examples.url + path);
  return { page, errors, tokens };
}

const tile = (page: Page, name: string) => page.locator(`[data-tile="${name}"]`).innerText();
const press = (page: Page, name: string) => page.getByText(name, { exact: true }).first().click();

/** Waits until the picture has moved on by some seconds. */
const playOn = (page: Page, seconds: number, rate = 1) =>
  page.evaluate(
    async ([by, speed]) => {
      const video = document.querySelector('video')!;
      const goal = video.currentTime + by;
      video.playbackRate = speed;
      while (video.currentTime < goal) await new Promise((resolve) => setTimeout(resolve, 100));
    },
    [seconds, rate] as const,
  );

/** Waits for something in the list of what happened. */
const happens = (page: Page, text: string) => page.locator('.log li', { hasText: text }).first().waitFor();

describe.each([
  ['hlsjs.html', ['fMP4, audio and subtitles', 'TS', 'AES-128', 'Byte ranges']],
  ['videojs.html', ['fMP4, audio and subtitles', 'AES-128', 'Live']],
  ['live.html', ['Live', 'Low latency: parts, blocking reloads']],
])('%s', (path, streams) => {
  it.each(streams)('plays %s', async (stream) => {
    const { page, errors, tokens } = await open(path);
    await page.locator('label', { hasText: stream }).first().click();
    await page.waitForFunction(() => document.querySelector('video')!.currentTime > 0);
    await playOn(page, 3);
    expect(await tile(page, 'player')).toBe('playing');
    expect(await tile(page, 'refused')).toBe('0 / 0');
    expect(errors).toEqual([]);

    const html = await page.content();
    expect(tokens.length).toBeGreaterThan(2);
    expect(tokens.filter((token) => html.includes(token))).toEqual([]);
    await page.close();
  });
});

describe('the buttons', () => {
  it('that the viewer does not notice', async () => {
    const { page, errors } = await open('hlsjs.html');
    await playOn(page, 1);
    for (const button of ['Rotate the secret', 'Refuse one in five', '5 s fast', 'half a second slow', 'Renew now']) {
      await press(page, button);
      await playOn(page, 2);
    }
    await happens(page, 'replayed with a new token: 200');
    await press(page, 'Undo all');
    await press(page, '30 s slow');
    await playOn(page, 2);
    await press(page, 'in step');
    expect(await tile(page, 'stalls')).toBe('0');
    expect(await tile(page, 'player')).toBe('playing');
    expect(errors).toEqual([]);
    await page.close();
  });

  it.each([
    ['Revoke', 'Restore', 'ERR_DENIED'],
    ['down', 'up', 'ERR_SIGNING_UNAVAILABLE'],
    ['30 s fast', 'in step', 'ERR_TOKEN_REFUSED'],
  ])('%s is reported, and after %s the film goes on', async (break_, repair, code) => {
    const { page, errors } = await open('hlsjs.html');
    await playOn(page, 1);
    await press(page, break_);
    await happens(page, code);
    await press(page, repair);
    await page.waitForFunction(() => Number(document.querySelector('[data-tile="tokens"]')!.textContent) > 0);
    await playOn(page, 25, 4); // more than was buffered
    expect(await tile(page, 'player')).toBe('playing');
    expect(errors).toEqual([]);
    await page.close();
  });
});
