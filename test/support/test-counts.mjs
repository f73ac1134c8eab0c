import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What one run of Vitest has counted, as `count-reporter.ts` writes it.
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} remarks a line for each test that was skipped or needed a second try
 */

/** The closing line. A skipped test is never counted as passed. @type {(counts: Omit<Counts, 'remarks'>) => string} */
export const closingLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** The closing lines of several runs together. @type {(counts: readonly Counts[]) => string} */
export function closingLines(counts) {
  /** @type {(name: 'passed' | 'failed' | 'skipped') => number} */
  const sum = (name) => counts.reduce((total, one) => total + one[name], 0);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  return [...counts.flatMap(({ remarks }) => remarks), '', closingLine(total)].join('\n');
}

/** Where runs of Vitest that go on side by side leave their counts, by the environment variable `TEST_COUNTS`. */
export class CountsFolder {
  #folder = mkdtempSync(join(tmpdir(), 'test-counts-'));

  /** @type {(name: string) => { TEST_COUNTS: string }} */
  env = (name) => ({ TEST_COUNTS: this.#path(name) });

  /** A run that ended without any counts has failed. @type {(names: readonly string[]) => Counts[]} */
  take(names) {
    const counts = names.map((name) =>
      existsSync(this.#path(name))
        ? JSON.parse(readFileSync(this.#path(name), 'utf8'))
        : { passed: 0, failed: 1, skipped: 0, remarks: [`${name}: ended without a result`] },
    );
    rmSync(this.#folder, { recursive: true });
    return counts;
  }

  /** @type {(name: string) => string} */
  #path = (name) => join(this.#folder, `${name}.json`);
}
