import { spawnSync } from 'node:child_process';
import { prepare } from './support/prepare.mjs';

/** What `npm test` runs, in order; Vitest comes last, for its closing line counts the tests. */
const steps = [
  ['type check', 'npm', 'run', '--silent', 'typecheck'],
  ['lint', 'npm', 'run', '--silent', 'lint'],
  ['unused code', 'npx', 'knip', '--no-progress'],
  ['build', 'npm', 'run', '--silent', 'build', '--', '--silent'],
  ['tests', 'npx', 'vitest', 'run', '--config', 'test/vitest.config.ts', ...process.argv.slice(2)],
];

await prepare();
for (const [name, command, ...args] of steps) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error(`\n${name}: failed`);
    if (name !== 'tests') console.log('\n0 passed, 1 failed');
    process.exit(1);
  }
}
