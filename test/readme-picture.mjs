// node test/readme-picture.mjs: takes the pictures of the README from the running examples
/* global document, scrollTo, Image -- of the page */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startExamples } from '../examples/server.mjs';
import { openChromium } from './support/chromium.mjs';

/** @typedef {import('playwright-core').Page} Page */

const FOLDER = 'docs/images';
const schemes = /** @type {const} */ (['light', 'dark']);
/** Size in CSS pixels, of which each is two in the picture. */
const viewport = { width: 1280, height: 1400 };
/** Milliseconds that must be seen in the timeline before trouble begins, and of each trouble. */
const CALM_MS = 38_000;
const TROUBLE_MS = 9000;
const QUALITY = 0.82;

/** Waits until all that was refused is replayed. @type {(page: Page) => Promise<unknown>} */
const isCalm = (page) =>
  page.waitForFunction(() => {
    const [refused, replayed] = document.querySelector('[data-tile="refused"]')?.textContent?.split(' / ') ?? [];
    return Number(refused) > 0 && refused === replayed;
  });

/** The page from the player to the timeline, as WebP. @type {(page: Page) => Promise<Buffer>} */
async function take(page) {
  // a click may have scrolled
  await page.evaluate(() => scrollTo(0, 0));
  const top = await page.locator('.stage').boundingBox();
  const last = await page.locator('[aria-label="The last minute"]').boundingBox();
  if (!top || !last) throw new Error('The page has no player or no timeline.');
  const edge = 8;
  const clip = {
    x: top.x - edge,
    y: top.y - edge,
    width: top.width + 2 * edge,
    height: last.y + last.height - top.y + 2 * edge,
  };
  const png = await page.screenshot({ clip, fullPage: true });
  const url = await page.evaluate(
    async ({ source, quality }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality);
    },
    { source: `data:image/png;base64,${png.toString('base64')}`, quality: QUALITY },
  );
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

const examples = await startExamples({ pagePort: 0, appPort: 0, edgePort: 0 });
const browser = await openChromium();
try {
  const pages = await Promise.all(
    schemes.map((colorScheme) => browser.newPage({ viewport, deviceScaleFactor: 2, colorScheme })),
  );
  await Promise.all(pages.map((page) => page.goto(`${examples.url}hlsjs.html`)));
  await delay(CALM_MS);
  // the edge is the same for all pages
  const press = (/** @type {string} */ name) => pages[0]?.getByText(name, { exact: true }).click();
  await press('Rotate the secret');
  await delay(TROUBLE_MS);
  await press('Refuse 1 request in 5');
  await delay(TROUBLE_MS);
  await press('Refuse 1 request in 5');
  await pages[0]?.mouse.move(0, 0);
  mkdirSync(FOLDER, { recursive: true });
  for (const [index, page] of pages.entries()) {
    await isCalm(page);
    const file = `${FOLDER}/inspector-${schemes[index]}.webp`;
    const picture = await take(page);
    writeFileSync(file, picture);
    console.log(file, `${Math.round(picture.length / 1000)} kB`);
  }
} finally {
  await browser.close();
  await examples.close();
}
process.exit();
