import type { BrowserContext, Page } from 'playwright-core';
import { test } from 'vitest';
import { launchChromium } from './chromium.mjs';
import { runIn } from './engines.ts';
import type { MediaStage } from './media-stage.ts';
import { startMediaStage } from './media-stage.ts';

export interface MediaFixtures {
  readonly stage: MediaStage;
  readonly context: BrowserContext;
  /** The page of `stage`, open. */
  readonly page: Page;
  /** Runs the body of an async function in the page; `args` is what it gets. */
  readonly run: <T>(body: string, args?: unknown) => Promise<T>;
}

/** A test with a stage, a Chromium and a page of its own: nothing that it breaks is seen by those beside it. */
export const mediaTest = test.extend<MediaFixtures>({
  // eslint-disable-next-line no-empty-pattern -- Vitest reads from the pattern which fixtures it needs
  stage: async ({}, use) => {
    const stage = await startMediaStage();
    await use(stage);
    await stage.stop();
  },
  // eslint-disable-next-line no-empty-pattern
  context: async ({}, use) => {
    const browser = await launchChromium();
    await use(await browser.newContext());
    await browser.close();
  },
  page: async ({ context, stage }, use) => {
    const page = await context.newPage();
    await page.goto(stage.origin);
    await use(page);
  },
  run: async ({ page }, use) => use((body, args = null) => runIn(page, body, args)),
});
