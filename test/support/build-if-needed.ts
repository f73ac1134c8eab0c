import { prepare } from './prepare.mjs';

/** What is tested as it is shipped is built first, where a source is newer than what was built. */
export default async function setup(): Promise<void> {
  await prepare();
}
