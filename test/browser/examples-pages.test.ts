import { describe } from 'vitest';
import { exampleTest as it } from '../support/examples-page.ts';

/** Pages on which something can be broken. */
const broken = ['hlsjs', 'live', 'catalogue', 'videojs', 'shaka', 'dashjs', 'fetch', 'mp4'].map(
  (name) => `${name}.html`,
);
const players = [...broken, 'sessions.html'];
const pages = ['', ...players];

describe.concurrent('the pages of npm start', () => {
  it('nothing sticks out, on a phone and on a laptop; the first page is one screen of a laptop', async ({
    examples,
    expect,
    open,
  }) => {
    const { page } = await open('');
    // layout needs no film
    await page.route(`${examples.edge}/**`, (route) => route.abort());
    const sizes = async () =>
      page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight] as const);
    for (const path of [...pages, 'docs/README.md', 'docs/cdns.md', 'docs/production.md']) {
      await page.goto(examples.url + path);
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const [wide, high] = await sizes();
        expect(wide, `${path} at ${width}`).toBe(width);
        if (path === '' && width === 1280) expect(high).toBe(800);
      }
    }
  });

  it('the navigation is one row on a phone, and shows which page is open', async ({ examples, expect, open }) => {
    const { page } = await open('');
    await page.route(`${examples.edge}/**`, (route) => route.abort());
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of [...pages, 'docs/README.md']) {
      await page.goto(examples.url + path);
      expect((await page.locator('.bar').boundingBox())!.height, path).toBeLessThan(60);
      if (!players.includes(path)) continue;
      const { x, width } = (await page.locator('nav [aria-current]').boundingBox())!;
      const nav = (await page.locator('.bar nav').boundingBox())!;
      expect([x >= nav.x, x + width <= nav.x + nav.width], path).toEqual([true, true]);
    }
  });

  it('what happened stands beside the picture, as tall as that, with ten entries', async ({
    examples,
    expect,
    open,
  }) => {
    const { page } = await open('');
    await page.route(`${examples.edge}/**`, (route) => route.abort());
    for (const path of broken) {
      await page.goto(examples.url + path);
      const picture = (await page.locator('.picture').first().boundingBox())!;
      const happened = (await page.locator('#happened').boundingBox())!;
      expect(happened.x, path).toBeGreaterThan(picture.x + picture.width);
      expect(happened.y, path).toBeLessThan(picture.y + 1);
      expect(happened.height, path).toBeGreaterThanOrEqual(picture.height);
    }
    const secret = page.getByRole('button', { name: 'Rotate the secret' });
    for (let count = 0; count < 12; count++) await secret.click();
    expect(await page.locator('.log li').count()).toBe(10);
  });

  it('the first page leads to every example, and into the documentation', async ({ examples, expect, open }) => {
    const { page } = await open('');
    const links = await page
      .locator('main a')
      .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    expect(links.map((link) => link.replace(examples.url, ''))).toEqual(
      expect.arrayContaining([...pages.slice(1), 'docs/errors.md', 'docs/README.md']),
    );
    for (const link of links) expect((await fetch(link)).status, link).toBe(200);
  });

  it('the code is copied by keyboard, and a screen reader says so', async ({ examples, expect, open }) => {
    const { page } = await open('');
    await page.route(`${examples.edge}/**`, (route) => route.abort());
    await page.goto(`${examples.url}hlsjs.html`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const button = page.getByRole('button', { name: 'Copy the code' });
    await page.locator('#code pre').focus();
    await page.keyboard.press('Shift+Tab');
    expect(await button.evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    // both say so for a moment
    await page.waitForFunction(() => {
      const [button, status] = document.querySelectorAll('.code :is(button, [role="status"])');
      return button!.textContent === 'Copied the code' && status!.textContent === 'Copied';
    });
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split('\n')).toEqual((await page.locator('#code pre').innerText()).trimEnd().split('\n'));
    expect(copied).toContain('secureToken(hls, signing);');
    await button.waitFor(); // and says "Copy" again
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
