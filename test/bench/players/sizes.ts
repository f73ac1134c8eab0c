import { bundleSize } from '../../support/bundle-size.ts';
import type { Contender } from './contender.ts';

/** Bytes, gzipped, that a page loads beside the player. */
export async function sizesOf(contenders: readonly Contender[]): Promise<Readonly<Record<string, number>>> {
  const sizes = contenders.map(async ({ name, adds, worker }) => {
    const entries = [...(adds ? [adds] : []), ...(worker ? ['packages/worker/dist/token-worker.js'] : [])];
    const each = await Promise.all(entries.map((entry) => bundleSize(entry)));
    return [name, each.reduce((sum, bytes) => sum + bytes, 0)] as const;
  });
  return Object.fromEntries(await Promise.all(sizes));
}
