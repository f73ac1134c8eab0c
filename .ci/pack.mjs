// npm run pack: builds all packages, and writes them into packed/, whence apps install them before anything is published
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from '../test/support/prepare.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const packed = join(repository, 'packed');

/** @type {(folder: string) => { name: string, private?: boolean, dependencies?: Record<string, string> }} */
const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Has no version: the lines of the README hold for all of them. @type {(name: string) => string} */
const fileOf = (name) => `${name}.tgz`;

/**
 * Copies a package, and lets it depend on the files of the others: whoever installs one gets all that it needs. Absolute
 * paths: npm alone would look for a file beside that of the package.
 * @type {(folder: string, copy: string, names: readonly string[]) => void}
 */
function stage(folder, copy, names) {
  cpSync(folder, copy, { recursive: true, filter: (path) => !/[\\/](?:node_modules|src)$/.test(path) });
  const manifest = readManifest(folder);
  const dependencies = Object.entries(manifest.dependencies ?? {}).map(([name, range]) => [
    name,
    names.includes(name) ? `file:${join(packed, fileOf(name))}` : range,
  ]);
  const text = JSON.stringify({ ...manifest, dependencies: Object.fromEntries(dependencies) }, null, 2);
  writeFileSync(join(copy, 'package.json'), text);
}

try {
  await prepare();
  const folders = readdirSync(join(repository, 'packages')).map((name) => join(repository, 'packages', name));
  const published = folders.filter((folder) => !readManifest(folder).private);
  const names = published.map((folder) => readManifest(folder).name);
  const scratch = mkdtempSync(join(tmpdir(), 'secure-token-pack-'));
  const copies = published.map((folder) => join(scratch, basename(folder)));
  for (const [index, folder] of published.entries()) stage(folder, copies[index] ?? '', names);

  rmSync(packed, { recursive: true, force: true });
  mkdirSync(packed);
  const args = ['pack', ...copies, '--json', '--pack-destination', packed];
  const output = execFileSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' });
  rmSync(scratch, { recursive: true });
  /** @type {{ name: string, filename: string }[]} */
  const made = JSON.parse(output);
  for (const { name, filename } of made) renameSync(join(packed, filename), join(packed, fileOf(name)));

  const pathOf = (/** @type {string} */ name) => `../${basename(repository)}/packed/${fileOf(name)}`;
  console.log(`
  packed/ has ${made.map(({ name }) => fileOf(name)).join(', ')}.
  For hls.js, in an app beside this folder:

  npm install hls.js ${pathOf('secure-token-hlsjs')} ${pathOf('secure-token-server')}
`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
