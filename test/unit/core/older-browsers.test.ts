import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { sleep, within } from '../../../packages/core/src/adapter.ts';
import { fromEntries, matchesOf } from '../../../packages/core/src/older-browsers.ts';

const url = 'https://cdn.test/film.mp4';

afterEach(() => {
  vi.useRealTimers();
});

describe('a browser whose signals have no reason, as Chrome before 98', () => {
  const reason = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'reason')!;
  beforeEach(() => {
    Reflect.deleteProperty(AbortSignal.prototype, 'reason');
  });
  afterEach(() => {
    Object.defineProperty(AbortSignal.prototype, 'reason', reason);
  });

  test('a wait that the app aborts rejects with an AbortError', async () => {
    const leaving = new AbortController();
    const waiting = sleep(60, leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    const source = createTokenSource({ endpoint: 'https://app.test/token', protect: url });
    await expect(source.sign(url, { signal: leaving.signal })).rejects.toMatchObject({ name: 'AbortError' });
    source.destroy();
  });

  test('a source that was destroyed says so', async () => {
    const source = createTokenSource({ endpoint: 'https://app.test/token', protect: url });
    source.destroy();
    await expect(source.sign(url)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  });

  test('an endpoint that does not answer in time says so', async () => {
    vi.useFakeTimers();
    const getTokens = (): Promise<never> => new Promise(() => undefined);
    const source = createTokenSource({ getTokens, protect: url, timeout: 5, retry: { limit: 0 } });
    const failing = expect(source.sign(url)).rejects.toMatchObject({
      code: 'ERR_SIGNING_UNAVAILABLE',
      cause: { message: 'No answer in 5 s.' },
    });
    await vi.advanceTimersByTimeAsync(5000);
    await failing;
    source.destroy();
  });
});

test('within() aborts after its time, and leaves no timer behind an answer', async () => {
  vi.useFakeTimers();
  const signalOf = vi.fn((signal: AbortSignal) => sleep(60, signal));
  const late = expect(within(5000, signalOf)).rejects.toMatchObject({ name: 'AbortError' });
  await vi.advanceTimersByTimeAsync(4999);
  expect(signalOf.mock.calls[0]![0].aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await late;
  expect(await within(5000, () => Promise.resolve('answer'))).toBe('answer');
  expect(vi.getTimerCount()).toBe(0);
});

test('fromEntries() and matchesOf() do what Object.fromEntries and matchAll do', () => {
  const entries = [
    ['a', 1],
    ['b', 2],
  ] as const;
  expect(fromEntries(entries)).toEqual({ a: 1, b: 2 });
  const found = (matches: Iterable<RegExpExecArray>): unknown[] =>
    Array.from(matches, (match) => [...match, match.index]);
  const [text, pattern] = ['a1 b22 c', /(\w)(\d+)/g];
  expect(found(matchesOf(text, pattern))).toEqual(found(text.matchAll(pattern)));
  expect(found(matchesOf('', pattern))).toEqual([]);
});
