import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
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

/** Runs a step and shows what it writes. @type {(step: Step) => Promise<void>} */
const inFront = ({ name, command, args }) =>
  new Promise((resolve) => {
    spawn(command, args, { stdio: 'inherit', shell, env }).on('close', (status) => {
      if (status !== 0) failed.push(name);
      resolve();
    });
  });

/** Tests that were skipped, and those that needed a second try. */
const NAMED = /^(?:skipped|needed a second try): .*\n/gm;

/**
 * Runs a step with what those in front leave of the processors. If it fails, its output appears in one piece when it
 * ends. @type {(step: Step) => Promise<boolean>}
 */
const behind = ({ name, command, args }) =>
  new Promise((resolve) => {
    const begun = Date.now();
    /** @type {Buffer[]} */
    const output = [];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell, env });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (/** @type {Buffer} */ chunk) => output.push(chunk));
    child.on('close', (status) => {
      const seconds = Math.round((Date.now() - begun) / 1000);
      const text = Buffer.concat(output).toString();
      if (status === 0) {
        process.stdout.write(`${(text.match(NAMED) ?? []).join('')}— ${name}: passed (${seconds} s)\n`);
      } else {
        process.stdout.write(`${text}— ${name}: failed (${seconds} s)\n`);
        failed.push(name);
      }
      resolve(status === 0);
    });
  });

/** One after the other. */
const runChecks = async () => {
  for (const check of checks) if (!(await behind(check))) addCounts(counts, { passed: 0, failed: 1, skipped: 0 });
};

await install();
if (part !== 'main') await installIn('test/extra');
// These look at sources alone.
const checked = runChecks();
await build();
// Players in real time wait for the media clock a third of the time, and must not be late.
await Promise.all([
  concerns('browser') && inFront(tests('tests in browsers', 'browser')),
  behind(tests('tests without a browser', 'unit', 'properties', 'dist')),
  checked,
]);
// What measures CPU or loads it has the machine for itself, and is no part of `npm test`.
if (part !== 'main' && concerns('growth')) await inFront(tests('tests of growth', 'growth'));
if (part !== 'main' && concerns('load')) await inFront(tests('tests under load', 'load'));

const sum = sumOfCounts(counts);
const ranNone = sum.passed + sum.failed + sum.skipped === 0;
if (ranNone) console.log('No test matches.');
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
// A run that ends early counts nothing.
console.log(
  `\n${redLines(sum)}${missingLines(sum)}${closingLine({ ...sum, failed: Math.max(sum.failed, failed.length) })}`,
);
process.exitCode = failed.length > 0 || ranNone ? 1 : 0;
