import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addCounts, closingLine, missingLines, redLines, sumOfCounts } from '../../support/test-counts.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'test-counts-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('counts of several runs are added', async () => {
  const file = join(folder, 'counts');
  await writeFile(file, '');
  expect(sumOfCounts(file)).toEqual({ passed: 0, failed: 0, skipped: 0, missing: {}, red: [] });
  addCounts(file, { passed: 5, failed: 0, skipped: 2 });
  addCounts(file, { passed: 10, failed: 1, skipped: 0 });
  addCounts(file, { passed: 0, failed: 1, skipped: 0 });
  expect(closingLine(sumOfCounts(file))).toBe('15 passed, 2 failed, 2 skipped');
});

test('the tests that failed in several runs are named, a line each', () => {
  const file = join(folder, 'counts');
  addCounts(file, { passed: 5, failed: 1, skipped: 0, red: ['a.test.ts > adds'] });
  addCounts(file, { passed: 5, failed: 0, skipped: 0 });
  addCounts(file, { passed: 5, failed: 1, skipped: 0, red: ['b.test.ts'] });
  expect(redLines(sumOfCounts(file))).toBe('red: a.test.ts > adds\nred: b.test.ts\n');
});

test('skipped tests of several runs are counted once for each program that is missing', async () => {
  const file = join(folder, 'counts');
  addCounts(file, { passed: 5, failed: 0, skipped: 4, missing: { nginx: 3, redis: 1 } });
  addCounts(file, { passed: 5, failed: 0, skipped: 2 });
  addCounts(file, { passed: 5, failed: 0, skipped: 95, missing: { nginx: 95 } });
  expect(missingLines(sumOfCounts(file))).toBe('nginx: 98 tests skipped\nredis: 1 test skipped\n');
});

test('tests of growth are no part of `npm test`, which does not run them', async () => {
  const names = await readdir('test/growth');
  expect(names.filter((name) => name.endsWith('.test.ts') && !name.endsWith('.all.test.ts'))).toEqual([]);
});
