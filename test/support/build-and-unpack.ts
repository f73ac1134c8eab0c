import { chromiumPath } from './chromium.mjs';
import { unpackOlderChromium } from './older-chromium.ts';
import { runsRest } from './parts.ts';
import { prepareQuickly } from './prepare.mjs';

/** Builds what tests run, if a source is newer; unpacks Chromium once: two that unpack at a time break each other. */
export default async function setup(): Promise<void> {
  await prepareQuickly();
  process.env.CHROMIUM_PATH = await chromiumPath();
  if (!runsRest) return;
  await unpackOlderChromium('chromium-86');
  await unpackOlderChromium('chromium-76');
}
