import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import { waitForTokens } from '../../../packages/core/src/index.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const begin = (ms?: number) => {
  const source = new EventTarget() as TokenSource;
  const wait = new AbortController();
  const ended = vi.fn();
  waitForTokens(source, ms, wait.signal).then(() => ended('goes on'), ended);
  return { source, wait, ended };
};

test('goes on after the pause', async () => {
  const { ended } = begin(1000);
  await vi.advanceTimersByTimeAsync(999);
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toHaveBeenCalledWith('goes on');
});

test('goes on as soon as tokens come in, and leaves no timer', async () => {
  const { source, ended } = begin(1000);
  source.dispatchEvent(new Event('tokenrenewed'));
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledWith('goes on');
  expect(vi.getTimerCount()).toBe(0);
});

test('ends with the reason of the signal; without a pause nothing else ends it', async () => {
  const { wait, ended } = begin();
  await vi.advanceTimersByTimeAsync(1e6);
  expect(ended).not.toHaveBeenCalled();
  wait.abort('gone');
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledWith('gone');
});
