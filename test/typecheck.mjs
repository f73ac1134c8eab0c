import { readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const projects = [...readdirSync('packages').map((name) => `packages/${name}`), 'test'];
let failed = false;
for (const project of projects) {
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit', shell: process.platform === 'win32' });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
