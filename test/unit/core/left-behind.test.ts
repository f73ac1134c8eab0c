import { describe, expect, test } from 'vitest';
import { isLeftBehind } from '../../../packages/core/src/adapter.ts';

/** A media element at `currentTime` that has buffered up to each of `ends`. */
const at = (currentTime: number, ...ends: number[]) => ({
  currentTime,
  buffered: { length: ends.length, end: (index: number) => ends[index]! },
});

describe('isLeftBehind', () => {
  test.each([
    ['at the end of what is buffered', at(21.9, 22)],
    ['sought to where nothing was loaded', at(21.9)],
    ['sought beyond what is buffered', at(30, 22)],
  ])('behind the window, %s: nothing comes any more', (_, playhead) => {
    expect(isLeftBehind(playhead, 64)).toBe(true);
  });

  test.each([
    ['within the window, at the end of what is buffered', at(64.1, 64.2)],
    ['at the very start of the window, with nothing to play', at(64)],
    ['within the window, sought back to where nothing is loaded yet', at(70, 90)],
    ['behind the window, with media to play', at(21.9, 30)],
    ['behind the window, with more than half a second to play', at(21.9, 22.5)],
    ['behind the window, with just half a second to play', at(21.5, 22)],
    ['behind the window, with media after a gap', at(21.9, 22, 70)],
    ['before playback has begun', at(0)],
  ])('%s: it stays where it is', (_, playhead) => {
    expect(isLeftBehind(playhead, 64)).toBe(false);
  });

  test('a player that does not know its window: it stays where it is', () => {
    expect(isLeftBehind(at(21.9, 22), NaN)).toBe(false);
  });
});
