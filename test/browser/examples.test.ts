import { describe } from 'vitest';
import { exampleTest as it, playOn, playsUnseen, press } from '../support/examples-page.ts';

const pages = ['hlsjs', 'live', 'videojs', 'shaka', 'dashjs', 'mp4', 'catalogue', 'fetch', 'worker', 'sessions'];

describe.concurrent('the pages of npm start', () => {
  it('the page of hls.js plays, refuses nothing, and shows no token', async ({ expect, open }) => {
    await playsUnseen(await open('hlsjs.html'), 'fMP4, audio and subtitles', expect);
  });

  it('the first page leads to every example, and into the documentation', async ({ examples, expect, open }) => {
    const { page } = await open('');
    const links = await page
      .locator('main a')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    expect(links.map((link) => link.replace(examples.url, ''))).toEqual(
      expect.arrayContaining([...pages.map((name) => `${name}.html`), 'docs/errors.md', 'docs/README.md']),
    );
    for (const link of links) expect((await fetch(link)).status, link).toBe(200);
  });

  it('the doctor shows that nothing is wrong, then why an edge with a wrong clock refuses, and no token', async ({
    expect,
    open,
  }) => {
    const { page, errors, tokens } = await open('hlsjs.html');
    await playOn(page, 1);
    await press(page, 'Ask the doctor');
    await page.locator('[data-diagnosis]', { hasText: 'Nothing is wrong.' }).waitFor();

    await press(page, '30 s ahead');
    expect(await page.locator('[data-diagnosis]').innerText()).toBe('');
    await press(page, 'Ask the doctor');
    const first = page.locator('.findings li').first();
    await first.waitFor();
    // at least: a date has whole seconds, and an answer takes its time
    expect(await first.innerText()).toMatch(
      /^error edge-clock http.*\n+The clock of the edge is (?:2\d|30) s ahead.*\n+Run NTP/,
    );
    const html = await page.content();
    expect(tokens.filter((token) => html.includes(token))).toEqual([]);
    expect(errors).toEqual([]);
  });
});
