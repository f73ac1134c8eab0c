import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChromium } from '../support/chromium.mjs';
import { everyEngine, tabOf } from '../support/engines.ts';
import { pathOf } from '../support/programs.ts';
import type { Site } from '../support/site.ts';
import { startSite, visit } from '../support/site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.stop());

/** Three lifetimes of its tokens, and a little. */
const THREE_LIVES = 32;
/** Buttons are pressed one after the other, and one of them takes 40 s. */
const LONG = 400_000;

describe.each(everyEngine)('the site in $name', ({ tags: programs, retry, open }) => {
  const tags = [...programs];
  test(
    'plays film and MP4 with each player from plain files in a folder; no refusal is seen, nothing is red',
    { tags, retry, timeout: LONG },
    async () => {
      const { tab, close } = await open();
      try {
        const page = visit(tab);
        for (const name of ['hlsjs', 'videojs', 'shaka', 'dashjs', 'mp4', 'catalogue', 'fetch']) {
          await page.open(`${site.url}${name}.html`);
          await page.playOn(3);
          expect((await page.figures()).seen, name).toBe(0);
          expect(await page.red(), name).toEqual([]);
        }
      } finally {
        await close();
      }
    },
  );

  test('plays live past three lifetimes of its tokens', { tags, retry, timeout: LONG }, async () => {
    const { tab, close } = await open();
    try {
      const page = visit(tab);
      await page.open(`${site.url}live.html`);
      await page.playOn(THREE_LIVES);
      const { calls, refused, seen } = await page.figures();
      expect(calls).toBeGreaterThan(3);
      expect(refused).toBe('0 / 0');
      expect(seen).toBe(0);
      expect(await page.red()).toEqual([]);
    } finally {
      await close();
    }
  });

  test(
    'each button: the plugin plays on, code by hand does not, nothing is red',
    { tags, retry, timeout: LONG },
    async () => {
      const { tab, close } = await open();
      try {
        const page = visit(tab);
        await page.open(`${site.url}hlsjs.html`);
        await page.press('Rotate the secret');
        await page.until('[data-tile="refused"]', /^([1-9]\d*) \/ \1$/);
        await page.press('8 s');
        await page.until('[data-stopped]', /^Stopped/);
        await page.until('[data-stopped]', /^Stop the endpoint$/);
        await page.playOn(1);
        for (const clock of ['1 h slow', '1 h fast', 'right', 'Sleep for a minute']) {
          await page.press(clock);
          await page.playOn(3);
        }
        await page.press('Deny the viewer');
        await page.until('#happened', /ERR_DENIED/);
        await page.press('Log in');
        await page.playOn(3);
        await page.press('Undo everything');
        await page.until('[data-by-hand="player"]', /^playing$/);
        await page.press('40 s');
        await page.until('[data-by-hand="player"]', /^waits/);
        await page.until('[data-stopped]', /^Stop the endpoint$/);
        await page.playOn(3);
        const { player, seen, byHand } = await page.figures();
        expect(player).toBe('playing');
        expect(seen).toBe(0);
        expect(byHand.seen).toBeGreaterThan(0);
        expect(byHand.player).toMatch(/^waits/);
        expect(await page.red()).toEqual([]);
      } finally {
        await close();
      }
    },
  );
});

describe('the site', () => {
  test('a reload in the middle, and a worker that the browser has stopped, change nothing that a button has set', async () => {
    const browser = await openChromium();
    const context = await browser.newContext();
    const tab = await context.newPage();
    const page = visit(tabOf(tab));
    try {
      await page.open(`${site.url}hlsjs.html`);
      const signed = new Promise<string>((resolve) =>
        tab.on('response', (response) => {
          if (/\/edge\/film\/fmp4\/.*st=/.test(response.url())) resolve(response.url());
        }),
      );
      const url = await signed;
      await page.press('Deny the viewer');
      await page.press('40 s');
      await page.until('[data-stopped]', /^Stopped/);
      const session = await context.newCDPSession(tab);
      await session.send('ServiceWorker.enable');
      await session.send('ServiceWorker.stopAllWorkers');
      const status = await tab.evaluate(async (asked) => (await fetch(asked)).status, url);
      expect(status, 'of a token that was made before').toBe(200);
      await tab.reload();
      await page.until('[data-stopped]', /^Stopped/);
      await page.until('[data-toggle="revoked"]', /^Log in$/);
      await page.press('Undo everything');
      await page.playOn(2);
    } finally {
      await browser.close();
    }
  });

  test('a page that is loaded past its worker gets it back', async () => {
    const browser = await openChromium();
    const context = await browser.newContext();
    const tab = await context.newPage();
    const page = visit(tabOf(tab));
    try {
      await page.open(`${site.url}hlsjs.html`);
      const session = await context.newCDPSession(tab);
      await Promise.all([tab.waitForEvent('load'), session.send('Page.reload', { ignoreCache: true })]);
      await page.until('[data-tile="player"]', /^playing$/);
    } finally {
      await browser.close();
    }
  });

  test('axe finds nothing serious, in light and dark', { tags: ['axe'], timeout: LONG }, async () => {
    const browser = await openChromium();
    const axe = readFileSync(pathOf('axe')!, 'utf8');
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const tab = await browser.newPage({ colorScheme });
        for (const name of ['index', 'hlsjs', 'videojs', 'mp4', 'catalogue']) {
          await tab.goto(`${site.url}${name}.html`);
          if (name !== 'index') await visit(tabOf(tab)).playOn(2);
          await tab.addScriptTag({ content: axe });
          const found = await tab.evaluate(async () => {
            const { violations } = await (window as unknown as { axe: Axe }).axe.run();
            return violations
              .filter(({ impact }) => ['serious', 'critical'].includes(impact))
              .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
          });
          expect(found, `${name}, ${colorScheme}`).toEqual([]);
        }
        await tab.close();
      }
    } finally {
      await browser.close();
    }
  });

  test('has less than 6 MB of media', () => {
    const files = readdirSync(join(site.folder, 'media'), { recursive: true, encoding: 'utf8' });
    const sizes = files.map((file) => statSync(join(site.folder, 'media', file)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(6e6);
  });
});

interface Axe {
  run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
}
