// npm run test:nodes [-- VITEST ARGUMENT …]: unit tests and tests of the built packages, with every Node that is
// supported and is not the one that runs this. npm has the others: its package `node` brings any version.
import { spawnSync } from 'node:child_process';
import { build, install } from './support/prepare.mjs';

const supported = ['20.19', '22', '24'];
const others = supported.filter((version) => !`${process.versions.node}.`.startsWith(`${version}.`));

await install();
await build();
const vitest = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'unit',
  '--project',
  'alone',
  '--project',
  'dist',
];
const given = process.argv.slice(2);
// without hours on a fake clock (`test/session`), which use nothing of Node
const which = given.length > 0 ? given : ['test/unit/', 'test/vectors/', 'test/cat/', 'test/dist/'];
for (const version of others) {
  console.log(`\nNode ${version}`);
  const { status } = spawnSync(
    'npm',
    ['exec', '--yes', `--package=node@${version}`, '--', 'node', ...vitest, ...which],
    { stdio: 'inherit', shell: process.platform === 'win32', env: { ...process.env, TEST_PART: 'main' } },
  );
  if (status !== 0) process.exitCode = 1;
}
