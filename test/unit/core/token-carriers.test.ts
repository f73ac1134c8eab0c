import { describe, expect, test } from 'vitest';
import { credentialsMode, needsUseCredentials } from '../../../packages/core/src/adapter.ts';
import { withTokenHeaders } from 'secure-token-core/adapter';

describe('credentialsMode', () => {
  test.each([
    [true, undefined, 'include'],
    [true, 'omit', 'include'],
    [false, 'include', 'include'],
    [false, undefined, 'same-origin'],
    [false, 'same-origin', 'same-origin'],
    [false, 'omit', 'same-origin'],
  ] as const)('a cookie: %s, asked for in %s: %s', (credentials, asked, mode) => {
    expect(credentialsMode({ credentials }, asked)).toBe(mode);
  });
});

describe('needsUseCredentials', () => {
  test.each([
    [true, 'anonymous', true],
    [true, 'use-credentials', true],
    [true, null, false],
    [true, undefined, false],
    [false, 'anonymous', false],
  ])('a cookie: %s, the element is in mode %s: %s', (credentials, crossOrigin, needed) => {
    expect(needsUseCredentials({ credentials }, crossOrigin)).toBe(needed);
  });
});

describe('withTokenHeaders', () => {
  test('headers of a token take the place of those of the same name, in whatever case', () => {
    const own = { Range: 'bytes=0-9', 'common-access-token': 'read in an answer', AUTHORIZATION: 'of the app' };
    const ofToken = { 'Common-Access-Token': 'ours', Authorization: 'Bearer of the token' };
    expect(withTokenHeaders(own, ofToken)).toEqual({ Range: 'bytes=0-9', ...ofToken });
  });

  test('headers of a request whose token has none stay as they are', () => {
    expect(withTokenHeaders({ Range: 'bytes=0-9' }, {})).toEqual({ Range: 'bytes=0-9' });
    expect(withTokenHeaders(undefined, {})).toEqual({});
  });
});
