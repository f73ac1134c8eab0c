import { prepare } from './prepare.mjs';

/** Builds what is tested as it is shipped, where a source is newer than its build. */
export default async function setup(): Promise<void> {
  await prepare();
}
