import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { installRecording } from './recording.ts';
import type { Stage } from './stage.ts';

/** Milliseconds between two looks at a page: each costs the processor two, and a dozen players wait at once. */
export const lookEvery = 200;

/**
 * Looks until what is seen fits, and resolves with that.
 *
 * @param describe what the error says of what was seen last
 * @throws with what was seen last after `seconds`
 */
export async function lookUntil<T>(
  look: () => Promise<T>,
  fits: (seen: T) => boolean,
  seconds: number,
  describe: (seen: T) => string = (seen) => JSON.stringify(seen),
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (fits(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Not in ${seconds} s: ${fits.toString()}\n${describe(seen)}`);
    await delay(lookEvery);
  }
}

/**
 * Resolves when `count` has stood still for four seconds. What left before may arrive late on a busy machine; what goes
 * on never stands still.
 *
 * @throws after a minute
 */
export async function standsStill(count: () => number): Promise<void> {
  for (let round = 0; round < 15; round++) {
    const before = count();
    await delay(4000);
    if (count() === before) return;
  }
  throw new Error(`It goes on: ${count()} by now.`);
}

export interface RecordedPage {
  readonly page: Page;
  /** Exceptions that nobody caught. */
  readonly pageErrors: readonly string[];
  /** Requests for anything but the page's own files, as the browser sent them. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens a page of its own context, so that no cache and no cookie is shared.
 *
 * @param html a file of `test/support`, or a whole URL
 * @param prepare runs before the page is loaded
 */
export async function openRecordedPage(
  { browser, pages }: Pick<Stage, 'browser' | 'pages'>,
  html: string,
  prepare?: (page: Page) => Promise<void>,
): Promise<RecordedPage> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const pageErrors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(pages.origin)) requests.push(request.url());
  });
  await prepare?.(page);
  await page.addInitScript(installRecording);
  await page.goto(new URL(html, `${pages.origin}/test/support/`).href);
  return { page, pageErrors, requests, close: () => context.close() };
}
