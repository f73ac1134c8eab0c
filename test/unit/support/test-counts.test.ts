import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { CountsFolder, closingLines } from '../../support/test-counts.mjs';

const none = { passed: 0, failed: 0, skipped: 0, remarks: [] };

test('the closing line adds up all runs, below the names of what was skipped', () => {
  const counts = [
    { passed: 2, failed: 1, skipped: 1, remarks: ['skipped: a'] },
    { ...none, passed: 3, skipped: 1, remarks: ['skipped: b'] },
  ];
  expect(closingLines(counts)).toBe('skipped: a\nskipped: b\n\n5 passed, 1 failed, 2 skipped');
});

test('a run that leaves no counts has failed', () => {
  const folder = new CountsFolder();
  const { TEST_COUNTS } = folder.env('one');
  writeFileSync(TEST_COUNTS, JSON.stringify({ ...none, passed: 1 }));
  expect(folder.take(['one', 'other'])).toEqual([
    { ...none, passed: 1 },
    { ...none, failed: 1, remarks: ['other: ended without a result'] },
  ]);
  expect(existsSync(dirname(TEST_COUNTS))).toBe(false);
});
