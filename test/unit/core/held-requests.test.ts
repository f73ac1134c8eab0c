import { getEventListeners } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import { keepAsking } from '../../../packages/core/src/adapter.ts';
import { CDN, fail, fakeTime, folder, lab, advanceSeconds, watch } from './lab.ts';

fakeTime();
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});

const hold = (source: TokenSource, url: string): ReturnType<typeof watch> => {
  const { signal } = new AbortController();
  return watch(keepAsking({ source, signal, ask: () => source.sign(url, { signal }), mayWait: () => true }));
};

const OTHERS = [`${CDN}/audio/a.m3u8`, `${CDN}/subs/s.m3u8`];

test('held requests whose answers bring only tokens for others do not wake each other without a pause', async () => {
  const answer = folder(3600, `${CDN}/video/`);
  const viewer = lab((call) => (call.index < 200 ? answer(call) : new Promise(() => undefined)));
  for (const url of OTHERS) {
    hold(viewer.source, url);
    await advanceSeconds();
  }
  for (let step = 0; step < 100; step++) await advanceSeconds();
  expect(viewer.calls.length).toBeLessThan(8);
  await advanceSeconds(300);
  expect(viewer.calls.length).toBeLessThan(2 * (300 / 5));
});

test('a viewer who logs in again goes on at once, however often it failed', async () => {
  const viewer = lab(folder(3600, `${CDN}/video/`));
  const held = OTHERS.map((url) => hold(viewer.source, url));
  await advanceSeconds(600);
  viewer.answer = folder(3600, `${CDN}/`);
  await viewer.source.renew();
  await advanceSeconds();
  expect(held.map(({ state }) => state)).toEqual(['done', 'done']);
});

test('a viewer who was denied from the start goes on once renewed', async () => {
  const viewer = lab(fail(403));
  const held = hold(viewer.source, OTHERS[0]!);
  await advanceSeconds(60);
  viewer.answer = folder(3600, `${CDN}/`);
  await viewer.source.renew();
  await advanceSeconds();
  expect(held.state).toBe('done');
});

test.each([
  ['held', fail(403)],
  ['that waits out an outage', fail(503)],
])('a request %s ends with its source, and leaves no listener', async (_, answer) => {
  const viewer = lab(answer);
  const held = hold(viewer.source, OTHERS[0]!);
  await advanceSeconds(60);
  viewer.source.destroy();
  await advanceSeconds();
  expect(held.error).toMatchObject({ code: 'ERR_DESTROYED' });
  expect(getEventListeners(viewer.source, 'tokenrenewed'), 'its own').toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('destroyed by whoever hears of the failure', async () => {
  const { source } = lab(fail(403));
  const { signal } = new AbortController();
  const mayWait = (): boolean => {
    source.destroy();
    return true;
  };
  const held = watch(keepAsking({ source, signal, ask: () => source.sign(OTHERS[0]!), mayWait }));
  await advanceSeconds();
  expect(held.error).toMatchObject({ code: 'ERR_DESTROYED' });
});
