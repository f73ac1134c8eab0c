import { expect, test } from 'vitest';
import type { SessionStore, StoredCall } from '../../../../packages/server/src/sessions.ts';

const NOW = 1_795_500_000_000;
const lastsMs = 450_000;

/** Tests what every store keeps of a viewer who begins ever new sessions. @param make a store of its own */
export function describeManySessions(make: () => SessionStore | Promise<SessionStore>): void {
  const call = (id: string, ms: number, { viewer = 'mallory', limit }: Partial<StoredCall> = {}): StoredCall => ({
    ...{ viewer, id, limit, nowMs: NOW + ms, idleAtMs: NOW + ms + lastsMs, overAtMs: NOW + ms + lastsMs },
  });
  const ids = (sessions: readonly { id: string }[]): string[] => sessions.map(({ id }) => id);

  test.each([
    ['without a limit', undefined],
    ['with a limit of one, who leaves each time', 1],
  ])('a viewer %s begins two hundred sessions in the lifetime of tokens, and others any', async (_, limit) => {
    const store = await make();
    const answers: string[] = [];
    for (let i = 0; i < 210; i++) {
      answers.push(await store.admit(call(`s${i}`, i, { limit })));
      if (limit === 1) await store.leave('mallory', `s${i}`, NOW + i);
    }
    expect(answers.lastIndexOf('admitted')).toBe(199);
    expect(new Set(answers.slice(200))).toEqual(new Set(['crowded']));
    expect(ids((await store.ended(undefined, NOW + 210))!.sessions)).toHaveLength(100);
    expect(await store.admit(call('s150', 211, { limit })), 'a session that has begun').toBe('admitted');
    expect(await store.admit(call('s1', 211, { limit })), 'one that made room').toBe('ended');
    expect(await store.admit(call('a', 211, { limit, viewer: 'anna' }))).toBe('admitted');
    expect(await store.admit(call('later', lastsMs, { limit: limit && 3 })), 'when the first is over').toBe('admitted');
  });

  test('sessions that were ended by the app leave a viewer room for a hundred others', async () => {
    const store = await make();
    for (let i = 0; i < 100; i++) await store.admit(call(`s${i}`, 0));
    await store.end({ viewer: 'mallory' }, NOW);
    for (let i = 100; i < 200; i++) expect(await store.admit(call(`s${i}`, 0))).toBe('admitted');
    expect(await store.admit(call('more', 0))).toBe('crowded');
    await store.end({ viewer: 'mallory' }, NOW);
    expect((await store.ended(undefined, NOW))?.sessions).toHaveLength(200);
    expect(await store.admit(call('more', lastsMs))).toBe('admitted');
  });

  test('of a hundred sessions, one that has left makes room for another one, and none that plays', async () => {
    const store = await make();
    for (let i = 0; i < 100; i++) await store.admit(call(`s${i}`, i));
    await store.leave('mallory', 's40', NOW + 100);
    await store.admit(call('new', 101));
    expect(ids((await store.ended(undefined, NOW + 101))!.sessions)).toEqual(['s40']);
    await store.admit(call('newer', 102));
    expect(ids((await store.ended(undefined, NOW + 102))!.sessions).sort()).toEqual(['s0', 's40']);
  });
}
