import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Node built-ins only: this runs before anything is installed.

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Makes a fresh clone ready: installs what package-lock.json asks for and builds the packages, each only if needed.
 * @param {object} [options]
 * @param {string} [options.root]
 * @param {(command: string, args: string[], cwd: string) => number | null} [options.run] returns the exit code
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<void>}
 * @throws an error to show as it is
 */
export async function prepare({ root = repository, run = runCommand, log = console.log } = {}) {
  const steps = [
    { isNeeded: needsInstall, title: 'Installing packages (npm ci)', args: ['ci', '--no-audit', '--no-fund'] },
    { isNeeded: needsBuild, title: 'Building the packages', args: ['run', '--silent', 'build', '--', '--silent'] },
  ];
  checkNode(root);
  for (const { isNeeded, title, args } of steps) {
    if (!isNeeded(root)) continue;
    log(`${title} …`);
    const status = run('npm', args, root);
    if (status !== 0) throw new Error(`${title}: failed. The lines above say why; npm ${args.join(' ')} repeats it.`);
  }
}

/** @type {(root: string) => boolean} */
export function needsInstall(root) {
  return changedAt(join(root, 'package-lock.json')) > changedAt(join(root, 'node_modules/.package-lock.json'));
}

/** @type {(root: string) => boolean} */
export function needsBuild(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const built = packages.filter((folder) => existsSync(join(folder, 'package.json'))).flatMap(mainFile);
  const sources = packages.flatMap((folder) => filesBelow(join(folder, 'src')));
  const newest = Math.max(...[...sources, join(root, 'rollup.config.mjs')].map(changedAt));
  return built.some((file) => changedAt(file) < newest);
}

/** Private packages are built into others. @type {(folder: string) => string[]} */
function mainFile(folder) {
  const { main = 'dist/index.js', private: isPrivate } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return isPrivate ? [] : [join(folder, main)];
}

/** @type {(folder: string) => string[]} */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Unix ms; a missing file is older than any. @type {(file: string) => number} */
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

/** @type {(root: string) => void} */
function checkNode(root) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = /\d+\.\d+/.exec(engines?.node ?? '')?.[0] ?? '0.0';
  const [major = 0, minor = 0] = wanted.split('.').map(Number);
  const [ourMajor = 0, ourMinor = 0] = process.versions.node.split('.').map(Number);
  if (ourMajor < major || (ourMajor === major && ourMinor < minor)) {
    throw new Error(`Node.js ${wanted} or newer is needed; this is ${process.versions.node}.`);
  }
}

/** @type {(command: string, args: string[], cwd: string) => number | null} */
function runCommand(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' }).status;
}
