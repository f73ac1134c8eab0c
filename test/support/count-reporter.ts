import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { closingLine } from './test-counts.mjs';

/** Counts the tests, and prints the closing line; or leaves both to `test/run.mjs`, which names a file for them. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const remarks: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && ![...module.children.allTests('failed')].length) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // a known defect fails at each try
        if (test.diagnostic()?.retryCount && !test.options.fails) remarks.push(`needed a second try: ${test.fullName}`);
        if (state === 'passed' || state === 'failed') counts[state]++;
        else {
          counts.skipped++;
          remarks.push(`skipped: ${test.fullName}`);
        }
      }
    }
    const { TEST_COUNTS: file } = process.env;
    if (file) writeFileSync(file, JSON.stringify({ ...counts, remarks }));
    else process.stdout.write([...remarks, '', closingLine(counts), ''].join('\n'));
  }
}
