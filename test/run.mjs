import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concerning, readArguments } from './support/choose-tests.mjs';
import { build, install, installIn } from './support/prepare.mjs';
import { addCounts, closingLine, missingLines, redLines, sumOfCounts } from './support/test-counts.mjs';

// npm test [-- PACKAGE | VITEST ARGUMENT …]     npm run test:all [-- --rest]

const { packages, all, rest, vitest } = readArguments(process.argv.slice(2));
const chosen = packages.length > 0;

/** @typedef {{ name: string, command: string, args: string[] }} Step */

/** What needs no test runner. @type {readonly Step[]} */
const checks = rest
  ? []
  : [
      { name: 'type check', command: 'npm', args: ['run', '--silent', 'typecheck', '--', ...packages] },
      {
        name: 'lint',
        command: 'npx',
        args: ['eslint', '--max-warnings', '0', ...(chosen ? packages.map((name) => `packages/${name}`) : ['.'])],
      },
      { name: 'format (npm run format)', command: 'npx', args: ['prettier', '--check', '--log-level', 'warn', '.'] },
      { name: 'unused code', command: 'npx', args: ['knip', '--no-progress'] },
    ];

/** @type {(name: string, ...projects: string[]) => Step} */
const tests = (name, ...projects) => ({
  name,
  command: 'npx',
  args: [
    ...['vitest', 'run', '--passWithNoTests'],
    ...projects.flatMap((project) => ['--project', project]),
    ...concerning(packages),
    ...vitest,
  ],
});

const scratch = mkdtempSync(join(tmpdir(), 'secure-token-test-'));
const counts = join(scratch, 'counts');
writeFileSync(counts, '');
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
/** Whether a folder of `test/` may have files for this run. @type {(folder: string) => boolean} */
const concerns = (folder) => !chosen || concerning(packages).some((path) => path.startsWith(`test/${folder}/`));
const shell = process.platform === 'win32';
const part = rest ? 'rest' : all ? '' : 'main';
const env = { ...process.env, TEST_PART: part, TEST_COUNTS: counts };
/** @type {string[]} */
const failed = [];

/** Runs a step; resolves to whether it has passed. @type {(step: Step) => Promise<boolean>} */
const run = ({ name, command, args }) =>
  new Promise((resolve) => {
    const begun = Date.now();
    spawn(command, args, { stdio: 'inherit', shell, env }).on('close', (status) => {
      const hasPassed = status === 0;
      if (!hasPassed) failed.push(name);
      console.log(`— ${name}: ${hasPassed ? 'passed' : 'failed'} (${Math.round((Date.now() - begun) / 1000)} s)`);
      resolve(hasPassed);
    });
  });

const runChecks = async () => {
  for (const check of checks) if (!(await run(check))) addCounts(counts, { passed: 0, failed: 1, skipped: 0 });
};

await install();
if (part !== 'main') await installIn('test/extra');
// The checks look at sources alone.
await Promise.all([runChecks(), build()]);
await run(tests('tests without a browser', 'unit', 'properties', 'dist'));
// Players in real time must not be late: they have the machine for themselves.
if (concerns('browser')) await run(tests('tests in browsers', 'browser'));
// What measures CPU or loads it has the machine for itself, and is no part of `npm test`.
if (part !== 'main' && concerns('growth')) await run(tests('tests of growth', 'growth'));
if (part !== 'main' && concerns('load')) await run(tests('tests under load', 'load'));

const sum = sumOfCounts(counts);
const ranNone = sum.passed + sum.failed + sum.skipped === 0;
if (ranNone) console.log('No test matches.');
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
// A run that ends early counts nothing.
console.log(
  `\n${redLines(sum)}${missingLines(sum)}${closingLine({ ...sum, failed: Math.max(sum.failed, failed.length) })}`,
);
process.exitCode = failed.length > 0 || ranNone ? 1 : 0;
