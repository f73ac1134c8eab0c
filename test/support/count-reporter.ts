import type { Reporter, TestModule } from 'vitest/node';
import { addCounts, closingLine } from './test-counts.mjs';

/**
 * Names the tests that were skipped, and ends with the line that counts all: `N passed, N failed, N skipped`. Of
 * several runs that belong together, that line is `npm test`'s: each adds its counts to the file `TEST_COUNTS`.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      if (module.state() === 'failed' && ![...module.children.allTests('failed')].length) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // a known defect fails at each try
        if (test.diagnostic()?.retryCount && !test.options.fails)
          process.stdout.write(`needed a second try: ${test.fullName}\n`);
        if (state === 'passed' || state === 'failed') counts[state]++;
        else {
          counts.skipped++;
          process.stdout.write(`skipped: ${test.fullName}\n`);
        }
      }
    }
    const file = process.env.TEST_COUNTS;
    if (file) addCounts(file, counts);
    else process.stdout.write(`\n${closingLine(counts)}\n`);
  }
}
