import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { networkPause } from 'secure-token-core/adapter';

let page: EventTarget;
let controller: AbortController;
const network = { onLine: true };
beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  controller = new AbortController();
  network.onLine = true;
  vi.stubGlobal('navigator', network);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const begin = (failures: number): (() => boolean) => {
  let isOver = false;
  void networkPause(failures, controller.signal).then(() => {
    isOver = true;
  });
  return () => isOver;
};

test.each([
  [1, 4300],
  [3, 4600],
])('the pause after %i failures of the network lasts up to %i ms, and leaves no listener', async (failures, ms) => {
  const isOver = begin(failures);
  await vi.advanceTimersByTimeAsync(ms - 100);
  expect(isOver()).toBe(false);
  await vi.advanceTimersByTimeAsync(100);
  expect(isOver()).toBe(true);
  expect(getEventListeners(page, 'online')).toEqual([]);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('offline, then online: the pause ends when the network is back', async () => {
  network.onLine = false;
  const isOver = begin(1);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(isOver()).toBe(false);
  page.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(isOver()).toBe(true);
});

test.each([true, false])('an abort ends the pause, be it before its begin: %s', async (isBefore) => {
  if (isBefore) controller.abort();
  const isOver = begin(20);
  controller.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(isOver()).toBe(true);
});
