// Proofs of more than two minutes, before a release: npm run test:long [-- VITEST ARGUMENT …]
import { spawn } from 'node:child_process';

const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TEST_PART: 'long' },
});
vitest.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
