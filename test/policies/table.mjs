import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A row of ARCHITECTURE.md: who wants to change `policy` looks into `files`, and one of `tests` goes red first. Paths
 * begin at the root of the repository.
 * @typedef {{ policy: string, files: readonly string[], tests: readonly string[] }} Policy
 */

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Lists the files below `folder` as paths from the root. @type {(folder: string) => string[]} */
const filesBelow = (folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`);

const sources = readdirSync(`${root}packages`)
  .flatMap((name) => filesBelow(`packages/${name}/src`))
  .filter((path) => path.endsWith('.ts'));
const testFiles = filesBelow('test').filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'));

/** @type {(path: string) => string | undefined} */
const packageOf = (path) => /^packages\/([^/]+)\//.exec(path)?.[1];
/** @type {(text: string) => string[]} */
const quoted = (text) => [...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => /** @type {string} */ (inner));

/**
 * Finds the one file that `name` is the end of.
 * @param {string} name
 * @param {readonly string[]} files
 * @param {(path: string) => boolean} isNear says which one is meant where several end so
 * @throws {Error} if there is none, or more than one
 */
function theOne(name, files, isNear) {
  const found = files.filter((path) => path === name || path.endsWith(`/${name}`));
  const near = found.filter(isNear);
  const [path, ...others] = near.length ? near : found;
  if (!path) throw new Error(`ARCHITECTURE.md names ${name}, which does not exist.`);
  if (others.length) throw new Error(`ARCHITECTURE.md names ${name}, which may be ${[path, ...others].join(' or ')}.`);
  return path;
}

/**
 * @param {string} text quoted in the third column: a file of tests, or its path without the ending, perhaps with `*`
 * @param {string | undefined} owner the package of the files in this row
 */
function testsNamed(text, owner) {
  if (text.includes('*')) {
    const pattern = new RegExp(`^${text.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
    const found = testFiles.filter((path) => pattern.test(path));
    if (!found.length) throw new Error(`ARCHITECTURE.md names ${text}, which matches no file.`);
    return found;
  }
  if (text.endsWith('.test.ts')) return [theOne(text, testFiles, (path) => path.startsWith(`test/unit/${owner}/`))];
  if (!text.startsWith('test/')) return [];
  const found = testFiles.filter((path) => path.startsWith(`${text}.`) || path.startsWith(`${text}/`));
  if (!found.length) throw new Error(`ARCHITECTURE.md names ${text}, where there is no test.`);
  return found;
}

/**
 * Reads the tables of ARCHITECTURE.md whose first column is "to change …". A file may be named by the end of its path
 * where the package is that of the table, or of the file before.
 * @returns {readonly Policy[]}
 * @throws {Error} if a row names a file or a test that does not exist, or that may be several
 */
export function readPolicies() {
  /** @type {Policy[]} */
  const policies = [];
  /** @type {string | undefined} */
  let owner;
  let isTable = false;
  for (const line of readFileSync(`${root}ARCHITECTURE.md`, 'utf8').split('\n')) {
    const [policy, where, test] = line.split('|').slice(1, -1);
    if (!policy || !where || !test) {
      isTable = false;
      owner = packageOf(quoted(line).find((text) => packageOf(`${text}/`)) ?? '') ?? owner;
    } else if (policy.trim() === 'to change …') {
      isTable = true;
      owner = packageOf(`${quoted(where)[0]}/`) ?? owner;
    } else if (isTable && !policy.includes('---')) {
      const files = quoted(where).flatMap((text) => {
        if (!text.endsWith('.ts')) return [];
        const path = theOne(text, sources, (each) => packageOf(each) === owner);
        owner = packageOf(path);
        return [path];
      });
      const first = packageOf(files[0] ?? '');
      const tests = quoted(test).flatMap((text) => testsNamed(text, first));
      policies.push({ policy: policy.trim(), files, tests });
    }
  }
  return policies;
}

/** Reads the rows whose policy has one of `words`, one a line; all of them without any. @type {(words: string) => Policy[]} */
export const policiesOf = (words) =>
  readPolicies().filter(({ policy }) => words === '' || words.split('\n').some((word) => policy.includes(word)));

/**
 * Whether a test has sources in it that could be broken: tests of built packages, of browsers and of load have none.
 * @type {(path: string) => boolean}
 */
export const isQuick = (path) => /^test\/(unit|session|vectors|properties)\//.test(path);
