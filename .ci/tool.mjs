// node .ci/tool.mjs NAME [ARGUMENT …]: runs a tool of the lock file of .ci, which is installed with the first call.
import { spawn } from 'node:child_process';
import { installIn } from '../test/support/prepare.mjs';

const [name = '', ...args] = process.argv.slice(2);
await installIn('.ci');
const shell = process.platform === 'win32';
spawn(`.ci/node_modules/.bin/${name}`, args, { stdio: 'inherit', shell }).on('close', (status) => {
  process.exitCode = status ?? 1;
});
