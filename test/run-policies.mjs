// Breaks the numbers and conditions of the files that ARCHITECTURE.md names, one at a time, and runs the tests that the
// same row names: npm run test:policies [-- WORD…] (only rows whose first cell has one of the words). About 20 minutes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';
import { breaksOf } from './policies/breaks.mjs';
import { readPolicies } from './policies/table.mjs';

/** @typedef {import('./policies/breaks.mjs').Break} Break */

const root = fileURLToPath(new URL('../', import.meta.url));
/** Tests of built packages, of browsers and of load have no sources in them that could be broken. */
const isQuick = (/** @type {string} */ path) => /^test\/(unit|session|vectors|properties)\//.test(path);

const words = process.argv.slice(2);
const policies = readPolicies().filter(({ policy }) => !words.length || words.some((word) => policy.includes(word)));
const files = [...new Set(policies.flatMap((policy) => policy.files))];

/** The place that is broken at the moment. @type {{ path: string, place: Break } | undefined} */
let broken;

/** @type {import('vite').Plugin} */
const breaker = {
  name: 'break-one-place',
  enforce: 'pre',
  transform(source, id) {
    if (!broken || id !== `${root}${broken.path}`) return null;
    const { start, end, text } = broken.place;
    return `${source.slice(0, start)}${text}${source.slice(end)}`;
  },
};

const vitest = await createVitest(
  'test',
  { root, config: `${root}test/policies/vitest.config.ts`, watch: false, reporters: [{}], bail: 1 },
  { plugins: [breaker] },
);
const specifications = await vitest.globTestSpecifications();

/**
 * Runs `tests` and tells which of them fail.
 * @type {(tests: readonly string[]) => Promise<string[]>}
 */
async function failing(tests) {
  const chosen = specifications.filter(({ moduleId }) => tests.includes(moduleId.slice(root.length)));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(chosen);
  if (unhandledErrors.length && !testModules.length) return [...tests];
  return testModules.filter((each) => !each.ok()).map(({ moduleId }) => moduleId.slice(root.length));
}

const allTests = [...new Set(policies.flatMap((policy) => policy.tests))].filter(isQuick);
const redAlready = await failing(allTests);
if (redAlready.length) {
  console.error(`Red before anything is broken: ${redAlready.join(', ')}`);
  process.exit(2);
}

/** Tests that went red for a break, by the file of the break. @type {Map<string, Set<string>>} */
const noticed = new Map();
let green = 0;
let red = 0;
for (const path of files) {
  const tests = [...new Set(policies.flatMap((policy) => (policy.files.includes(path) ? policy.tests : [])))];
  const quick = tests.filter(isQuick);
  if (!quick.length) continue;
  const reds = new Set();
  noticed.set(path, reds);
  for (const place of breaksOf(path, readFileSync(`${root}${path}`, 'utf8'))) {
    broken = { path, place };
    vitest.invalidateFile(`${root}${path}`);
    const failed = await failing(quick);
    for (const each of failed) reds.add(each);
    if (failed.length) red += 1;
    else {
      green += 1;
      console.log(`green: ${path}:${place.line}  ${place.what} → ${place.text.slice(0, 80)}`);
    }
  }
  console.log(`${path}: ${red} red, ${green} green so far`);
  broken = undefined;
  vitest.invalidateFile(`${root}${path}`);
}

const silent = policies.filter(
  ({ files: looked, tests }) =>
    tests.some(isQuick) && looked.length && !looked.some((path) => tests.some((test) => noticed.get(path)?.has(test))),
);
for (const { policy } of silent) console.log(`no test of this row goes red: ${policy}`);
await vitest.close();
console.log(`${red} passed, ${green + silent.length} failed`);
process.exit(green + silent.length ? 1 : 0);
