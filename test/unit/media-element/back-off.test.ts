import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pauseFor } from 'secure-token-core/adapter';
import { pause } from '../../../packages/media-element/src/back-off.ts';

describe('pause', () => {
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
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const begin = (attempt: number): (() => boolean) => {
    let isOver = false;
    void pause(attempt, controller.signal).then(() => (isOver = true));
    return () => isOver;
  };

  test.each([
    [1, 500],
    [3, 2000],
    [20, 10_000],
  ])('after %i failures lasts up to %i ms, and leaves no listener', async (attempt, ms) => {
    const isOver = begin(attempt);
    await vi.advanceTimersByTimeAsync(ms - 100);
    expect(isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(isOver()).toBe(true);
    expect([...getEventListeners(page, 'online'), ...getEventListeners(controller.signal, 'abort')]).toEqual([]);
  });

  test('ends when the network is back', async () => {
    network.onLine = false;
    const isOver = begin(1);
    await vi.advanceTimersByTimeAsync(14_000);
    expect(isOver()).toBe(false);
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(true);
  });

  test('lasts as long as it is told', async () => {
    let isOver = false;
    void pauseFor(30_000, controller.signal).then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(29_900);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(isOver).toBe(true);
  });

  test('does not begin where it was aborted before', async () => {
    controller.abort();
    const isOver = begin(20);
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(true);
  });

  test('ends when it is aborted', async () => {
    const isOver = begin(20);
    controller.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver()).toBe(true);
  });
});
