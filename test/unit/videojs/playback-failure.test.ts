import { describe, expect, test, vi } from 'vitest';
import { SecureTokenError } from 'secure-token-core';
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
    on: (type: string, listener: () => void) => listeners.set(type, listener),
    off: (type: string) => listeners.delete(type),
  };
  return { player, set, listeners, failure: createPlaybackFailure(player as never) };
};

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
