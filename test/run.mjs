import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { concerning, readArguments } from './support/choose-tests.mjs';
import { build, install, installIn, prepareQuickly } from './support/prepare.mjs';
import { addCounts, closingLine, missingLines, redLines, sumOfCounts } from './support/test-counts.mjs';

// npm test [-- PACKAGE | --programs | --project NAME | VITEST ARGUMENT …]     npm run test:all [-- --rest]

const { packages, all, rest, programs, projects, vitest } = readArguments(process.argv.slice(2));
const chosen = packages.length > 0;

/** @typedef {{ name: string, command: string, args: string[] }} Step */

const linted = chosen ? packages.map((name) => `packages/${name}`) : ['.'];

/** Steps that need no test runner. @type {readonly Step[]} */
const checks =
  rest || programs
    ? []
    : [
        { name: 'type check', command: 'npm', args: ['run', '--silent', 'typecheck', '--', ...packages] },
        { name: 'lint with types', command: 'npx', args: ['oxlint', ...linted] },
        { name: 'lint', command: 'npx', args: ['eslint', '--max-warnings', '0', ...linted] },
        { name: 'format (npm run format)', command: 'npx', args: ['prettier', '--check', '--log-level', 'warn', '.'] },
        { name: 'unused code', command: 'npx', args: ['knip', '--no-progress'] },
      ];

/**
 * Runs those of the projects that are asked for. @type {(name: string, ...ofStep: string[]) => Promise<void>}
 */
const runTests = async (name, ...ofStep) => {
  const chosenOfStep = ofStep.filter((project) => projects.length === 0 || projects.includes(project));
  if (chosenOfStep.length > 0) await inFront(tests(name, chosenOfStep));
};

/** @type {(name: string, ofStep: string[]) => Step} */
const tests = (name, ofStep) => ({
  name,
  command: 'npx',
  args: [
    'vitest',
    'run',
    '--passWithNoTests',
    ...ofStep.flatMap((project) => ['--project', project]),
    ...concerning(packages),
    // a test names the programs that it needs as its tags
    ...(programs ? ['--tags-filter', '*'] : []),
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
const main = all ? '' : 'main';
const part = rest ? 'rest' : main;
const env = { ...process.env, TEST_PART: part, TEST_COUNTS: counts };
/** @type {string[]} */
const failed = [];

/** @type {(step: Step, begun: number, status: number | null) => boolean} */
const ended = ({ name }, begun, status) => {
  if (status !== 0) failed.push(name);
  console.log(`— ${name}: ${status === 0 ? 'passed' : 'failed'} (${Math.round((Date.now() - begun) / 1000)} s)`);
  return status === 0;
};

/** Runs a step and shows what it writes. @type {(step: Step) => Promise<boolean>} */
const inFront = (step) =>
  new Promise((resolve) => {
    const begun = Date.now();
    const child = spawn(step.command, step.args, { stdio: 'inherit', shell, env });
    child.on('close', (status) => resolve(ended(step, begun, status)));
  });

/** Runs a step with what those in front leave of the cores: its lines appear when it ends. @type {typeof inFront} */
const beside = (step) =>
  new Promise((resolve) => {
    const begun = Date.now();
    const child = spawn(step.command, step.args, { stdio: ['ignore', 'pipe', 'pipe'], shell, env });
    if (child.pid) setPriority(child.pid, 5);
    /** @type {Buffer[]} */
    const output = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (/** @type {Buffer} */ chunk) => output.push(chunk));
    child.on('close', (status) => {
      process.stdout.write(Buffer.concat(output));
      resolve(ended(step, begun, status));
    });
  });

/** One after the other. */
const runChecks = async () => {
  for (const check of checks) if (!(await beside(check))) addCounts(counts, { passed: 0, failed: 1, skipped: 0 });
};

await install();
if (part !== 'main') {
  await installIn('test/extra');
  await installIn('examples/azion');
  await installIn('.ci');
}
// The checks look at sources alone.
const checked = runChecks();
// what is shipped is judged in the other lanes
await (programs || part !== 'main' ? build() : prepareQuickly());
await runTests('tests without a browser', 'unit', 'alone', 'properties', 'dist');
// Players in real time must not be late: beside them runs only what waits for an idle core.
if (concerns('browser')) await runTests('tests in browsers', 'browser');
await checked;
// What measures CPU has the machine for itself, and is no part of `npm test`.
if (part !== 'main' && concerns('growth')) await runTests('tests of growth', 'growth');

const sum = sumOfCounts(counts);
const ranNone = sum.passed + sum.failed + sum.skipped === 0;
if (ranNone) console.log('No test matches.');
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
// A run that ends early counts nothing.
console.log(
  `\n${redLines(sum)}${missingLines(sum)}${closingLine({ ...sum, failed: Math.max(sum.failed, failed.length) })}`,
);
process.exitCode = failed.length > 0 || ranNone ? 1 : 0;
