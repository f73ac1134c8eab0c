import { readFileSync } from 'node:fs';

/** A rotation shows after as many milliseconds. */
const READ_EACH_MS = 1000;

/**
 * The secrets in a file, one a line: the first one signs. The file is read again while the process runs, so that a
 * rotation needs no restart. A file that is gone or empty for a moment, because it is being written, changes nothing.
 * @param {string} path
 * @param {() => number} [clock] milliseconds
 * @returns {() => string[]}
 * @throws an error that names the file, where it cannot be read or is empty at the start
 */
export function createSecretFile(path, clock = Date.now) {
  let secrets = read(path);
  if (secrets.length === 0) throw new Error(`The file ${path} holds no secret. Write the secret of the CDN into it.`);
  let readAt = clock();
  return () => {
    const ageMs = clock() - readAt;
    // A negative age: the clock was set back.
    if (ageMs >= 0 && ageMs < READ_EACH_MS) return secrets;
    readAt = clock();
    try {
      const found = read(path);
      if (found.length > 0) secrets = found;
    } catch {
      // It is being replaced: the secrets that are known go on.
    }
    return secrets;
  };
}

/** @type {(path: string) => string[]} */
const read = (path) =>
  readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');
