import {
  chmodSync,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Names that a copy leaves out: they are linked, made anew, or of no use to a test. */
const LEFT_OUT = ['.git', 'node_modules', 'dist', 'coverage'];
/** Matches caches that a copy leaves out: caches know files by their paths, and are written in place. */
const CACHES = /^\.(vite|cache)/;

/**
 * A copy of the repository to break: sources are copied, packages from elsewhere are linked.
 * @typedef {{ root: string, temporary: string, read: (file: string) => string, write: (file: string, text: string) =>
 * void, remove: () => void }} Copy
 */

/** @returns {Copy} */
export function makeCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'sabotage-'));
  // the nginx of the tests runs as another user
  chmodSync(folder, 0o755);
  const root = join(folder, 'repository');
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  // a lock file that is newer than what is installed asks for an installation
  const filter = (/** @type {string} */ path) => !LEFT_OUT.includes(basename(path));
  cpSync(repository, root, { recursive: true, preserveTimestamps: true, filter });
  linkFolder(join(repository, 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    temporary,
    read: (file) => readFileSync(join(root, file), 'utf8'),
    write: (file, text) => writeFileSync(join(root, file), text),
    // browsers that are on their way out may still write
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}

/**
 * Installed packages are linked file by file: the page servers of the tests follow no symbolic link out of their
 * folder. Those of this repository are relative links, and the same text leads into the copy.
 * @type {(from: string, to: string) => void}
 */
function linkFolder(from, to) {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (CACHES.test(entry.name)) continue;
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
}

/** @type {(from: string, to: string) => void} */
function linkFile(from, to) {
  try {
    linkSync(from, to);
  } catch {
    // the temporary folder lies on another disk
    copyFileSync(from, to);
  }
}
