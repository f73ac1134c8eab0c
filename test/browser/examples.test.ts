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

describe('catalogue.html', () => {
  /** Chooses a title, and reads from the page how many signing calls its first frame has waited for. */
  const choose = async (page: Page, title: string) => {
    await page.getByRole('button', { name: title }).click();
    const row = page.locator('#switches tr', { hasText: title }).first();
    await row.getByText(/^\d+ ms$/).waitFor();
    return Number(await row.locator('td').nth(2).innerText());
  };
  /** Points at a title until the page has its tokens. */
  const pointAt = async (page: Page, title: string) => {
    await page.getByRole('button', { name: title }).hover();
    await page.locator('[aria-busy="false"]', { hasText: title }).waitFor();
  };

  it('starts a title that was pointed at without a call, else with one; or with one after the other', async () => {
    const { page, errors } = await open('catalogue.html');
    expect(await page.locator('#code mark').allInnerTexts()).toEqual(['secureToken(hls, source);', expect.stringMatching(/^await source\.sign\(src\)/)]);
    await page.locator('#switches').getByText(/^\d+ ms$/).waitFor();
    await pointAt(page, 'Moss');
    expect(await choose(page, 'Moss')).toBe(0);
    await pointAt(page, 'Ember');
    expect(await choose(page, 'Ember')).toBe(0);
    await page.getByText('at the click, in one call').click();
    expect(await choose(page, 'Indigo')).toBe(1);
    await page.getByText('at the click, one after the other').click();
    expect(await choose(page, 'Moss')).toBeGreaterThan(2);
    await playOn(page, 2);
    expect(await page.getByRole('button', { name: 'Moss' }).getAttribute('aria-pressed')).toBe('true');
    expect(await tile(page, 'refused')).toBe('0 / 0');
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe('mp4.html', () => {
  /** What the edge answered to the browser's requests for one of the three addresses of the film. */
  const answersFor = (page: Page, name: string) => {
    const answers: { status: number; isFromWorker: boolean; range: string | undefined; url: string }[] = [];
    page.on('response', (response) => {
      if (!response.url().includes(`/mp4/${name}/film.mp4`) || response.url().includes('token-worker')) return;
      const { range } = response.request().headers();
      answers.push({ status: response.status(), isFromWorker: response.fromServiceWorker(), range, url: response.url() });
    });
    return answers;
  };
  const fact = (page: Page, selector: string, name: string) => page.locator(`${selector} [data-fact="${name}"]`);
  const status = (page: Page, text: string) => page.locator('[role="status"]', { hasText: text }).waitFor();

  it('plays with the worker and by change of source, in a page that has no worker yet', async () => {
    const { page, errors } = await open('');
    const withWorker = answersFor(page, 'with-worker');
    const without = answersFor(page, 'without-worker');
    await page.goto(`${examples.url}mp4.html`);
    await fact(page, '#worker', 'way').getByText('signed by the worker').waitFor();
    await fact(page, '#swap', 'way').getByText('change of source').waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every(({ currentTime }) => currentTime > 0));
    await page.evaluate(() => {
      for (const video of document.querySelectorAll('video')) video.addEventListener('error', () => (document.body.dataset.failed = 'yes'));
    });

    await playOn(page, 11); // the first tokens are dead
    await press(page, 'Jump both two minutes ahead');
    for (const player of ['#worker', '#swap']) await fact(page, player, 'seek').getByText(/ ms$/).waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every((video) => video.currentTime > 124 && !video.paused));
    await playOn(page, 2);

    expect(await fact(page, '#worker', 'swaps').innerText()).toBe('0');
    expect(Number(await fact(page, '#swap', 'swaps').innerText())).toBeGreaterThan(0);
    expect(withWorker.length).toBeGreaterThan(1);
    expect(withWorker.filter(({ isFromWorker, status, url }) => !isFromWorker || status !== 206 || url.includes('?'))).toEqual([]);
    expect(without.filter(({ isFromWorker }) => isFromWorker)).toEqual([]);
    expect(await tile(page, 'player')).toBe('playing');
    expect(await page.evaluate(() => document.body.dataset.failed)).toBeUndefined();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('downloads, and goes on after its token has expired', async () => {
    const { page, errors } = await open('mp4.html');
    const answers = answersFor(page, 'download');
    await page.getByRole('button', { name: 'Download' }).click();
    await fact(page, '#download', 'received').getByText(/^[4-9]\.\d MB of 4/).waitFor();
    await page.getByText('Cancel', { exact: true }).click();
    await status(page, 'Cancelled');
    const [first] = answers;
    await page.waitForFunction((expires) => Date.now() > expires * 1000, Number(new URL(first!.url).searchParams.get('e')));
    await page.getByText('Resume', { exact: true }).click();
    await status(page, 'Complete');
    const [, second] = answers;
    expect([first!.status, second!.status, answers.length]).toEqual([200, 206, 2]);
    expect(second!.range).toMatch(/^bytes=\d{7}-$/);
    expect(errors).toEqual([]);
    await page.close();
  });
});
