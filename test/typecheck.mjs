// npm run typecheck [-- PACKAGE …]; without a name everything, the tests included
import { readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const names = process.argv.length > 2 ? process.argv.slice(2) : readdirSync('packages');
const projects = [...names.map((name) => `packages/${name}`), ...(process.argv.length > 2 ? [] : ['test'])];
let failed = false;
for (const project of projects) {
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit', shell: process.platform === 'win32' });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
