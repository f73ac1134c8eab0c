import { expect, test } from 'vitest';
import type { SessionStore, StoredCall } from '../../packages/server/src/sessions.ts';

const NOW = 1_795_500_000_000;

/** Tests what every store of sessions promises. @param make a store of its own, which shares nothing with others */
export function describeSessionStore(make: () => SessionStore | Promise<SessionStore>): void {
  const call = (id: string, more: Partial<StoredCall> = {}): StoredCall => ({
    viewer: 'anna',
    id,
    limit: 2,
    most: 200,
    nowMs: NOW,
    idleAtMs: NOW + 450_000,
    overAtMs: NOW + 450_000,
    ...more,
  });
  const later = (id: string, ms: number, more: Partial<StoredCall> = {}): StoredCall =>
    call(id, { nowMs: NOW + ms, idleAtMs: NOW + ms + 450_000, overAtMs: NOW + ms + 450_000, ...more });
  const ids = (sessions: readonly { id: string }[]): string[] => sessions.map(({ id }) => id).sort();

  test('as many sessions of a viewer as are allowed have a place, and those of others do not count', async () => {
    const store = await make();
    expect(await store.admit(call('a'))).toBe('admitted');
    expect(await store.admit(call('b'))).toBe('admitted');
    expect(await store.admit(call('c'))).toBe('full');
    expect(await store.admit(call('a'))).toBe('admitted');
    expect(await store.admit(call('d', { viewer: 'ben' }))).toBe('admitted');
    expect(ids(await store.list('anna', NOW))).toEqual(['a', 'b']);
  });

  test('of many sessions that begin in the same millisecond, no more than are allowed get a place', async () => {
    const store = await make();
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => store.admit(call(`s${i}`, { limit: 3 }))),
    );
    expect(answers.filter((answer) => answer === 'admitted')).toHaveLength(3);
    expect(await store.list('anna', NOW)).toHaveLength(3);
  });

  test('a session that calls no more frees its place, one that calls keeps it', async () => {
    const store = await make();
    await store.admit(call('a'));
    await store.admit(call('b'));
    await store.admit(later('b', 300_000));
    expect(await store.admit(later('c', 449_999))).toBe('full');
    expect(await store.admit(later('c', 450_000))).toBe('admitted');
    expect(await store.list('anna', NOW + 450_000)).toEqual(
      expect.arrayContaining([{ id: 'b', startedMs: NOW, seenMs: NOW + 300_000 }]),
    );
    expect(await store.admit(later('a', 450_001))).toBe('full');
  });

  test('a session that leaves frees its place at once, and may come back', async () => {
    const store = await make();
    await store.admit(call('a', { limit: 1 }));
    await store.leave('anna', 'a', NOW + 1);
    expect(await store.list('anna', NOW + 1)).toEqual([]);
    expect(await store.admit(later('b', 1, { limit: 1 }))).toBe('admitted');
    expect(await store.admit(later('a', 2, { limit: 1 }))).toBe('full');
    await store.leave('anna', 'unknown', NOW);
  });

  test('a session that was ended is told so until nothing of it lasts, and its place is free', async () => {
    const store = await make();
    await store.admit(call('a', { limit: 1 }));
    await store.end({ id: 'a' }, NOW + 1000);
    expect(await store.admit(later('a', 2000, { limit: 1 }))).toBe('ended');
    expect(await store.admit(later('b', 2000, { limit: 1 }))).toBe('admitted');
    expect(await store.admit(later('a', 449_999, { limit: 2 }))).toBe('ended');
    expect(await store.admit(later('a', 450_000, { limit: 2 }))).toBe('admitted');
  });

  test('one that has left is ended, too: its tokens may live', async () => {
    const store = await make();
    await store.admit(call('a'));
    await store.leave('anna', 'a', NOW);
    await store.end({ id: 'a' }, NOW + 1);
    expect((await store.ended(undefined, NOW + 1))?.sessions).toEqual([{ id: 'a', untilMs: NOW + 450_000 }]);
  });

  test('all sessions of a viewer are ended together, and no others', async () => {
    const store = await make();
    for (const each of [call('a'), call('b'), call('c', { viewer: 'ben' })]) await store.admit(each);
    await store.end({ viewer: 'anna' }, NOW);
    expect(ids((await store.ended(undefined, NOW))!.sessions)).toEqual(['a', 'b']);
    expect(await store.list('anna', NOW)).toEqual([]);
    expect(ids(await store.list('ben', NOW))).toEqual(['c']);
  });

  test('the list of ended sessions is sent when it has changed, and holds none that is over', async () => {
    const store = await make();
    await store.admit(call('a'));
    await store.admit(call('b', { overAtMs: NOW + 460_000 }));
    const { version } = (await store.ended(undefined, NOW))!;
    expect(await store.ended(version, NOW)).toBeUndefined();
    await store.end({ id: 'a' }, NOW);
    const next = (await store.ended(version, NOW))!;
    expect(next.sessions).toEqual([{ id: 'a', untilMs: NOW + 450_000 }]);
    expect(await store.ended(next.version, NOW)).toBeUndefined();
    await store.end({ id: 'b' }, NOW);
    expect((await store.ended(next.version, NOW + 450_000))?.sessions).toEqual([{ id: 'b', untilMs: NOW + 460_000 }]);
  });

  test('what is not known is ended without a word', async () => {
    const store = await make();
    await store.end({ id: 'unknown' }, NOW);
    await store.end({ viewer: 'nobody' }, NOW);
    expect((await store.ended(undefined, NOW))?.sessions).toEqual([]);
  });

  test('a later call for shorter tokens does not shorten how long an end is remembered', async () => {
    const store = await make();
    await store.admit(call('a'));
    await store.admit(call('a', { idleAtMs: NOW + 1000, overAtMs: NOW + 1000 }));
    await store.end({ id: 'a' }, NOW);
    expect((await store.ended(undefined, NOW))?.sessions).toEqual([{ id: 'a', untilMs: NOW + 450_000 }]);
  });

  test('a viewer who begins ever new sessions, each of which leaves, fills no store', async () => {
    const store = await make();
    for (let i = 0; i < 5; i++) {
      expect(await store.admit(later(`s${i}`, i, { most: 5 }))).toBe('admitted');
      await store.leave('anna', `s${i}`, NOW + i);
    }
    expect(await store.admit(later('new', 5, { most: 5 }))).toBe('full');
    expect(await store.admit(later('s0', 5, { most: 5 })), 'one that has begun').toBe('admitted');
    expect(await store.admit(later('other', 5, { most: 5, viewer: 'ben' }))).toBe('admitted');
    expect(await store.admit(later('new', 450_001, { most: 5 })), 'when the first are over').toBe('admitted');
  });
}
