// node .ci/publish.mjs FOLDER [OPTION …]: runs npm publish, with these options, on each tarball of FOLDER that the
// registry lacks, and lets the pages of the repository say that they are published. Nothing but Node's own modules and
// npm runs where packages can be published.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sayPublished } from './first-release.mjs';

/**
 * @typedef {object} Packed
 * @property {string} file
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Record<string, string>} [dependencies]
 */

/** @type {(file: string) => Packed} */
const readTarball = (file) => ({
  ...JSON.parse(execFileSync('tar', ['-xOf', file, 'package/package.json'], { encoding: 'utf8' })),
  file,
});

/** Each behind those that it depends on: whoever installs it then finds them. @type {(all: Packed[]) => Packed[]} */
function inOrder(all) {
  /** @type {Set<Packed>} */
  const ordered = new Set();
  /** @type {(packed: Packed) => void} */
  const add = (packed) => {
    for (const other of all) if (Object.hasOwn(packed.dependencies ?? {}, other.name)) add(other);
    ordered.add(packed);
  };
  all.forEach(add);
  return [...ordered];
}

/** A release that has broken off is run again. @type {(packed: Packed) => boolean} */
const isPublished = ({ name, version }) =>
  spawnSync('npm', ['view', `${name}@${version}`, 'version'], { encoding: 'utf8' }).stdout.trim() === version;

/** Lets npm log in to its registry with `NODE_AUTH_TOKEN`, which npm itself reads: the file does not contain it. */
function logIn() {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  const userconfig = join(mkdtempSync(join(tmpdir(), 'npm-')), 'npmrc');
  writeFileSync(userconfig, `${registry.replace(/^https?:/, '')}:_authToken=\${NODE_AUTH_TOKEN}\n`);
  process.env.npm_config_userconfig = userconfig;
}

const [folder, ...options] = process.argv.slice(2);
if (process.env.NODE_AUTH_TOKEN) logIn();
if (folder === undefined) throw new Error('FOLDER is missing. Give the folder with the tarballs of npm pack.');
const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
// npm takes `folder/file.tgz` for a repository of GitHub
const packages = tarballs.map((name) => readTarball(resolve(folder, name))).filter((packed) => !packed.private);
if (packages.length === 0) throw new Error(`${folder} has no tarball of a package. Run npm pack first.`);
for (const packed of inOrder(packages)) {
  if (isPublished(packed)) console.log(`${packed.name}@${packed.version} is published already.`);
  else execFileSync('npm', ['publish', packed.file, ...options], { stdio: 'inherit' });
}
const changed = sayPublished(join(import.meta.dirname, '..'));
if (changed.length > 0)
  console.log(`Commit these pages, which say now that the packages are published: ${changed.join(', ')}`);
