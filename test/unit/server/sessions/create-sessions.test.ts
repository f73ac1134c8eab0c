import { describe, expect, test, vi } from 'vitest';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import type { SessionStore } from '../../../../packages/server/src/sessions.ts';

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

  test.each([NaN, 1_795_500_000])('a clock that says %s counts and ends nothing', async (now) => {
    const sessions = createSessions({ store: memoryStore(), viewer, clock: () => now });
    const wrong = { code: 'ERR_OPTIONS', option: 'sessions.clock' };
    await expect(sessions.admit(request, { session: one, ttl: 300 })).rejects.toMatchObject(wrong);
    await expect(sessions.end({ viewer: 'anna' })).rejects.toMatchObject(wrong);
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
    ['returns no name', () => ''],
    ['returns none at all', () => undefined as never],
    [
      'throws',
      () => {
        throw new Error('log-in away');
      },
    ],
  ])('a viewer that %s is never a free pass', async (_, unnamed) => {
    const sessions = createSessions({ store: memoryStore(), viewer: unnamed });
    await expect(sessions.admit(request, { session: one, ttl: 300 })).rejects.toThrow(/viewer|log-in/);
  });

  test.each([
    ['store', undefined],
    ['store', {}],
    ['viewer', 'anna'],
    ['limit', 0],
    ['limit', 1.5],
    ['clock', 5],
    ['idle', 0],
    ['idle', Infinity],
    ['idle', 31_536_001],
    ['idle', 1e17],
    ['idle', '60'],
    ['limits', 1],
  ])('refuses %s %j at once', (name, value) => {
    expect(() => createSessions({ store: memoryStore(), viewer, [name]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(name) as string }) as Error,
    );
  });

  test('a store that hangs fails after two seconds', async ({ onTestFinished }) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const hanging = { admit: () => new Promise(() => undefined) } as unknown as SessionStore;
    const sessions = createSessions({ store: hanging, viewer });
    const call = expect(sessions.admit(request, { session: one, ttl: 300 })).rejects.toThrow('two seconds');
    await vi.advanceTimersByTimeAsync(2000);
    await call;
  });
});
