import { chromiumPath } from './chromium.mjs';
import { prepareQuickly } from './prepare.mjs';

/**
 * Builds what browsers and servers run, without types, where a source is newer than its build; unpacks Chromium once,
 * before the tests: two processes that unpack at the same time break each other.
 */
export default async function setup(): Promise<void> {
  await prepareQuickly();
  process.env.CHROMIUM_PATH = await chromiumPath();
}
