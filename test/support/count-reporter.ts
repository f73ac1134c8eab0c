import type { Reporter, TestModule } from 'vitest/node';

/**
 * The closing line that counts the tests: `N passed, N failed, N skipped`. A skipped one is never counted as passed.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      if (module.state() === 'failed' && ![...module.children.allTests('failed')].length) count.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // a known defect fails at each try
        if (test.diagnostic()?.retryCount && !test.options.fails)
          process.stdout.write(`needed a second try: ${test.fullName}\n`);
        if (state === 'passed' || state === 'failed') count[state]++;
        else {
          count.skipped++;
          process.stdout.write(`skipped: ${test.fullName}\n`);
        }
      }
    }
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}
