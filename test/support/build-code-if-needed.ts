import { prepareQuickly } from './prepare.mjs';

/** Builds what browsers and servers run, without types, where a source is newer than its build. */
export default async function setup(): Promise<void> {
  await prepareQuickly();
}
