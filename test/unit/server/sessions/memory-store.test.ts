import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../../../packages/server/src/sessions.ts';
import { describeSessionStore } from '../../../support/session-store-contract.ts';

describe('memoryStore', () => {
  describeSessionStore(memoryStore);

  test('whatever is called in whichever order, no viewer has more places than allowed, and nobody loses his', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const viewer = fc.constantFrom('anna', 'ben');
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('admit' as const), id, viewer }) },
      fc.record({ kind: fc.constant('leave' as const), id, viewer }),
      fc.record({ kind: fc.constant('end' as const), id }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 400 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), async (steps, limit) => {
        const store = memoryStore();
        const [idleMs, overMs] = [300, 500];
        const held = new Map<string, { freeAtMs: number; overAtMs: number }>(); // the model: who holds a place
        const ended = new Map<string, number>();
        let nowMs = 1000;
        const holders = (who: string): string[] =>
          [...held].filter(([key, { freeAtMs }]) => key.startsWith(`${who}:`) && freeAtMs > nowMs).map(([key]) => key);
        for (const each of steps) {
          if (each.kind === 'wait') nowMs += each.ms;
          if (each.kind === 'admit') {
            const key = `${each.viewer}:${each.id}`;
            const call = {
              viewer: each.viewer,
              id: key,
              limit,
              most: 200,
              nowMs,
              idleAtMs: nowMs + idleMs,
              overAtMs: nowMs + overMs,
            };
            const places = holders(each.viewer);
            const expected =
              (ended.get(key) ?? 0) > nowMs
                ? 'ended'
                : places.includes(key) || places.length < limit
                  ? 'admitted'
                  : 'full';
            expect(await store.admit(call)).toBe(expected);
            if (expected === 'admitted') held.set(key, { freeAtMs: nowMs + idleMs, overAtMs: nowMs + overMs });
          }
          if (each.kind === 'leave') {
            const key = `${each.viewer}:${each.id}`;
            await store.leave(each.viewer, key, nowMs);
            const known = held.get(key);
            if (known) held.set(key, { ...known, freeAtMs: Math.min(nowMs, known.freeAtMs) });
          }
          if (each.kind === 'end') {
            const key = `anna:${each.id}`;
            await store.end({ id: key }, nowMs);
            const known = held.get(key);
            if (known && known.overAtMs > nowMs) ended.set(key, known.overAtMs);
            held.delete(key);
          }
          for (const who of ['anna', 'ben'])
            expect((await store.list(who, nowMs)).map((session) => session.id).sort()).toEqual(holders(who).sort());
        }
      }),
      { numRuns: 300 },
    );
  });

  test('when it is full, it makes room of what is over, even behind one who stays, once a second', async () => {
    const store = memoryStore();
    const lasting = { viewer: 'long', id: 'long', limit: 1, most: 200, nowMs: 1, idleAtMs: 1e9, overAtMs: 1e9 };
    await store.admit(lasting);
    const times = { nowMs: 1, idleAtMs: 1000, overAtMs: 1000 };
    for (let i = 1; i < 100_000; i++)
      await store.admit({ viewer: `v${i}`, id: `s${i}`, limit: 1, most: 200, ...times });
    const comeAt = (nowMs: number): Promise<string> =>
      store.admit({ viewer: 'x', id: 'x', limit: 1, most: 200, nowMs, idleAtMs: 3000, overAtMs: 3000 });
    await expect(comeAt(999)).rejects.toThrow('redisStore');
    expect(await comeAt(1001)).toBe('admitted');
    expect(await store.admit({ ...lasting, nowMs: 2000 })).toBe('admitted');
  });
});
