// npm run test:mutation [-- --mutate packages/core/src/requests/replays.ts]
import { spawn } from 'node:child_process';
import { install, installIn } from './support/prepare.mjs';

await install();
await installIn('test/extra');
const stryker = 'test/extra/node_modules/@stryker-mutator/core/bin/stryker.js';
spawn(process.execPath, [stryker, 'run', ...process.argv.slice(2)], { stdio: 'inherit' }).on('close', (status) => {
  process.exitCode = status ?? 1;
});
