import { appendFileSync, readFileSync } from 'node:fs';

/**
 * Counts of tests by their outcome. A skipped test is never counted as passed.
 *
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {Readonly<Record<string, number>>} [missing] skipped tests by the program that this machine lacks
 * @property {readonly string[]} [red] files, names and errors of the tests that failed
 */

/** @type {(counts: Counts) => string} */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Returns a line for each program, such as `nginx: 98 tests skipped`. @type {(counts: Counts) => string} */
export const missingLines = ({ missing = {} }) =>
  Object.entries(missing)
    .map(([program, tests]) => `${program}: ${tests} ${tests === 1 ? 'test' : 'tests'} skipped\n`)
    .join('');

/**
 * Returns a line for each test that failed, such as `red: test/unit/a.test.ts > adds: expected 3 to be 2`.
 * @type {(counts: Counts) => string}
 */
export const redLines = ({ red = [] }) => red.map((test) => `red: ${test}\n`).join('');

/** A line of `file` for each run of Vitest. @type {(file: string, counts: Counts) => void} */
export const addCounts = (file, counts) => appendFileSync(file, `${JSON.stringify(counts)}\n`);

/** Sums the counts of all runs. @type {(file: string) => Counts} */
export function sumOfCounts(file) {
  /** @type {Record<string, number>} */
  const missing = {};
  /** @type {string[]} */
  const red = [];
  const sum = { passed: 0, failed: 0, skipped: 0, missing, red };
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    /** @type {Counts} */
    const counts = JSON.parse(line);
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
    red.push(...(counts.red ?? []));
    for (const [program, tests] of Object.entries(counts.missing ?? {}))
      missing[program] = (missing[program] ?? 0) + tests;
  }
  return sum;
}
