import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServerClock } from '../../../packages/core/src/tokens/server-clock.ts';
import { START } from './lab-time.ts';

const HOUR = 3600;

beforeEach(() => {
  vi.useFakeTimers({ now: START * 1000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The clock of a session whose viewer's clock is wrong by some seconds. */
function clockOf(wrongBy: number): { clock: ServerClock; viewer: { wrongBy: number } } {
  const viewer = { wrongBy };
  return { clock: new ServerClock(() => Date.now() + viewer.wrongBy * 1000), viewer };
}

const pass = (seconds: number): unknown => vi.advanceTimersByTime(seconds * 1000);

test('before any answer the viewer’s clock counts', () => {
  const { clock } = clockOf(HOUR);
  expect(clock.now()).toBe(START + HOUR);
  expect(clock.isHeard).toBe(false);
});

test('the time that the endpoint tells counts from the moment at which its call was sent', () => {
  const { clock } = clockOf(HOUR);
  const sentAt = clock.sessionNow();
  pass(3);
  expect(clock.correct(START + 1, sentAt, Infinity)).toBe(START + 1);
  expect(clock.now()).toBe(START + 4);
  expect(clock.isHeard).toBe(true);
  expect(clock.isTold).toBe(true);
});

test('a time that was told is kept if a later answer tells none, and if a token is refused', () => {
  const { clock } = clockOf(HOUR);
  clock.correct(START, clock.sessionNow(), START + 300);
  clock.correct(NaN, clock.sessionNow(), START + 2 * HOUR);
  expect(clock.now()).toBe(START);
  clock.correct(NaN, clock.sessionNow(), START - 300);
  expect(clock.now()).toBe(START);
  clock.noteRefused(START + 300);
  expect(clock.now()).toBe(START);
});

/** The clock of a viewer that is an hour fast, by an endpoint that tells no time and sends a token of 30 s. */
function assumed(): ServerClock {
  const { clock } = clockOf(HOUR);
  clock.correct(NaN, clock.sessionNow(), START + 30);
  return clock;
}

test('without a time of the endpoint, a token that looks ended shows a fast clock: it is taken to live for a minute', () => {
  const { clock } = clockOf(HOUR);
  expect(clock.correct(NaN, clock.sessionNow(), START + 30)).toBe(START + 30 - 60);
  expect(clock.now()).toBe(START + 30 - 60);
  expect(clock.isTold).toBe(false);
});

test('a token that ends at the moment of its call looks ended', () => {
  const { clock } = clockOf(0);
  clock.correct(NaN, START, START);
  expect(clock.now()).toBe(START - 60);
});

test('without a time of the endpoint, a token that lives by the viewer’s clock confirms that', () => {
  const { clock } = clockOf(0);
  clock.correct(NaN, START, START + 300);
  expect(clock.now()).toBe(START);
  const fast = assumed();
  fast.correct(NaN, START + HOUR, START + HOUR + 1);
  expect(fast.now()).toBe(START + HOUR);
});

test('an assumed time is kept while tokens live by it, and assumed anew for one that has ended by it', () => {
  const clock = assumed();
  clock.correct(NaN, START + HOUR, START - 29);
  expect(clock.now(), 'a second to live').toBe(START - 30);
  clock.correct(NaN, START + HOUR, START - 30);
  expect(clock.now(), 'ended').toBe(START - 90);
});

test('an answer without a token, and without a time, changes nothing', () => {
  const clock = assumed();
  clock.correct(NaN, START + HOUR, Infinity);
  expect(clock.now()).toBe(START - 30);
});

test('a token may have ended on its way from a second before its end on', () => {
  const { clock } = clockOf(HOUR);
  clock.correct(START, START + HOUR, Infinity);
  expect(clock.mayHaveExpired(START + 1)).toBe(true);
  expect(clock.mayHaveExpired(START + 1.1)).toBe(false);
});

test('while the time is only assumed, a token may have ended by the viewer’s clock', () => {
  const clock = assumed();
  expect(clock.mayHaveExpired(START + HOUR + 1)).toBe(true);
  expect(clock.mayHaveExpired(START + HOUR + 2)).toBe(false);
});

test('while the time is only assumed, a refused token has ended; an earlier end sets nothing back', () => {
  const clock = assumed();
  clock.noteRefused(START + 30);
  expect(clock.now()).toBe(START + 30);
  clock.noteRefused(START + 10);
  expect(clock.now()).toBe(START + 30);
});

test('a refused token says nothing of the time while the viewer’s clock seems right', () => {
  const { clock } = clockOf(0);
  clock.correct(NaN, START, START + 300);
  clock.noteRefused(START + 300);
  expect(clock.now()).toBe(START);
});

test.each<[string, number, number]>([
  ['by more than a second: the time goes on as it went', 1.5, 12],
  ['by a second: the time stands still until the clock is there again', 1, 11],
  ['by hours', 5 * HOUR, 12],
])('the time of a session never goes back when the viewer’s clock is set back %s', (_, by, after) => {
  const { clock, viewer } = clockOf(0);
  pass(10);
  expect(clock.sessionNow()).toBe(START + 10);
  viewer.wrongBy = -by;
  expect(clock.sessionNow()).toBe(START + 10);
  pass(2);
  expect(clock.sessionNow()).toBe(START + after);
});

test('a clock that is set back by less than the time that has passed unseen is noticed', () => {
  const { clock, viewer } = clockOf(0);
  expect(clock.sessionNow()).toBe(START);
  pass(15);
  viewer.wrongBy = -10;
  expect(clock.sessionNow()).toBe(START + 15);
});
