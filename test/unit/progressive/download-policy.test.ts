import { describe, expect, test } from 'vitest';
import type { NextStep } from '../../../packages/progressive/src/download-policy.ts';
import {
  describesFile,
  isOtherVersion,
  mayRestart,
  rangeHeaders,
  stepAfter,
} from '../../../packages/progressive/src/download-policy.ts';

describe('stepAfter', () => {
  test.each<[status: number, isRefusal: boolean, attempts: number, NextStep]>([
    [404, false, 0, 'not found'],
    [403, false, 0, 'not found'],
    [403, true, 0, 'retry'],
    [403, true, 2, 'retry'],
    [403, true, 3, 'refused'],
    [404, true, 3, 'refused'],
    [500, true, 3, 'refused'],
    [408, false, 7, 'retry'],
    [416, false, 7, 'retry'],
    [429, false, 7, 'retry'],
    [429, false, 8, 'no more data'],
    [503, false, 7, 'retry'],
    [503, false, 8, 'no more data'],
    [206, false, 0, 'retry'],
    [0, false, 7, 'retry'],
    [0, false, 8, 'no more data'],
  ])('%i (refusal: %s) after %i attempts: %s', (status, isRefusal, attempts, step) => {
    expect(stepAfter({ status, isRefusal, attempts })).toBe(step);
  });
});

describe('describesFile', () => {
  test.each<[status: number, total: number | undefined, isRefusal: boolean, boolean]>([
    [200, 7, false, true],
    [206, undefined, false, true],
    [416, undefined, false, true],
    [404, 7, false, false],
    [500, 7, false, false],
    [200, 7, true, false],
    [404, 7, true, false],
    [416, undefined, true, false],
    [416, 7, true, true],
  ])('%i with a length of %s (refusal: %s): %s', (status, total, isRefusal, expected) => {
    const response = new Response(null, { status });
    expect(describesFile(response, { total, validator: undefined }, isRefusal)).toBe(expected);
  });
});

describe('isOtherVersion', () => {
  const version = (validator?: string, total?: number) => ({ validator, total });
  test.each([
    [version('"1"', 7), version('"1"', 7), false],
    [version('"1"', 7), version('"2"', 7), true],
    [version('"1"', 7), version('"1"', 8), true],
    [version('"1"', 7), version(undefined, 8), true],
    [version(), version('"1"', 7), false],
    [version('"1"', 7), version(), false],
  ])('%j, then %j: %s', (before, now, expected) => {
    expect(isOtherVersion(before, now)).toBe(expected);
  });
});

test('mayRestart: what can be taken back, from its beginning, three times', () => {
  expect([mayRestart(0, true, 0), mayRestart(0, true, 2)]).toEqual([true, true]);
  expect([mayRestart(0, true, 3), mayRestart(7, true, 0), mayRestart(0, false, 0)]).toEqual([false, false, false]);
});

test('rangeHeaders: what is missing, with If-Range where that costs no preflight', () => {
  expect(rangeHeaders(0, '"1"', true)).toEqual({});
  expect(rangeHeaders(7, '"1"', true)).toEqual({ range: 'bytes=7-', 'if-range': '"1"' });
  expect(rangeHeaders(7, '"1"', false)).toEqual({ range: 'bytes=7-' });
  expect(rangeHeaders(7, undefined, true)).toEqual({ range: 'bytes=7-' });
});
