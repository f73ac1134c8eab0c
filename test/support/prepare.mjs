import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Node built-ins only: this runs before anything is installed.

const repository = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Installs what package-lock.json asks for, if needed. @type {() => Promise<void>}
 * @throws an error to show as it is
 */
export async function install() {
  checkNode();
  await installFrom(repository, 'Installing packages (npm ci)');
}

/**
 * Installs what the lock file of a folder asks for, if needed: `test/extra` and `examples/azion` for
 * `npm run test:all`, `.ci` for a release, the site and the pictures of the bench.
 *
 * @type {(folder: 'test/extra' | 'examples/azion' | '.ci') => Promise<void>}
 * @throws an error to show as it is
 */
export const installIn = (folder) =>
  installFrom(join(repository, folder), `Installing the packages of ${folder} (npm ci)`);

/** @type {(folder: string, title: string) => Promise<void>} */
async function installFrom(folder, title) {
  if (needsInstall(folder)) await runStep(title, ['ci', '--no-audit', '--no-fund'], folder);
}

/**
 * Builds the packages, if needed. @type {() => Promise<void>}
 * @throws an error to show as it is
 */
export async function build() {
  if (needsBuild()) await runStep('Building the packages', ['run', '--silent', 'build', '--', '--silent']);
}

/**
 * Makes a fresh clone ready. @type {() => Promise<void>}
 * @throws an error to show as it is
 */
export async function prepare() {
  await install();
  await build();
}

/**
 * Makes a fresh clone ready for example pages and for tests in browsers, in two seconds after `npm ci`: without types,
 * and not as it is shipped. A build as it is shipped is taken, too.
 *
 * @type {() => Promise<void>}
 * @throws an error to show as it is
 */
export async function prepareQuickly() {
  await install();
  if (needsBuild(isCode)) await runStep('Building what pages and tests load', ['run', '--silent', 'build:quick']);
}

/** @type {(title: string, args: string[], folder?: string) => Promise<void>} */
async function runStep(title, args, folder = repository) {
  console.log(`${title} …`);
  const status = await runCommand('npm', args, folder);
  if (status !== 0) throw new Error(`${title}: failed. The lines above say why; npm ${args.join(' ')} repeats it.`);
}

/** @type {(folder: string) => boolean} */
export function needsInstall(folder) {
  return changedAt(join(folder, 'package-lock.json')) > changedAt(join(folder, 'node_modules/.package-lock.json'));
}

/** @type {(file: string) => boolean} */
const isCode = (file) => !file.endsWith('.d.ts');

/**
 * Whether a built file that a `package.json` names is missing, or older than a source or the `package.json` of any
 * package: packages contain each other, the version, and the page on errors.
 * @param {(file: string) => boolean} isWanted @default all files
 */
export function needsBuild(isWanted = () => true) {
  const packages = readdirSync(join(repository, 'packages'))
    .map((name) => join(repository, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')));
  const built = packages.flatMap((folder) => {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const named = [...text.matchAll(/"\.\/(dist\/[^"*]+\.[jt]s)"/g)].map(([, file = '']) => file);
    return named.filter(isWanted).map((file) => join(folder, file));
  });
  const sources = packages.flatMap((folder) => [join(folder, 'package.json'), ...filesBelow(join(folder, 'src'))]);
  const others = ['rollup.config.mjs', 'docs/errors.md'].map((file) => join(repository, file));
  const newest = Math.max(...[...sources, ...others].map(changedAt));
  return built.some((file) => changedAt(file) < newest);
}

/** @type {(folder: string) => string[]} */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Returns when a file was changed, in unix ms; a missing file is older than any. @type {(file: string) => number} */
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const wanted = /\d+\.\d+/.exec(engines?.node ?? '')?.[0] ?? '0.0';
  const [major = 0, minor = 0] = wanted.split('.').map(Number);
  const [ourMajor = 0, ourMinor = 0] = process.versions.node.split('.').map(Number);
  if (ourMajor < major || (ourMajor === major && ourMinor < minor)) {
    throw new Error(`Node.js ${wanted} or newer is needed; this is ${process.versions.node}.`);
  }
}

/** @type {(command: string, args: string[], cwd: string) => Promise<number | null>} */
const runCommand = (command, args, cwd) =>
  new Promise((resolve, reject) => {
    spawn(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' })
      .on('error', reject)
      .on('close', resolve);
  });
