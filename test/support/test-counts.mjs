import { appendFileSync, readFileSync } from 'node:fs';

/**
 * How many tests did what. A skipped one is never counted as passed.
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** @type {(counts: Counts) => string} */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** A line of `file` for each run of Vitest. @type {(file: string, counts: Counts) => void} */
export const addCounts = (file, counts) => appendFileSync(file, `${JSON.stringify(counts)}\n`);

/** Of all runs together. @type {(file: string) => Counts} */
export function sumOfCounts(file) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const { passed, failed, skipped } = JSON.parse(line);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}
