import { existsSync, mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const INSTALLED = '/usr/bin/chromium';
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

/** The Chromium of this machine, or the one that comes with the packages. @returns {Promise<string>} */
export async function chromiumPath() {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  if (existsSync(INSTALLED)) return INSTALLED;
  // read when the package is imported: unpacks the shared libraries that a bare machine lacks
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs20.x';
  // it takes whatever lies in the temporary folder for its own, of any version
  process.env.TMPDIR = new URL('../../node_modules/.cache/chromium', import.meta.url).pathname;
  mkdirSync(process.env.TMPDIR, { recursive: true });
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}

/** Starts Chromium, headless; media plays without a click. @returns {Promise<import('playwright-core').Browser>} */
export const launchChromium = async () =>
  chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? (await chromiumPath()), args: ARGS });
