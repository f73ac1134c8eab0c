// npm run typecheck [-- PACKAGE …]; without a name everything, the tests included
import { readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// TypeScript 7 takes a fifth of the time; the tools that need the compiler's API have `typescript`, which is 6.
const compiler = fileURLToPath(new URL('../node_modules/typescript-native/bin/tsc', import.meta.url));
const names = process.argv.length > 2 ? process.argv.slice(2) : readdirSync('packages');
const projects = [...names.map((name) => `packages/${name}`), ...(process.argv.length > 2 ? [] : ['test'])];
let failed = false;
for (const project of projects) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
