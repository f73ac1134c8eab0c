// Proofs of more than a minute or two, before a release: npm run test:long [-- VITEST ARGUMENT …]
import { spawn } from 'node:child_process';
import { build, install, installIn } from './support/prepare.mjs';

await install();
await installIn('test/extra');
await build();
const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TEST_PART: 'long' },
});
vitest.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
