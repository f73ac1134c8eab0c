import { spawnSync } from 'node:child_process';
import { prepare } from './support/prepare.mjs';

/**
 * What `npm test` runs, in order; Vitest comes last, for its closing line counts the tests.
 * @type {ReadonlyArray<{ name: string, command: string, args: string[] }>}
 */
const steps = [
  { name: 'type check', command: 'npm', args: ['run', '--silent', 'typecheck'] },
  { name: 'lint', command: 'npm', args: ['run', '--silent', 'lint'] },
  { name: 'unused code', command: 'npx', args: ['knip', '--no-progress'] },
  { name: 'build', command: 'npm', args: ['run', '--silent', 'build', '--', '--silent'] },
  { name: 'tests', command: 'npx', args: ['vitest', 'run', '--config', 'test/vitest.config.ts', ...process.argv.slice(2)] },
];

await prepare();
for (const { name, command, args } of steps) {
  console.log(`\n— ${name}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status === 0) continue;
  console.error(`\n${name}: failed`);
  if (name !== 'tests') console.log('\n0 passed, 1 failed');
  process.exit(1);
}
