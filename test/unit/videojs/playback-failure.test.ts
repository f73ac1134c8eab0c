import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError } from 'secure-token-core';
import { PlaybackFailure } from '../../../packages/videojs/src/playback-failure.ts';

const denial = new SecureTokenError('ERR_DENIED', 'no');
const refusal = new SecureTokenError('ERR_TOKEN_REFUSED', 'no');
const shown = { code: 2, message: 'You are not allowed to watch this video.', cause: denial };

/** A player at 100 s with media up to 130 s, and what it has shown. */
const setUp = (paused = false) => {
  const listeners = new Map<string, () => void>();
  const state = { error: null as unknown, paused, readyState: 4, time: 100 };
  const told: unknown[] = [];
  const player = {
    error(given?: unknown): unknown {
      if (given === undefined) return state.error;
      state.error = failure.insteadOf(given);
      told.push(state.error);
      return undefined;
    },
    paused: () => state.paused,
    pause: () => {
      state.paused = true;
    },
    play: vi.fn(() => Promise.reject(new Error('no gesture'))),
    readyState: () => state.readyState,
    currentTime: () => state.time,
    bufferedEnd: () => 130,
    on: (type: string, listener: () => void) => listeners.set(type, listener),
    off: (type: string) => listeners.delete(type),
  };
  const failure: PlaybackFailure = new PlaybackFailure(player as never);
  const stall = (time: number): void => {
    Object.assign(state, { time, readyState: 2 });
    listeners.get('waiting')!();
    vi.advanceTimersByTime(60_000);
  };
  return { player, state, told, listeners, failure, stall };
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('PlaybackFailure', () => {
  test('lets what is buffered play out before it shows the reason, and is not misled by a seek', () => {
    const { state, told, listeners, failure, stall } = setUp();
    failure.note(denial);
    vi.advanceTimersByTime(60_000);
    state.readyState = 1;
    listeners.get('waiting')!();
    vi.advanceTimersByTime(1000);
    state.readyState = 4;
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
    expect(state.paused).toBe(false);
    stall(130);
    stall(130);
    expect(told).toEqual([shown]);
  });

  test('what playback has gone on without, such as subtitles, is not the reason for a stall far beyond it', () => {
    const { told, failure, stall, player } = setUp();
    failure.note(denial);
    stall(161);
    expect(told).toEqual([]);
    player.error({ code: 2, message: 'network' });
    expect(told).toEqual([{ code: 2, message: 'network' }]);
  });

  test('stands for what Video.js makes of the failure, and again if the app has cleared it', () => {
    const { player, told, failure, stall } = setUp();
    failure.note(denial);
    player.error({ code: 4, message: 'not supported' });
    player.error(null);
    stall(130);
    expect(told).toEqual([shown, null, shown]);
  });

  test('shows the first reason once, and again if Video.js takes it for one of the source before', () => {
    const { player, told, listeners, failure } = setUp();
    failure.show(denial);
    failure.show(refusal);
    expect(told).toEqual([shown]);
    player.error(null);
    listeners.get('loadstart')!();
    expect(told).toHaveLength(3);
  });

  test.each([
    ['it played', false, false, 1],
    ['it was paused', true, false, 0],
    ['the browser has paused what failed', true, true, 1],
  ])('plays on when the reason is gone: %s', (_, paused, wasPlaying, times) => {
    const { player, told, failure } = setUp(paused);
    failure.show(denial, wasPlaying);
    failure.withdraw();
    failure.withdraw();
    expect(told).toEqual([shown, null]);
    expect(player.play).toHaveBeenCalledTimes(times);
  });

  test('plays on when media comes all the same, as of another rendition', () => {
    const { player, told, listeners, failure, stall } = setUp();
    failure.note(refusal);
    stall(130);
    listeners.get('canplay')!();
    expect(told).toHaveLength(2);
    expect(told.at(-1)).toBe(null);
    expect(player.play.mock.calls).toHaveLength(1);
  });

  test.each(['forget', 'dispose'] as const)('%s() ends it, and leaves no timer', (end) => {
    const { told, listeners, failure } = setUp();
    failure.show(denial);
    failure.note(denial);
    failure[end]();
    listeners.get('loadstart')?.();
    failure.withdraw();
    expect(told).toEqual([shown]);
    expect(vi.getTimerCount()).toBe(0);
    expect(end === 'dispose' ? listeners.size : 0).toBe(0);
  });
});
