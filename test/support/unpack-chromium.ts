import { chromiumPath } from './chromium.mjs';

/** Unpacked once, before the tests: two processes that unpack at the same time break each other. */
export default async function setup(): Promise<void> {
  process.env.CHROMIUM_PATH = await chromiumPath();
}
