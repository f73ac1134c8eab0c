import { afterEach, expect, test, vi } from 'vitest';
import { abortable, listen, sleep } from '../../../packages/core/src/waiting.ts';

afterEach(() => {
  vi.useRealTimers();
});

const never = new Promise<never>(() => undefined);
const reason = new Error('left');

test('a wait whose signal has been aborted before ends at once, with the reason', async () => {
  await expect(abortable(never, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('a wait ends when its signal aborts', async () => {
  const ending = new AbortController();
  const wait = abortable(never, ending.signal);
  ending.abort(reason);
  await expect(wait).rejects.toBe(reason);
});

test('a wait that is over leaves no listener at its signal, which may live as long as the page', async () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  expect(await abortable(Promise.resolve('here'), signal)).toBe('here');
  await Promise.resolve();
  expect(added).toHaveBeenCalledOnce();
  expect(removed.mock.calls).toEqual(added.mock.calls);
});

test('a sleep that is aborted leaves no timer behind', async () => {
  vi.useFakeTimers();
  const ending = new AbortController();
  const slept = sleep(10, ending.signal);
  expect(vi.getTimerCount()).toBe(1);
  ending.abort(reason);
  await expect(slept).rejects.toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
});

test('a listener hears its events until it is stopped; what has no events has none', () => {
  const target = new EventTarget();
  const heard: string[] = [];
  const stop = listen(target, ['one', 'other'], ({ type }: Event) => heard.push(type));
  for (const type of ['one', 'other', 'third']) target.dispatchEvent(new Event(type));
  stop();
  target.dispatchEvent(new Event('one'));
  expect(heard).toEqual(['one', 'other']);
  expect(() => listen(undefined, ['one'], () => undefined)()).not.toThrow();
});
