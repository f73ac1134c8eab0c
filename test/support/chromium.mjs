import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** `HEADED=1` shows the windows. */
const headless = !process.env.HEADED;
/** The one without a browser UI first: the full Chromium, headless, makes an invisible window for each page. */
const ON_THIS_MACHINE = headless
  ? ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']
  : ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const INSTALLED = process.env.TEST_PROGRAMS === 'none' ? [] : ON_THIS_MACHINE;
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/chromium', import.meta.url));

/** The Chromium that comes with the packages, unpacked. @returns {Promise<string>} */
export async function packagedChromium() {
  mkdirSync(CACHE, { recursive: true });
  // the package lists font folders that are not where it unpacks its font: without any, Chromium ends at the first
  // caption
  const fonts = join(CACHE, 'fonts.conf');
  writeFileSync(
    fonts,
    `<fontconfig>
      <dir>${CACHE}/fonts</dir>
      <dir>/usr/share/fonts</dir>
      <cachedir>${CACHE}/fonts-cache</cachedir>
    </fontconfig>`,
  );
  process.env.FONTCONFIG_FILE ??= fonts;
  // read when the package is imported: unpacks the shared libraries that a bare machine lacks
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs20.x';
  const { TMPDIR } = process.env;
  // it takes whatever lies in the temporary folder for its own, of any version
  process.env.TMPDIR = CACHE;
  try {
    const { default: packaged } = await import('@sparticuz/chromium');
    return await packaged.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** The Chromium of this machine, or the one that comes with the packages. @returns {Promise<string>} */
export const chromiumPath = async () => process.env.CHROMIUM_PATH ?? INSTALLED.find(existsSync) ?? packagedChromium();

/**
 * Starts Chromium; media plays without a click: for a test that needs more of its own than {@link openChromium} gives.
 * @returns {Promise<import('playwright-core').Browser>}
 */
export const launchChromium = async (executablePath = chromiumPath()) =>
  chromium.launch({ executablePath: await executablePath, args: ARGS, headless });

/** @type {Map<string, ReturnType<typeof launchChromium>>} */
const running = new Map();

/**
 * The Chromium of this process, started with the first call: a start costs a second of a processor. What is opened here
 * has a profile of its own (cookies, caches, service workers, connections), and `close` closes just that.
 * @typedef {Pick<import('playwright-core').Browser, 'newContext' | 'newPage'> & { close(): Promise<void> }} OwnProfiles
 * @returns {Promise<OwnProfiles>}
 */
export async function openChromium(executablePath = chromiumPath()) {
  const path = await executablePath;
  if (!(await running.get(path))?.isConnected()) running.set(path, launchChromium(Promise.resolve(path)));
  const browser = await /** @type {ReturnType<typeof launchChromium>} */ (running.get(path));
  /** @type {Set<import('playwright-core').BrowserContext>} */
  const contexts = new Set();
  /** @type {import('playwright-core').Browser['newContext']} */
  const newContext = async (options) => {
    const context = await browser.newContext(options);
    // a little less than a test may take: what does not come is named, and a busy machine is waited for
    context.setDefaultTimeout(150_000);
    contexts.add(context);
    context.once('close', () => contexts.delete(context));
    return context;
  };
  return {
    newContext,
    newPage: async (options) => {
      const context = await newContext(options);
      const page = await context.newPage();
      page.once('close', () => void context.close());
      return page;
    },
    close: async () => {
      await Promise.all([...contexts].map((context) => context.close()));
    },
  };
}
