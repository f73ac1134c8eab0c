import { describe, expect, test } from 'vitest';
import { SecureTokenError } from 'secure-token-core';
import { LastRefusal } from '../../../packages/videojs/src/last-refusal.ts';

const refusal = new SecureTokenError('ERR_TOKEN_REFUSED', 'Refused.', {
  url: 'https://cdn.example.com/vod/s7.ts',
  status: 403,
});

/** A player in mid-stream, at 10 s, with media up to 20 s, and from 40 s on. */
const setUp = () => {
  const ranges = [
    [5, 20],
    [40, 60],
  ] as const;
  const state = { time: 10, readyState: 4 };
  const player = {
    currentTime: () => state.time,
    readyState: () => state.readyState,
    buffered: () => ({ length: 2, start: (at: number) => ranges[at]![0], end: (at: number) => ranges[at]![1] }),
  };
  return { state, last: new LastRefusal(player as never) };
};

describe('LastRefusal', () => {
  test('counts while there is nothing but what was there already', () => {
    const { state, last } = setUp();
    last.note(refusal);
    for (const time of [10, 15, 20]) {
      state.time = time;
      last.notePlaying();
      expect(last.last).toBe(refusal);
    }
  });

  test('is over once what has come since is played: a stall of hours later has another reason', () => {
    const { state, last } = setUp();
    last.note(refusal);
    state.time = 20.1;
    last.notePlaying();
    expect(last.last).toBeUndefined();
  });

  test('counts after a seek to where nothing is', () => {
    const { state, last } = setUp();
    last.note(refusal);
    Object.assign(state, { time: 30, readyState: 1 });
    last.notePlaying();
    expect(last.last).toBe(refusal);
  });

  test('counts from where the player is, if it has nothing to play there', () => {
    const { state, last } = setUp();
    state.time = 30;
    last.note(refusal);
    last.notePlaying();
    expect(last.last).toBe(refusal);
    state.time = 30.5;
    last.notePlaying();
    expect(last.last).toBeUndefined();
  });
});
