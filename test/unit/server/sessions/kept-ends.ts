import { expect, test } from 'vitest';
import type { SessionStore, StoredCall } from '../../../../packages/server/src/sessions.ts';

const NOW = 1_795_500_000_000;

/** Tests how long every store remembers an end. @param make a store of its own, which shares nothing with others */
export function describeKeptEnds(make: () => SessionStore | Promise<SessionStore>): void {
  const lasting = (id: string, ms: number, limit?: number): StoredCall => ({
    ...{ viewer: 'anna', id, limit, nowMs: NOW, idleAtMs: NOW + ms, overAtMs: NOW + ms },
  });

  test('a later call for shorter tokens does not shorten how long an end is remembered', async () => {
    const store = await make();
    await store.admit(lasting('a', 450_000, 1));
    await store.admit(lasting('a', 1000, 1));
    await store.end({ id: 'a' }, NOW);
    expect((await store.ended(undefined, NOW))?.sessions).toEqual([{ id: 'a', untilMs: NOW + 450_000 }]);
  });

  test('a session that makes room for another one is ended: its tokens may live', async () => {
    const store = await make();
    const { version } = (await store.ended(undefined, NOW))!;
    for (let i = 0; i < 101; i++) await store.admit({ ...lasting(`s${i}`, 450_000), nowMs: NOW + i });
    expect((await store.ended(version, NOW + 101))?.sessions).toEqual([{ id: 's0', untilMs: NOW + 450_000 }]);
    await store.end({ viewer: 'anna' }, NOW + 102);
    expect((await store.ended(undefined, NOW + 102))?.sessions).toHaveLength(101);
  });
}
