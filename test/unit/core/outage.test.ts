import { describe, expect, test } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { isOutage } from '../../../packages/core/src/adapter.ts';

const outage = (): SecureTokenError => new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');

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
