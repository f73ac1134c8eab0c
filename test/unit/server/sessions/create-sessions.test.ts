import { describe, expect, test } from 'vitest';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import { describeSessionStore } from '../../../support/session-store-contract.ts';

const request = new Request('https://app.example.com/token', { headers: { 'X-Viewer': 'anna' } });
const viewer = (asking: Request): string => asking.headers.get('X-Viewer') ?? '';
const [one, other] = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBA'];

describe('createSessions', () => {
  test('lists sessions with their times in seconds, under an id that is not what the page sent', async () => {
    let now = 1_795_500_000_500;
    const sessions = createSessions({ store: memoryStore(), viewer, clock: () => now });
    const admitted = await sessions.admit(request, { session: one, ttl: 300 });
    now += 10_000;
    await sessions.admit(request, { session: one, ttl: 300 });
    const [listed, ...more] = await sessions.list('anna');
    expect(more).toEqual([]);
    expect(listed).toEqual({ id: expect.any(String), startedAt: 1_795_500_000, seenAt: 1_795_500_010 });
    expect(admitted).toEqual({ state: 'admitted', id: listed!.id });
    expect(await sessions.idOf(request, one)).toBe(listed!.id);
    expect(listed!.id).toMatch(/^[\w-]{22}$/);
    expect(listed!.id).not.toBe(one);
    expect(await sessions.list('ben')).toEqual([]);
  });

  test('the same session of another viewer is another one', async () => {
    const sessions = createSessions({ store: memoryStore(), viewer });
    const ben = new Request(request.url, { headers: { 'X-Viewer': 'ben' } });
    const a = await sessions.admit(request, { session: one, ttl: 300 });
    const b = await sessions.admit(ben, { session: one, ttl: 300 });
    expect(a).not.toEqual(b);
    await sessions.end({ viewer: 'ben' });
    expect(await sessions.list('anna')).toHaveLength(1);
  });

  test.each([
    [undefined, 450],
    [60, 60],
    // a year, the longest time
    [31_536_000, 31_536_000],
  ])('with idle %s, a place of tokens of 300 seconds is free after %s seconds', async (idle, free) => {
    const start = 1_795_500_000_000;
    let now = start;
    const sessions = createSessions({
      store: memoryStore(),
      viewer,
      limit: 1,
      clock: () => now,
      ...(idle && { idle }),
    });
    await sessions.admit(request, { session: one, ttl: 300 });
    now = start + free * 1000 - 1;
    expect(await sessions.admit(request, { session: other, ttl: 300 })).toEqual({ state: 'full', limit: 1 });
    now += 1;
    expect(await sessions.admit(request, { session: other, ttl: 300 })).toMatchObject({ state: 'admitted' });
  });

  test('a session is ended by its id, and a page that is closed leaves', async () => {
    const sessions = createSessions({ store: memoryStore(), viewer, limit: 1 });
    await sessions.admit(request, { session: one, ttl: 300 });
    await sessions.leave(request, one);
    expect(await sessions.admit(request, { session: other, ttl: 300 })).toMatchObject({ state: 'admitted' });
    await sessions.end((await sessions.list('anna'))[0]!.id);
    expect(await sessions.admit(request, { session: other, ttl: 300 })).toEqual({ state: 'ended' });
    expect((await sessions.ended())?.sessions).toHaveLength(1);
  });

  test.each([
    ['store', undefined],
    ['viewer', 'anna'],
    ['limit', 0],
    ['idle', 0],
    ['idle', 31_536_001],
    ['idle', '60'],
    ['limits', 1],
  ])('refuses %s %j at once', (name, value) => {
    expect(() => createSessions({ store: memoryStore(), viewer, [name]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(name) as string }) as Error,
    );
  });
});

describe('memoryStore', () => {
  describeSessionStore(memoryStore);

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
