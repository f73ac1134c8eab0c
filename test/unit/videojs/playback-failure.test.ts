import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError, createTokenSource } from 'secure-token-core';
import { createPlaybackFailure } from '../../../packages/videojs/src/playback-failure.ts';

const denial = new SecureTokenError('ERR_DENIED', 'no');
const refusal = new SecureTokenError('ERR_TOKEN_REFUSED', 'no');
const shown = { code: 2, message: 'You are not allowed to watch this video.', cause: denial };

const setUp = (paused: boolean) => {
  const listeners = new Map<string, () => void>();
  let current: unknown = null;
  const set = vi.fn((error: unknown) => void (current = error));
  const player = {
    error: (...[error]: unknown[]) => (error === undefined ? current : set(error)),
    paused: vi.fn(() => paused),
    pause: vi.fn(),
    play: vi.fn(() => Promise.reject(new Error('no gesture'))),
    readyState: vi.fn(() => 4),
    currentTime: vi.fn(() => 100),
    bufferedEnd: vi.fn(() => 130),
    on: (types: string | string[], listener: () => void) => [types].flat().map((type) => listeners.set(type, listener)),
    off: (types: string | string[]) => [types].flat().map((type) => listeners.delete(type)),
  };
  const source = createTokenSource('https://api.test/token');
  return { player, set, listeners, failure: createPlaybackFailure(player as never, source) };
};

const written = vi.fn<(line: string) => void>();
beforeEach(() => {
  vi.useFakeTimers();
  written.mockReset();
  vi.spyOn(console, 'error').mockImplementation(written);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('createPlaybackFailure', () => {
  test('shows the next reason where the app has cleared the first', () => {
    const { player, set, failure } = setUp(false);
    failure.show(denial);
    player.error(null);
    failure.show(refusal);
    expect(set.mock.calls.at(-1)).toEqual([
      { code: 2, message: 'The video server refuses access to this video.', cause: refusal },
    ]);
  });

  test('lets what is buffered play out before it shows the reason, and is not misled by a seek', () => {
    const { player, set, listeners, failure } = setUp(false);
    failure.showWhenDry(denial);
    vi.advanceTimersByTime(60_000);
    player.readyState.mockReturnValue(1);
    listeners.get('waiting')!();
    vi.advanceTimersByTime(900);
    player.readyState.mockReturnValue(4);
    vi.advanceTimersByTime(60_000);
    expect([set, player.pause].flatMap(({ mock }) => mock.calls)).toEqual([]);
    player.readyState.mockReturnValue(2);
    listeners.get('waiting')!();
    vi.advanceTimersByTime(60_000);
    listeners.get('waiting')!();
    vi.advanceTimersByTime(60_000);
    expect(set.mock.calls).toEqual([[shown]]);
  });

  test('shows the reason soon where nothing is left to play', () => {
    const { player, set, failure } = setUp(false);
    player.readyState.mockReturnValue(2);
    failure.showWhenDry(denial);
    vi.advanceTimersByTime(1000);
    expect(set.mock.calls).toEqual([[shown]]);
  });

  test('what playback has gone on without, such as subtitles, is not the reason for a stall far beyond it', () => {
    const { player, set, listeners, failure } = setUp(false);
    failure.showWhenDry(denial);
    player.readyState.mockReturnValue(2);
    const stallAt = (seconds: number): void => {
      player.currentTime.mockReturnValue(seconds);
      listeners.get('waiting')!();
      vi.advanceTimersByTime(60_000);
    };
    stallAt(3600);
    stallAt(161);
    expect(set).not.toHaveBeenCalled();
    stallAt(132);
    expect(set.mock.calls).toEqual([[shown]]);
  });

  test('a denial for which no request waits any more is not the reason for a stall', () => {
    const { player, set, listeners, failure } = setUp(false);
    const noLongerDue = failure.showWhenDry(denial);
    noLongerDue();
    player.readyState.mockReturnValue(2);
    listeners.get('waiting')!();
    vi.advanceTimersByTime(60_000);
    expect(set).not.toHaveBeenCalled();
  });

  test.each(['forget', 'dispose'] as const)('does not show it after %s()', (end) => {
    const { player, set, failure } = setUp(false);
    player.readyState.mockReturnValue(2);
    failure.showWhenDry(denial);
    failure[end]();
    expect(vi.getTimerCount()).toBe(0);
    expect(set).not.toHaveBeenCalled();
  });

  test('shows the first reason once, and again where Video.js clears it', () => {
    const { player, set, listeners, failure } = setUp(false);
    failure.show(denial);
    failure.show(refusal);
    listeners.get('loadstart')!();
    expect(set.mock.calls).toEqual([[shown], [shown]]);
    expect(player.pause).toHaveBeenCalledOnce();
  });

  test('stands for what Video.js makes of it, however often', () => {
    const { player, set, failure } = setUp(false);
    const own = { code: 4, message: 'not supported' };
    const stands = failure.insteadOf(own, denial);
    expect(stands).toEqual(shown);
    expect(player.pause).toHaveBeenCalledOnce();
    player.error(stands);
    expect([failure.insteadOf(stands, denial), failure.insteadOf(own, denial)]).toEqual([stands, stands]);
    failure.show(denial);
    expect(set).toHaveBeenCalledOnce();
    expect(player.pause).toHaveBeenCalledOnce();
    player.error(null);
    expect(failure.insteadOf(own, refusal)).toMatchObject({ cause: refusal });
  });

  test.each([true, false])('plays on when the reason is gone, if it played; it was paused: %s', (paused) => {
    const { player, set, failure } = setUp(paused);
    failure.show(denial);
    failure.withdraw();
    failure.withdraw();
    expect(set.mock.calls).toEqual([[shown], [null]]);
    expect(player.play).toHaveBeenCalledTimes(paused ? 0 : 1);
  });

  test('plays on, too, where the app has cleared the first error, and another request was denied since', () => {
    const { player, failure } = setUp(false);
    failure.show(denial);
    player.paused.mockReturnValue(true);
    player.error(null);
    failure.show(denial);
    failure.withdraw();
    expect(player.play).toHaveBeenCalledTimes(1);
    failure.show(denial);
    failure.withdraw();
    expect(player.play, 'it was paused before').toHaveBeenCalledTimes(1);
  });

  test('plays on, too, where the browser has paused what failed', () => {
    const { player, failure } = setUp(true);
    failure.show(denial, true);
    failure.withdraw();
    expect(player.play).toHaveBeenCalledTimes(1);
  });

  test('the console hears of what it shows before the first picture, once', () => {
    const { player, failure } = setUp(false);
    failure.show(denial);
    failure.withdraw();
    failure.show(denial);
    player.error(null);
    failure.insteadOf({ code: 4, message: 'not supported' }, refusal);
    expect(written.mock.calls).toEqual([
      [expect.stringContaining('secure-token: ERR_DENIED: no')],
      [expect.stringContaining('secure-token: ERR_TOKEN_REFUSED: no')],
    ]);
  });

  test('the console hears nothing after the first picture, until there is another source', () => {
    const { listeners, failure } = setUp(false);
    listeners.get('loadeddata')!();
    failure.show(denial);
    expect(written).not.toHaveBeenCalled();
    failure.forget();
    failure.show(denial);
    expect(written).toHaveBeenCalledOnce();
  });

  test('forgets it with its source, and leaves no listener', () => {
    const { set, listeners, failure } = setUp(false);
    failure.show(denial);
    failure.forget();
    listeners.get('loadstart')!();
    failure.withdraw();
    expect(set).toHaveBeenCalledOnce();
    failure.dispose();
    expect(listeners.size).toBe(0);
  });
});
