import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { missedBy } from './programs.ts';
import { addCounts, closingLine, missingLines, redLines } from './test-counts.mjs';

/**
 * Names the tests that were skipped, but for those that lack a program of this machine: these are counted by program,
 * `nginx: 98 tests skipped`. Names the tests that failed, with the first line of each error, once more at the end,
 * where a long log is read first. Ends with the line that counts all: `N passed, N failed, N skipped`. Of several runs
 * that belong together, these lines are `npm test`'s: each run adds its counts to the file `TEST_COUNTS`.
 */
export default class CountReporter implements Reporter {
  #onlyTagged = false;

  onInit({ config }: Vitest): void {
    this.#onlyTagged = (config.tagsFilter ?? []).length > 0;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const missing: Record<string, number> = {};
    const red: string[] = errors.length > 0 ? ['an error outside of all tests'] : [];
    const counts = { passed: 0, failed: errors.length, skipped: 0, missing, red };
    for (const module of modules) {
      if (module.state() === 'failed' && ![...module.children.allTests('failed')].length) {
        counts.failed++;
        red.push(module.relativeModuleId);
      }
      for (const test of module.children.allTests()) {
        if (this.#onlyTagged && test.tags.length === 0) continue;
        const result = test.result();
        // a known defect fails at each try
        if (test.diagnostic()?.retryCount && !test.options.fails)
          process.stdout.write(`needed a second try: ${test.fullName}\n`);
        if (result.state === 'failed') {
          const [error] = result.errors[0]?.message.split('\n') ?? [];
          red.push(`${module.relativeModuleId} > ${test.fullName}: ${error}`);
        }
        if (result.state === 'passed' || result.state === 'failed') counts[result.state]++;
        else {
          counts.skipped++;
          const program = missedBy(test.tags);
          const reason = result.state === 'skipped' && result.note ? ` (${result.note})` : '';
          if (program) missing[program] = (missing[program] ?? 0) + 1;
          else process.stdout.write(`skipped: ${test.fullName}${reason}\n`);
        }
      }
    }
    const file = process.env.TEST_COUNTS;
    if (file) addCounts(file, counts);
    else process.stdout.write(`\n${redLines(counts)}${missingLines(counts)}${closingLine(counts)}\n`);
  }
}
