import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SwapReason } from '../../../packages/media-element/src/request-need.ts';
import { needOf } from '../../../packages/media-element/src/request-need.ts';

const ranges = (...parts: [number, number][]): TimeRanges => ({
  length: parts.length,
  start: (index) => parts[index]![0],
  end: (index) => parts[index]![1],
});

/**
 * State of an element that plays in a film of ten minutes, of which `buffered` is there and nothing arrives any more.
 */
const playing = {
  currentTime: 100,
  duration: 600,
  buffered: ranges([90, 130]),
  paused: false,
  ended: false,
  seeking: false,
  readyState: 4,
};

describe('needOf', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  /** Asks what an element needs `silence` ms after the last byte. */
  const need = (state: Partial<typeof playing>, hasJustSought = false, silence = 2000): SwapReason | undefined => {
    const isLive = state.duration === Infinity;
    const media = { ...playing, ...state };
    const arrivedAt = performance.now();
    vi.advanceTimersByTime(silence);
    return needOf(media as never, { hasJustSought, isLive, arrivedAt });
  };

  test.each<[string, SwapReason | undefined, Partial<typeof playing>, hasJustSought?: boolean, silence?: number]>([
    ['there is plenty', undefined, {}],
    ['all that is left is there', undefined, { currentTime: 598, buffered: ranges([590, 599.8]) }],
    [
      'all that is left is there, and it was sought',
      undefined,
      { currentTime: 598, buffered: ranges([590, 600]), seeking: true },
      true,
    ],
    ['three seconds are left', 'expiring', { buffered: ranges([90, 102.9]) }],
    ['three seconds are left, and more arrives', undefined, { buffered: ranges([90, 102.9]) }, false, 1000],
    ['more than three seconds are left', undefined, { buffered: ranges([90, 103]) }],
    ['half a second is left', 'expiring', { buffered: ranges([90, 100.5]) }],
    ['it is used up', 'dry', { buffered: ranges([90, 100.2]) }],
    ['it stands still before it is used up', 'dry', { buffered: ranges([90, 110]), readyState: 2 }],
    ['it is used up, but more arrives', undefined, { buffered: ranges([90, 100.2]), readyState: 2 }, false, 1000],
    ['paused', undefined, { buffered: ranges([90, 100.2]), paused: true }],
    ['paused, and waits for a seek', 'dry', { currentTime: 300, paused: true, seeking: true, readyState: 1 }],
    ['at the end', undefined, { currentTime: 500, ended: true }],
    ['a seek outside of the buffer, at once', 'seek', { currentTime: 300, seeking: true, readyState: 1 }, true, 0],
    [
      'a seek outside of the buffer while paused',
      'seek',
      { currentTime: 300, seeking: true, paused: true, readyState: 1 },
      true,
      0,
    ],
    ['a seek into the buffer', undefined, { currentTime: 120, seeking: true, readyState: 1 }, true],
    [
      'a seek into the second of two parts',
      undefined,
      { currentTime: 320, seeking: true, buffered: ranges([0, 50], [310, 350]) },
      true,
    ],
    [
      'a seek between two parts',
      'seek',
      { currentTime: 200, seeking: true, buffered: ranges([0, 50], [310, 350]) },
      true,
    ],
    [
      'a seek to just before a part',
      undefined,
      { currentTime: 309.95, seeking: true, buffered: ranges([310, 350]) },
      true,
    ],
    ['live, near the edge', undefined, { duration: Infinity, buffered: ranges([90, 102]) }],
    ['live, and it is used up', 'dry', { duration: Infinity, buffered: ranges([90, 100.2]), readyState: 2 }],
    ['it plays, and does not say what is there (native HLS in WebKitGTK)', undefined, { buffered: ranges() }],
    ['it does not say what is there, and halts', 'dry', { buffered: ranges(), readyState: 2 }],
    ['it does not say what is there, and was sought', 'seek', { buffered: ranges(), seeking: true }, true],
    ['nothing is there, nor known', 'dry', { currentTime: 0, duration: NaN, buffered: ranges(), readyState: 0 }],
  ])('%s: %s', (_, expected, state, hasJustSought, silence) => {
    expect(need(state, hasJustSought, silence)).toBe(expected);
  });
});
