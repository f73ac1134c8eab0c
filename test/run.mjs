import { concerning, readArguments } from './support/choose-tests.mjs';
import { prepare } from './support/prepare.mjs';
import { runBeside, runInSight } from './support/steps.mjs';
import { CountsFolder, closingLines } from './support/test-counts.mjs';

// npm test [-- PACKAGE | VITEST ARGUMENT …]     npm run test:all [-- --rest]

const { packages, all, rest, vitest } = readArguments(process.argv.slice(2));
const chosen = packages.length > 0;

/** What needs no test runner. @type {ReadonlyArray<import('./support/steps.mjs').Step>} */
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

const counts = new CountsFolder();
const part = rest ? 'rest' : all ? '' : 'main';

/** Not every package has tests of each kind. */
const noneIsFine = chosen ? ['--passWithNoTests'] : [];

/**
 * Tests of these projects of `vitest.config.ts`, or of all; those that concern the chosen packages.
 * @type {(name: string, ...projects: string[]) => import('./support/steps.mjs').Step}
 */
const tests = (name, ...projects) => ({
  name,
  command: 'npx',
  args: [
    'vitest',
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    ...concerning(packages),
    ...noneIsFine,
    ...vitest,
  ],
  env: { TEST_PART: part, ...counts.env(name) },
});

// whoever gives arguments to Vitest wants to see what it makes of them
const isAsked = vitest.length > 0;
const inSight = isAsked ? tests('tests') : tests('tests in browsers', 'browser');
const beside = isAsked ? [] : [tests('other tests', 'unit', 'properties', 'dist')];
// it measures the work of a processor, which must do nothing else then
const alone = isAsked || part === 'main' ? [] : [tests('growth of work', 'growth')];

/**
 * One after the other.
 * @type {(steps: readonly import('./support/steps.mjs').Step[], run: typeof runBeside) => Promise<boolean[]>}
 */
const inTurn = async (steps, run) => {
  const passed = [];
  for (const step of steps) passed.push(await run(step));
  return passed;
};

await prepare();
// players wait for the clock of their media most of the time, all others for a processor
const [checked, ...tested] = await Promise.all([
  inTurn(checks, runBeside),
  runInSight(inSight),
  ...beside.map(runBeside),
]);
tested.push(...(await inTurn(alone, runInSight)));

const failed = checks.filter((_, index) => !checked[index]).map(({ name }) => name);
const ofChecks = { passed: 0, failed: failed.length, skipped: 0, remarks: failed.map((name) => `failed: ${name}`) };
const ofTests = counts.take([inSight, ...beside, ...alone].map(({ name }) => name));
console.log(closingLines([...ofTests, ofChecks]));
process.exitCode = failed.length > 0 || tested.includes(false) ? 1 : 0;
