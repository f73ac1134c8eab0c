import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserType } from 'playwright-core';

/** The reason why there is no browser, and what to install. */
export interface Unavailable {
  readonly unavailable: string;
}

/** Browsers in the order in which they are tried. Chrome decodes H.264, and Playwright's own Chromium does not. */
const candidates = [
  { channel: 'chrome' },
  { channel: 'msedge' },
  { executablePath: '/usr/bin/chromium' },
  { executablePath: '/usr/bin/chromium-browser' },
  {},
] as const;

/**
 * Arguments of the browser. The page of the doctor comes from no server, so Chromium takes it for a page of a public
 * network, which would need the viewer's consent to call a server on this machine.
 */
const args = ['--autoplay-policy=no-user-gesture-required', '--disable-features=LocalNetworkAccessChecks'];

/**
 * Opens a Chromium of this machine, with a `playwright-core` that is installed in the current folder or beside this
 * package.
 */
export async function openChromium(): Promise<Browser | Unavailable> {
  const chromium = findDriver();
  if (!chromium) return { unavailable: 'playwright-core is not installed. Run: npm install playwright-core' };
  const { CHROMIUM_PATH: path } = process.env;
  for (const candidate of path ? [{ executablePath: path }] : candidates) {
    try {
      return await chromium.launch({ ...candidate, args });
    } catch {
      continue;
    }
  }
  return {
    unavailable: path
      ? 'the browser that CHROMIUM_PATH names does not start. Give the path of a Chrome or Chromium'
      : 'no Chrome, Edge or Chromium was found. Install one, or set CHROMIUM_PATH to its path',
  };
}

function findDriver(): BrowserType | undefined {
  for (const from of [join(process.cwd(), 'index.js'), import.meta.url]) {
    try {
      return (createRequire(from)('playwright-core') as { chromium: BrowserType }).chromium;
    } catch {
      continue;
    }
  }
  return undefined;
}
