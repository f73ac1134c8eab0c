// npm run test:hosts [-- VITEST ARGUMENT …]; one page: npm run test:hosts -- -t vidstack
import { spawn } from 'node:child_process';

const vitest = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'browser', 'test/browser/hosts', ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, HOSTS: 'all' } },
);
vitest.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
