import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { hls } from 'secure-token-core/playlists';
import type { Answer } from './lab.ts';
import {
  MASTER,
  START,
  advanceSeconds,
  after,
  code,
  each,
  fail,
  fakeTime,
  folder,
  inTurn,
  lab,
  playing,
} from './lab.ts';
import { playlist, range, segment } from './lab.ts';

fakeTime();

const never: Answer = () => new Promise(() => undefined);
const unexplained = (): Response => {
  return new Response(new ReadableStream(), { status: 403, headers: { 'content-type': 'application/json' } });
};

describe('destroy()', () => {
  test.each<[string, Answer, number]>([
    ['in the task of the requests', never, -1],
    ['while they wait for an answer', never, 1],
    ['while they wait for a late answer', after(5, folder()), 1],
    ['while they wait for the next try', fail(503), 0.5],
    ['while they wait for the explanation of a failure', unexplained, 0.5],
  ])('%s: they end with ERR_DESTROYED, and no call, event or timer follows', async (_, answer, time) => {
    const { source, calls, types } = lab(answer);
    const requests = [source.sign(MASTER), source.sign(segment(1), { patient: true })].map(code);
    if (time >= 0) await advanceSeconds(time);
    const before = [calls.length, types().length, 0];
    source.destroy();
    expect(await Promise.all(requests)).toEqual(['ERR_DESTROYED', 'ERR_DESTROYED']);
    await advanceSeconds(600);
    expect([calls.length, types().length, vi.getTimerCount()]).toEqual(before);
  });

  test.each(range(0, 11, String))('after %s microtasks: no call begins after it', async (microtasks) => {
    const { source, calls } = lab(never);
    const request = code(source.sign(MASTER));
    for (let n = 0; n < Number(microtasks); n++) await Promise.resolve();
    source.destroy();
    const { length } = calls;
    await advanceSeconds(20);
    expect([await request, calls.length, vi.getTimerCount()]).toEqual(['ERR_DESTROYED', length, 0]);
  });

  test('in a listener, or while the app makes the request: that ends, and is not sent', async () => {
    const viewer = lab();
    viewer.source.addEventListener('tokenrenewed', () => viewer.source[Symbol.dispose]());
    expect(await code(viewer.source.sign(MASTER))).toBe('ERR_DESTROYED');
    const fetch = vi.fn(async () => new Response('{}'));
    const { source } = lab(folder(), { request: () => new Promise((resolve) => setTimeout(resolve, 500, {})), fetch });
    const request = code(source.sign(MASTER));
    await advanceSeconds(0.2);
    source.destroy();
    await advanceSeconds(20);
    expect([await request, fetch.mock.calls.length, vi.getTimerCount()]).toEqual(['ERR_DESTROYED', 0, 0]);
  });

  test('ends refused(), renew() and getTokens; afterwards nothing is signed or asked for', async () => {
    const getTokens = vi.fn(({ signal }: { signal: AbortSignal }) => new Promise<never>(() => signal));
    const tokens = [{ prefix: 'https://cdn.test/', query: { st: 'page' }, expires: START + 60 }];
    const { source } = lab(folder(), { endpoint: undefined as never, getTokens, tokens, protect: 'https://cdn.test/' });
    const request = source.signNow(MASTER)!;
    const all: Promise<unknown>[] = [source.refused(request, 403), source.renew()];
    await advanceSeconds(1);
    for (let n = 0; n < 2; n++) source.destroy();
    all.push(source.sign(MASTER), source.refused(request, 403));
    expect(new Set(await Promise.all(all.map(code)))).toEqual(new Set(['ERR_DESTROYED']));
    source.learn(MASTER, hls(playlist(1, 9)));
    source.allow(MASTER);
    await advanceSeconds(3600);
    expect(getTokens.mock.calls.map(([{ signal }]) => signal.aborted)).toEqual([true]);
    expect([source.signNow(MASTER), source.signNow('https://ads.test/x')?.url]).toEqual([
      undefined,
      'https://ads.test/x',
    ]);
  });

  test.each<[string, Answer, number]>([
    ['while it plays', folder(), 30],
    ['while it renews', inTurn(folder(), never), 241],
    ['in the pause of a renewal', inTurn(folder(), fail(503)), 242],
    ['before it reads ahead', each(), 24.5],
  ])('%s leaves no timer and no listener; others of the page go on', async (_, answer, time) => {
    const page = new EventTarget();
    for (const name of ['addEventListener', 'removeEventListener'] as const) vi.stubGlobal(name, page[name].bind(page));
    const { source } = await playing(playlist(1, 90), answer);
    const { signal } = new AbortController();
    for (let left = time, n = 1; left > 0; left -= 4, n++)
      await source.sign(segment(n), { signal }).then(() => advanceSeconds(Math.min(4, left)));
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    source.destroy();
    await advanceSeconds(0);
    expect(vi.getTimerCount()).toBe(0);
    const targets = ['online', 'pageshow', 'visibilitychange'].flatMap((type) => getEventListeners(page, type));
    expect([...targets, ...getEventListeners(signal, 'abort')]).toEqual([]);
  });
});
