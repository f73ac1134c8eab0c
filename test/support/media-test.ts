import type { BrowserContext, Page } from 'playwright-core';
import { describe, test } from 'vitest';
import { openChromium } from './chromium.mjs';
import type { Engine, Tab } from './engines.ts';
import { chromium86, engines, runIn } from './engines.ts';
import type { Film, MediaStage } from './media-stage.ts';
import { startMediaStage } from './media-stage.ts';
import { inPart } from './parts.ts';

export interface MediaFixtures {
  readonly stage: MediaStage;
  readonly context: BrowserContext;
  /** The page of `stage`, open. */
  readonly page: Page;
  /** Runs the body of an async function in the page; `args` is what it gets. */
  readonly run: <T>(body: string, args?: unknown) => Promise<T>;
}

/**
 * A test with a stage, a browser's profile and a page of its own: nothing that it breaks is seen by those beside it.
 */
export const mediaTest = test.extend<MediaFixtures>({
  // eslint-disable-next-line no-empty-pattern -- Vitest reads from the pattern which fixtures it needs
  stage: async ({}, use) => {
    const stage = await startMediaStage();
    await use(stage);
    await stage.stop();
  },
  // eslint-disable-next-line no-empty-pattern
  context: async ({}, use) => {
    const browser = await openChromium();
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

/** A test in one engine, with a stage and a browser of its own, whose `tab` shows the page of `stage`. */
const mediaTestIn = (engine: Engine, film?: Film) =>
  test.extend<{ readonly stage: MediaStage; readonly tab: Tab }>({
    // eslint-disable-next-line no-empty-pattern
    stage: async ({}, use) => {
      const stage = await startMediaStage(film);
      await use(stage);
      await stage.stop();
    },
    tab: async ({ stage }, use) => {
      const { tab, close } = await engine.open();
      await tab.goto(stage.origin);
      await use(tab);
      await close();
    },
  });

/**
 * Runs the same tests in every engine that is installed, and in Chromium 86; the others count as skipped, with their
 * names.
 */
export function describeMedia(
  title: string,
  define: (engine: Engine, it: ReturnType<typeof mediaTestIn>) => void,
  { film, without }: { film?: Film; without?: Engine['name'] } = {},
): void {
  const tested = [...engines, ...inPart([], [chromium86])].filter(({ name }) => name !== without);
  // a part of the tests may have no other engine than that
  if (!tested.length) return;
  describe(title, { tags: ['nginx'] }, () => {
    for (const engine of tested) {
      describe(engine.name, { concurrent: true, retry: engine.retry, tags: [...engine.tags] }, () =>
        define(engine, mediaTestIn(engine, film)),
      );
    }
  });
}
