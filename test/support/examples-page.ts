import type { Page } from 'playwright-core';
import type { ExpectStatic } from 'vitest';
import { test } from 'vitest';
import { startExamples } from '../../examples/server.mjs';
import { openChromium } from './chromium.mjs';

export interface Opened {
  readonly page: Page;
  /** Errors that nobody caught in the page. */
  readonly errors: string[];
  /** The tokens of its requests. */
  readonly tokens: string[];
}

interface ExampleFixtures {
  readonly examples: Awaited<ReturnType<typeof startExamples>>;
  readonly open: (path: string) => Promise<Opened>;
}

/**
 * A test with servers of `npm start` and a Chromium of its own: some buttons of the pages change what the servers do.
 */
export const exampleTest = test.extend<ExampleFixtures>({
  // eslint-disable-next-line no-empty-pattern -- Vitest reads from the pattern which fixtures it needs
  examples: async ({}, use) => {
    const examples = await startExamples({ pagePort: 0, appPort: 0, edgePort: 0 });
    await use(examples);
    await examples.close();
  },
  open: async ({ examples }, use) => {
    const browser = await openChromium();
    await use(async (path) => {
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
    });
    await browser.close();
  },
});

export const tile = (page: Page, name: string): Promise<string> => page.locator(`[data-tile="${name}"]`).innerText();
export const press = (page: Page, name: string): Promise<void> => page.getByText(name, { exact: true }).first().click();

/** Waits until the picture has moved on by some seconds. */
export const playOn = (page: Page, seconds: number, rate = 1): Promise<void> =>
  page.evaluate(
    async ([by, speed]) => {
      const video = document.querySelector('video')!;
      const goal = video.currentTime + by;
      video.playbackRate = speed;
      // says what is wrong before the test is ended without a word
      const deadline = performance.now() + 90_000;
      while (video.currentTime < goal) {
        if (performance.now() > deadline) {
          const happened = [...document.querySelectorAll('.log li')].map(({ textContent }) => textContent);
          const { buffered, currentTime, readyState } = video;
          const loaded = [...Array(buffered.length).keys()].map((at) => `${buffered.start(at)} to ${buffered.end(at)}`);
          const state = `readyState ${readyState}, loaded: ${loaded.join(', ')}`;
          throw new Error(`stands at ${currentTime} of ${goal} s, ${state}: ${happened.join(' | ')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    [seconds, rate] as const,
  );

/** Waits until the page says that it plays: on a busy machine it may have to wait for the next segment. */
export const plays = (page: Page): Promise<void> =>
  page.locator('[data-tile="player"]', { hasText: 'playing' }).waitFor();

/** Waits for something in the list of what happened. */
export const happens = (page: Page, text: string): Promise<void> =>
  page.locator('.log li', { hasText: text }).first().waitFor();

/** The page plays that stream of its choice; nothing is refused, and no token is seen in the page. */
export async function playsUnseen(
  { page, errors, tokens }: Opened,
  stream: string,
  expect: ExpectStatic,
): Promise<void> {
  await page.locator('label', { hasText: stream }).first().click();
  await page.waitForFunction(() => document.querySelector('video')!.currentTime > 0);
  await playOn(page, 3);
  await plays(page);
  expect(await tile(page, 'refused')).toBe('0 / 0');
  expect(errors).toEqual([]);

  const html = await page.content();
  expect(tokens.length).toBeGreaterThan(2);
  expect(tokens.filter((token) => html.includes(token))).toEqual([]);
}
