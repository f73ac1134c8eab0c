import { describe, expect, test } from 'vitest';
import { SecureTokenError, isOutage } from '../../../packages/core/src/index.ts';
import { outagePauseMs } from '../../../packages/core/src/outage.ts';

const outage = (retryAfter?: number): SecureTokenError =>
  new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down', { retryAfter });

describe('isOutage', () => {
  test('the signing endpoint does not answer', () => expect(isOutage(outage())).toBe(true));

  test.each([
    new SecureTokenError('ERR_DENIED', 'no'),
    new SecureTokenError('ERR_SIGNING_RESPONSE', 'what?'),
    new SecureTokenError('ERR_TOKEN_REFUSED', 'no'),
    new SecureTokenError('ERR_DESTROYED', 'gone'),
    new TypeError('a mistake in a rule of the app'),
    'ERR_SIGNING_UNAVAILABLE',
    undefined,
  ])('nothing else ends by itself: %s', (error) => expect(isOutage(error)).toBe(false));
});

describe('outagePauseMs', () => {
  test('at most a second after the first failure, then twice as long each time, never longer than 15 s', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 100].map((failures) => outagePauseMs(outage(), failures, 1));
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  test('viewers who failed together do not come back together', () => {
    expect(outagePauseMs(outage(), 4, 0.25)).toBe(2000);
    expect(new Set(Array.from({ length: 9 }, () => outagePauseMs(outage(), 4))).size).toBeGreaterThan(1);
  });

  test('Retry-After is obeyed, whatever the failure', () => expect(outagePauseMs(outage(40), 1, 0)).toBe(40_000));
});

test('a pause of months is one that a timer can wait for: beyond 2^31 ms it would not wait at all', () => {
  expect(outagePauseMs(outage(30 * 86_400), 1)).toBeLessThan(2 ** 31);
});
