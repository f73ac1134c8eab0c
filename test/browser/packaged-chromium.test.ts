import { expect, test } from 'vitest';
import { launchChromium, packagedChromium } from '../support/chromium.mjs';

test('the Chromium that comes with the packages has a font, also on a machine without any', async () => {
  const browser = await launchChromium(packagedChromium());
  const page = await browser.newPage();
  await page.setContent('<span>WWWW</span><br><span>iiii</span>');
  const [wide, narrow] = await page.evaluate(() =>
    [...document.querySelectorAll('span')].map(({ offsetWidth }) => offsetWidth),
  );
  expect(narrow).toBeGreaterThan(0);
  expect(wide).toBeGreaterThan(narrow!);
  await browser.close();
});
