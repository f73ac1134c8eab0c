import type { Page, Request, Response } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it, playOn, playsUnseen, tile } from '../support/examples-page.ts';

const pages = ['hlsjs', 'live', 'videojs', 'shaka', 'dashjs', 'mp4', 'catalogue', 'fetch', 'worker', 'sessions'];

describe.concurrent('the pages of npm start', () => {
  it.for([
    ['hlsjs.html', 'AES-128'],
    ['videojs.html', 'fMP4, audio and subtitles'],
    ['shaka.html', 'HLS, audio and subtitles'],
    ['dashjs.html', 'Numbered segments'],
    ['live.html', 'Low latency: parts, blocking reloads'],
    ['fetch.html', 'On demand'],
  ] as const)(
    '%s plays "%s": nothing is refused, and the page shows no token',
    async ([path, stream], { expect, open }) => {
      await playsUnseen(await open(path), stream, expect);
    },
  );

  it('nothing sticks out, on a phone and on a laptop; what proves it stands above the fold of a laptop', async ({
    examples,
    expect,
    open,
  }) => {
    const { page } = await open('');
    // layout needs no film
    await page.route(`${examples.edge}/**`, (route) => route.abort());
    const sizes = async () =>
      page.evaluate(() => {
        const proof = [...document.querySelectorAll('.picture, .figures, [aria-label="The last minute"]')];
        const bottoms = proof.map((each) => each.getBoundingClientRect().bottom);
        const { scrollWidth, scrollHeight } = document.documentElement;
        return { wide: scrollWidth, high: scrollHeight, proofEnds: Math.max(0, ...bottoms) };
      });
    for (const path of [
      '',
      ...pages.map((name) => `${name}.html`),
      'docs/README.md',
      'docs/cdns.md',
      'docs/production.md',
    ]) {
      await page.goto(examples.url + path);
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        const { wide, high, proofEnds } = await sizes();
        expect(wide, `${path} at ${width}`).toBe(width);
        if (width !== 1280) continue;
        expect(proofEnds, `the proof of ${path} ends`).toBeLessThan(900);
        if (path === '') expect(high).toBe(900);
      }
    }
  });

  it('without a clipboard the code is selected', async ({ expect, open }) => {
    const { page, errors } = await open('docs/hlsjs.md');
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    const blocks = page.locator('.code');
    expect(await blocks.count()).toBe(await page.locator('pre').count());
    const first = blocks.first();
    await first.getByRole('button').click();
    await first.getByRole('status').getByText('The code is selected.').waitFor();
    const selected = await page.evaluate(() => getSelection()!.toString().trim());
    expect(selected).toBe((await first.locator('pre').innerText()).trim());
    expect(errors).toEqual([]);
  });
});

describe('catalogue.html', () => {
  const folders = { Indigo: '/film/fmp4/', Moss: '/film/ts/', Ember: '/film/aes/' };
  /**
   * Chooses a title; resolves to how many signing calls its first segment, and all that was asked for in front of it,
   * have their tokens from: what the first frame has waited for, however long the machine takes.
   */
  const choose = async (page: Page, title: keyof typeof folders): Promise<number> => {
    const sent: string[] = [];
    const answers: Promise<string>[] = [];
    const onRequest = (request: Request): void => {
      sent.push(request.url());
    };
    const onResponse = (response: Response): void => {
      if (response.request().postData()?.includes(folders[title])) answers.push(response.text());
    };
    page.on('request', onRequest).on('response', onResponse);
    await page.getByRole('button', { name: title }).click();
    await page
      .locator('#switches tr', { hasText: title })
      .first()
      .getByText(/^\d+ ms$/)
      .waitFor();
    page.off('request', onRequest).off('response', onResponse);
    const urls = sent.filter((url) => url.includes(folders[title]));
    const first = urls.findIndex((url) => /\/s\d+\.(?:m4s|ts)\?/.test(url));
    const tokens = urls.slice(0, first + 1).map((url) => new URL(url).searchParams.get('st')!);
    return (await Promise.all(answers)).filter((text) => tokens.some((token) => text.includes(token))).length;
  };
  /** Points at a title until the page has its tokens. */
  const pointAt = async (page: Page, title: string) => {
    await page.getByRole('button', { name: title }).hover();
    await page.locator('[aria-busy="false"]', { hasText: title }).waitFor();
  };

  it('starts a title that was pointed at without a call, else with one; or with one after the other', async ({
    expect,
    open,
  }) => {
    const { page, errors } = await open('catalogue.html');
    expect(await page.locator('#code mark').allInnerTexts()).toEqual([
      'secureToken(hls, source);',
      expect.stringMatching(/^await source\.sign\(src\)/),
    ]);
    await page
      .locator('#switches')
      .getByText(/^\d+ ms$/)
      .waitFor();
    await pointAt(page, 'Moss');
    expect(await choose(page, 'Moss')).toBe(0);
    await pointAt(page, 'Ember');
    expect(await choose(page, 'Ember')).toBe(0);
    await page.getByText('at the click, in one call').click();
    expect(await choose(page, 'Indigo')).toBe(1);
    expect(
      Number(await page.locator('#switches tr', { hasText: 'Indigo' }).first().locator('td').nth(2).innerText()),
    ).toBeGreaterThan(0);
    await page.getByText('at the click, one after the other').click();
    expect(await choose(page, 'Moss')).toBeGreaterThan(2);
    await playOn(page, 2);
    expect(await page.getByRole('button', { name: 'Moss' }).getAttribute('aria-pressed')).toBe('true');
    expect(await tile(page, 'refused')).toBe('0 / 0');
    expect(errors).toEqual([]);
  });
});
