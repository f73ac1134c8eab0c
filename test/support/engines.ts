import type { Page } from 'playwright-core';
import { firefox } from 'playwright-core';
import { openChromium } from './chromium.mjs';
import { olderChromium, openByDevTools } from './older-chromium.ts';
import { inPart } from './parts.ts';
import type { Program } from './programs.ts';
import { pathOf } from './programs.ts';
import { openWebKit } from './webkit.ts';

/**
 * Runs the body of an async function in the page. Its error is told without the page's stack, which is of no file here.
 */
export const runIn = <T>(page: Page, body: string, args: unknown = null): Promise<T> =>
  page.evaluate<T>(`(async (args) => { ${body} })(${JSON.stringify(args)})`).catch((error: unknown) => {
    throw new Error(String(error).split('\n    at ')[0]);
  });

/** One page of one browser, driven by text: WebDriver has no other way. */
export interface Tab {
  /** Runs the body of an async function in the page; `args` is what it gets. */
  run<T>(body: string, args?: unknown): Promise<T>;
  goto(url: string): Promise<void>;
}

export interface Engine {
  readonly name: 'chromium' | 'firefox' | 'webkit' | 'chromium 86' | 'chromium 76';
  /** Programs that it needs. */
  readonly tags: readonly Program[];
  /** Failures that get a second try. */
  readonly retry: 0 | { readonly count: number; readonly condition: RegExp };
  /** Opens a browser with an empty profile. */
  open(): Promise<{ tab: Tab; close(): Promise<void> }>;
}

const playwright = async (
  launch: () => ReturnType<typeof openChromium>,
): Promise<{ tab: Tab; close(): Promise<void> }> => {
  const browser = await launch();
  return { tab: tabOf(await browser.newPage()), close: () => browser.close() };
};

export const tabOf = (page: Page): Tab => ({
  run: (body, args) => runIn(page, body, args),
  goto: async (url) => {
    await page.goto(url);
  },
});

/**
 * WebKitGTK ends by itself about once in a thousand tests, or its driver answers no more, whatever it plays: the first
 * of these is what the driver says then, the second what is said of its silence. Such a test is run again in a new
 * browser, and named in the closing lines. No other failure gets a second try.
 */
const ifEngineEnds = { count: 1, condition: /session deleted because of page crash or hang|aborted due to timeout/ };

export const webkit: Engine = { name: 'webkit', tags: ['webkit'], retry: ifEngineEnds, open: openWebKit };

const chromium: Engine = { name: 'chromium', tags: [], retry: 0, open: () => playwright(openChromium) };
const others: readonly Engine[] = [
  {
    name: 'firefox',
    tags: ['firefox'],
    retry: 0,
    open: () =>
      playwright(() =>
        firefox.launch({
          channel: 'moz-firefox',
          executablePath: pathOf('firefox')!,
          firefoxUserPrefs: { 'media.autoplay.default': 0 },
        }),
      ),
  },
  webkit,
];

/** Of October 2020, as in televisions of 2021: the earliest one for what is shipped is 85. */
export const chromium86: Engine = {
  name: 'chromium 86',
  tags: ['chromium-86'],
  retry: 0,
  open: () => playwright(() => openChromium(Promise.resolve(olderChromium('chromium-86')))),
};

/** Of July 2019, for a page that its app has built for older browsers. */
export const chromium76: Engine = {
  name: 'chromium 76',
  tags: ['chromium-76'],
  retry: 0,
  open: () => openByDevTools('chromium-76'),
};

/** Chromium in `npm test`, the others in `npm run test:all`. */
export const engines: readonly Engine[] = inPart([chromium], others);

/** All of them, for what runs in `npm run test:all` alone. */
export const everyEngine: readonly Engine[] = [chromium, ...others];
