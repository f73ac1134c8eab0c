import { describe, expect, test } from 'vitest';
import { SecureTokenError, createTokenSource, isSecureTokenError } from '../../../packages/core/src/index.ts';
import { ENDPOINT, MASTER, fakeTime, folder, lab } from './lab.ts';

fakeTime();

describe('SecureTokenError', () => {
  test('is an Error with a code, and only the details it was given', () => {
    const cause = new Error('why');
    const error = new SecureTokenError('ERR_DENIED', 'no', { url: MASTER, status: 403, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'SecureTokenError',
      code: 'ERR_DENIED',
      message: expect.stringContaining('no'),
      url: MASTER,
      status: 403,
      cause,
    });
    const plain = new SecureTokenError('ERR_DENIED', 'no');
    expect('url' in plain || 'status' in plain || 'cause' in plain).toBe(false);
    expect(String(error)).toMatch(/^SecureTokenError: /);
  });

  test('thrown by a source, it tells which URL', async () => {
    const { source } = lab(folder(300, 'https://other.test/'));
    await expect(source.sign(`${MASTER}#f`)).rejects.toMatchObject({ code: 'ERR_SIGNING_RESPONSE', url: MASTER });
  });
});

describe('isSecureTokenError', () => {
  test('recognises its own, also of another copy or realm', () => {
    expect(isSecureTokenError(new SecureTokenError('ERR_OPTIONS', 'x'))).toBe(true);
    expect(isSecureTokenError(Object.assign(new Error('x'), { name: 'SecureTokenError' }))).toBe(true);
  });

  test.each([undefined, null, 'SecureTokenError', 7, {}, new Error('x'), new TypeError('x')])(
    'nothing else: %s',
    (value) => {
      expect(isSecureTokenError(value)).toBe(false);
    },
  );
});

describe('importing', () => {
  test('has no side effect on a server', () => {
    const source = createTokenSource(ENDPOINT);
    expect(source.protects('/relative')).toBe(false);
    source.destroy();
  });
});
