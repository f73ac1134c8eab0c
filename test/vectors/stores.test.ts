import { describe, expect, test } from 'vitest';
import { azureBlob, googleStorage, signUrl } from '../../packages/server/src/index.ts';
import type { TokenFormat } from '../../packages/server/src/index.ts';
import { s3 } from '../../packages/server/src/s3.ts';
import stores from './stores.json' with { type: 'json' };

/** One case of `stores.json`, recorded from the SDK of the store. */
interface StoreVector {
  readonly store: 's3' | 'google-storage' | 'azure-blob';
  readonly note: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly url: string;
  /** Unix seconds at which the URL expires. */
  readonly expires: number;
  /** URL as the SDK signs it. */
  readonly signed: string;
}

const makers = { s3, 'google-storage': googleStorage, 'azure-blob': azureBlob } as unknown as Record<
  StoreVector['store'],
  (options: object) => TokenFormat
>;

const sorted = (url: string): [string, string][] => [...new URL(url).searchParams].sort(([a], [b]) => (a < b ? -1 : 1));

describe.each(stores as unknown as StoreVector[])('$store, $note', ({ store, options, url, expires, signed }) => {
  test('is signed as the SDK of the store signs it', async () => {
    const own = makers[store](options);
    // The SDK of AWS signs parameters along that say who has made the URL, and what nothing was hashed of.
    const params = [...new URL(signed).searchParams.keys()].filter((name) => !own.parameters!.includes(name));
    const format = store === 's3' ? makers.s3({ ...options, params }) : own;
    const asked = new URL(url);
    for (const name of params) asked.searchParams.set(name, new URL(signed).searchParams.get(name)!);
    expect(sorted(await signUrl(asked, { format, expires }))).toEqual(sorted(signed));
  });
});
