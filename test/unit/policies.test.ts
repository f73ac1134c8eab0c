import { expect, test } from 'vitest';
import { breaksOf } from '../policies/breaks.mjs';
import { readPolicies } from '../policies/table.mjs';

test('ARCHITECTURE.md: each row of a policy names files and tests that exist, and no file that may be another', () => {
  const policies = readPolicies();
  expect(policies.length).toBeGreaterThan(80);
  expect(policies.filter(({ tests }) => tests.length === 0)).toEqual([]);
});

test('breaks: numbers outside functions are doubled, and the first condition of each function is turned round', () => {
  const source = [
    'const LIMIT = 24 * 60;',
    'class Row {',
    '  #count = 0;',
    '  add(value: number): boolean {',
    '    if (value > LIMIT) return false;',
    '    return value !== 3;',
    '  }',
    '}',
    'export const isEven = (value: number): boolean => (value % 2 === 0 ? true : false);',
  ].join('\n');
  const broken = breaksOf('row.ts', source).map(({ line, start, end, text }) => [line, source.slice(start, end), text]);
  expect(broken).toEqual([
    [1, '24 * 60', '(24 * 60 * 2 || 1)'],
    [5, 'value > LIMIT', '!(value > LIMIT)'],
    [9, 'value % 2 === 0', '!(value % 2 === 0)'],
  ]);
});
