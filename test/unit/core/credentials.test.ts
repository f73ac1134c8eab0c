import { describe, expect, test } from 'vitest';
import { credentialsMode, needsUseCredentials } from '../../../packages/core/src/adapter.ts';

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
