import { chromiumPath } from './chromium.mjs';
import { prepareQuickly } from './prepare.mjs';

/** Builds what tests run, if a source is newer; unpacks Chromium once: two that unpack at a time break each other. */
export default async function setup(): Promise<void> {
  await prepareQuickly();
  process.env.CHROMIUM_PATH = await chromiumPath();
}
