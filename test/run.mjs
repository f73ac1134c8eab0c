import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { concerning, readArguments } from './support/choose-tests.mjs';
import { prepare } from './support/prepare.mjs';

// npm test [-- PACKAGE | VITEST ARGUMENT …]     npm run test:all [-- --rest]

const { packages, all, rest, vitest } = readArguments(process.argv.slice(2));
const chosen = packages.length > 0;

/**
 * What needs no test runner, one after the other beside the tests, with what these leave of the processors: players in
 * real time mostly wait.
 * @type {ReadonlyArray<{ name: string, command: string, args: string[] }>}
 */
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
const part = rest ? 'rest' : all ? '' : 'main';

/**
 * Runs a command; its output appears in one piece when it ends, and only if it fails. @type {(step: typeof
 * checks[number]) => Promise<boolean>}
 */
const check = ({ name, command, args }) =>
  new Promise((resolve) => {
    const begun = Date.now();
    /** @type {Buffer[]} */
    const output = [];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (/** @type {Buffer} */ chunk) => output.push(chunk));
    child.on('close', (status) => {
      const seconds = Math.round((Date.now() - begun) / 1000);
      process.stdout.write(
        status === 0 ? `— ${name}: passed (${seconds} s)\n` : `${Buffer.concat(output)}\n— ${name}: failed\n`,
      );
      resolve(status === 0);
    });
  });

/** @type {() => Promise<boolean>} */
const runTests = () =>
  new Promise((resolve) => {
    const child = spawn('npx', ['vitest', 'run', ...concerning(packages), ...vitest], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: { ...process.env, TEST_PART: part },
    });
    child.on('close', (status) => resolve(status === 0));
  });

/** @type {() => Promise<string[]>} the names of those that failed */
const runChecks = async () => {
  const failed = [];
  for (const step of checks) if (!(await check(step))) failed.push(step.name);
  return failed;
};

await prepare();
const [failed, tested] = await Promise.all([runChecks(), runTests()]);
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}\n\n0 passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 || !tested ? 1 : 0;
