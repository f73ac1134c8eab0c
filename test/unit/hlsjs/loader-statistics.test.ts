// @vitest-environment jsdom
import type { HlsConfig } from 'hls.js';
import { describe, expect, test, vi } from 'vitest';
import {
  SEGMENT,
  FakeLoader,
  attempts,
  calls,
  fakeLoaders,
  last,
  load,
  newStats,
  refuseOnce,
  settle,
  source,
  token,
  useSource,
} from './loader-lab.ts';

fakeLoaders();

describe('statistics', () => {
  test('one object from the constructor to the end, over a wait and a replay', async () => {
    const { loader, onSuccess } = load();
    const { stats } = loader;
    await settle();
    calls[0]!.answer(token());
    await settle();
    expect(last().stats).toBe(stats);
    last().fail(403);
    await settle();
    calls[1]!.answer(token());
    await settle();
    expect(attempts()).toHaveLength(2);
    expect(last().stats).toBe(stats);
    last().succeed();
    expect(loader.stats).toBe(stats);
    expect(onSuccess.mock.calls[0]![1]).toBe(stats);
  });

  test('count from the moment the request goes out: neither the wait nor the refused attempt is in them', async () => {
    const { loader, onSuccess } = load();
    await vi.advanceTimersByTimeAsync(700);
    calls[0]!.answer(token());
    await settle();
    expect(loader.stats.loading).toEqual({ start: performance.now(), first: 0, end: 0 });
    last().fail(410);
    await vi.advanceTimersByTimeAsync(900);
    calls[1]!.answer(token());
    await settle();
    expect(loader.stats).toMatchObject({
      loaded: 0,
      total: 0,
      aborted: false,
      loading: { start: performance.now(), first: 0, end: 0 },
    });
    last().succeed();
    const { start, first, end } = onSuccess.mock.calls[0]![1].loading;
    expect([first - start, end - start]).toEqual([5, 9]);
  });

  test('a request that waits for a token has just begun at any time: the ABR controller does not take it for slow', async () => {
    const { loader } = load();
    expect(loader.stats.loading.start).toBe(performance.now());
    await vi.advanceTimersByTimeAsync(2000);
    expect(loader.stats.loading.start).toBe(performance.now());
    loader.abort();
    const { loading } = loader.stats;
    await vi.advanceTimersByTimeAsync(2000);
    expect(loading.start, 'the moment of the abort').toBe(performance.now() - 2000);
  });

  test('a request that has waited in vain: the time at which it fails is the last one at which it began', async () => {
    const { loader, onError } = load();
    await vi.advanceTimersByTimeAsync(2000);
    calls[0]!.fail(new Error('down'));
    await settle();
    expect(onError).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(2000);
    expect(loader.stats.loading).toEqual({ start: performance.now() - 2000, first: 0, end: 0 });
  });

  test('stay readable after destroy, of a loader that waits and of one that loads', async () => {
    const waiting = load();
    waiting.loader.destroy();
    expect(waiting.loader.stats.loading.start).toBeGreaterThan(0);
    await settle();
    calls[0]!.answer(token());
    await settle();
    const loading = load();
    loading.loader.destroy();
    expect(loading.loader.stats.loading.start).toBeGreaterThan(0);
  });

  test('are complete also when a loader of the app keeps its own', async () => {
    class OwnStats extends FakeLoader {
      readonly own = newStats();
      constructor(config: HlsConfig) {
        super(config);
        Object.defineProperty(this, 'stats', { get: () => this.own });
      }
      override destroy(): void {}
    }
    const { loader, onSuccess } = load(SEGMENT, { Base: OwnStats });
    const { stats } = loader;
    await refuseOnce();
    expect(attempts()).toHaveLength(2);
    last().succeed();
    expect(onSuccess.mock.calls[0]![1]).toBe(stats);
    expect(stats.loading.end - stats.loading.start).toBe(9);
  });
});

describe('progress', () => {
  test('is asked for only if hls.js does: FetchLoader streams then', () => {
    source.destroy();
    useSource({ tokens: [token()] });
    load();
    expect('onProgress' in last().callbacks!).toBe(false);
    const onProgress = vi.fn();
    load(SEGMENT, { callbacks: { onProgress } });
    last().callbacks!.onProgress!(last().stats, last().context!, 'chunk', last().details);
    expect(onProgress.mock.calls[0]![2]).toBe('chunk');
  });
});
