import { describe, expect, test } from 'vitest';
import type { SecureTokenErrorCode } from '../../../packages/core/src/index.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { responseWithoutToken } from '../../../packages/core/src/adapter.ts';

describe('responseWithoutToken', () => {
  test.each<[SecureTokenErrorCode, number]>([
    ['ERR_SIGNING_UNAVAILABLE', 503],
    ['ERR_DENIED', 403],
    ['ERR_SIGNING_RESPONSE', 403],
    ['ERR_DESTROYED', 403],
  ])('%s is answered with %i, and without a body', (code, status) => {
    const response = responseWithoutToken(new SecureTokenError(code, 'no token'));
    expect(response).toMatchObject({ status, statusText: code, body: null });
  });
});
