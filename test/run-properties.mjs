// The property tests with 100,000 cases each: npm run test:properties
import { spawn } from 'node:child_process';

const vitest = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'properties', ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, PROPERTY_RUNS: process.env.PROPERTY_RUNS ?? '100000' } },
);
vitest.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
