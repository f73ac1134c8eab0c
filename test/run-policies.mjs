// Breaks the numbers and conditions of the files that ARCHITECTURE.md names, one at a time, and runs the tests that the
// same row names: npm run test:policies [-- WORD…] (only rows whose first cell has one of the words). About an hour.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isQuick, policiesOf } from './policies/table.mjs';

/** @typedef {{ path: string, place: string, tests: string[] }} Place */

/**
 * Milliseconds after which a broken place has made a loop without an end: that is noticed, too. Tests of a row take a
 * few seconds, whole sessions a minute.
 */
const PATIENCE = 180_000;

const words = process.argv.slice(2).join('\n');
const policies = policiesOf(words);
const program = fileURLToPath(new URL('./policies/break-places.mjs', import.meta.url));

/** Tests that went red for a break, by the file of the break. @type {Map<string, Set<string>>} */
const noticed = new Map();
/** @type {string[]} */
const green = [];
let done = 0;

/** @type {(place: Place, tests: readonly string[]) => void} */
function note({ path, place }, tests) {
  done++;
  const reds = noticed.get(path) ?? new Set();
  noticed.set(path, reds);
  for (const each of tests) reds.add(each);
  if (tests.length) return;
  green.push(place);
  console.log(`green: ${place}`);
}

/**
 * Breaks places from where the run has come to, until all are done or one ends the process or holds it up.
 * @returns {Promise<boolean>} whether all are done
 */
async function breakOn() {
  const child = fork(program, [String(done)], { env: { ...process.env, POLICIES: words } });
  /** @type {Place | undefined} */
  let begun;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let patience;
  child.on('message', (/** @type {{ redAlready?: string[], begun?: Place, ended?: Place, red?: string[] }} */ told) => {
    if (told.redAlready) {
      console.error(`Red before anything is broken: ${told.redAlready.join(', ')}`);
      process.exit(2);
    }
    clearTimeout(patience);
    begun = told.begun;
    if (begun) patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    if (told.ended) note(told.ended, told.red ?? []);
    if (told.ended && done % 50 === 0) console.log(`${done - green.length} red, ${green.length} green so far`);
  });
  const [code] = /** @type {[number | null]} */ (await once(child, 'exit'));
  clearTimeout(patience);
  if (code === 0) return true;
  if (!begun) throw new Error(`${program} has ended with ${code} before it has broken anything.`);
  console.log(`red, by an end of the process: ${begun.place}`);
  note(begun, begun.tests);
  return false;
}

while (!(await breakOn()));

// a file without a number or a condition has nothing to break
const silent = policies.filter(
  ({ files, tests }) =>
    tests.some(isQuick) &&
    files.some((path) => noticed.has(path)) &&
    !files.some((path) => tests.some((test) => noticed.get(path)?.has(test))),
);
for (const { policy } of silent) console.log(`no test of this row goes red: ${policy}`);
console.log(`${done - green.length} passed, ${green.length + silent.length} failed`);
process.exit(green.length + silent.length ? 1 : 0);
