import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** The one without a browser UI first: the full Chromium, headless, makes an invisible window for each page. */
const INSTALLED = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
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
  // the package lists font folders that are not where it unpacks its font: without any, Chromium ends at the first caption
  const fonts = join(CACHE, 'fonts.conf');
  writeFileSync(fonts, `<fontconfig><dir>${CACHE}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${CACHE}/fonts-cache</cachedir></fontconfig>`);
  process.env.FONTCONFIG_FILE ??= fonts;
  // read when the package is imported: unpacks the shared libraries that a bare machine lacks
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs20.x';
  // it takes whatever lies in the temporary folder for its own, of any version
  process.env.TMPDIR = CACHE;
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}

/** The Chromium of this machine, or the one that comes with the packages. @returns {Promise<string>} */
export const chromiumPath = async () => process.env.CHROMIUM_PATH ?? INSTALLED.find(existsSync) ?? packagedChromium();

/** Starts Chromium, headless; media plays without a click. @returns {Promise<import('playwright-core').Browser>} */
export const launchChromium = async (executablePath = chromiumPath()) => chromium.launch({ executablePath: await executablePath, args: ARGS });
