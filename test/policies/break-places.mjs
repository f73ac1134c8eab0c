// Breaks one place after the other, and tells the process that has forked it which tests go red: see run-policies.mjs.
// break-places.mjs FIRST: places before the place of that number have been broken already. Words come by POLICIES.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';
import { breaksOf } from './breaks.mjs';
import { isQuick, policiesOf } from './table.mjs';

/** @typedef {import('./breaks.mjs').Break} Break */

const root = fileURLToPath(new URL('../../', import.meta.url));
const first = Number(process.argv[2]);
const policies = policiesOf(process.env.POLICIES ?? '');

/** The file that is broken at the moment, and its text. @type {{ path: string, contents: string } | undefined} */
let broken;

/** Breaks a place, and mends the one before. @type {(path: string, source: string, place: Break) => void} */
function breakPlace(path, source, { start, end, text }) {
  if (broken) vitest.invalidateFile(broken.path);
  broken = { path: `${root}${path}`, contents: `${source.slice(0, start)}${text}${source.slice(end)}` };
  // for a test that bundles sources by itself: test/support/broken-source.ts
  process.env.BROKEN_SOURCE = JSON.stringify(broken);
  vitest.invalidateFile(broken.path);
}

/** @type {import('vite').Plugin} */
const breaker = {
  name: 'break-one-place',
  enforce: 'pre',
  transform: (_, id) => (id === broken?.path ? broken.contents : null),
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
  if (!tests.length) return [];
  const isAsked = (/** @type {{ moduleId: string }} */ { moduleId }) => tests.includes(moduleId.slice(root.length));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications.filter(isAsked));
  // Vitest also returns what ran before, with its failures.
  const ran = testModules.filter(isAsked);
  if (unhandledErrors.length && !ran.length) return [...tests];
  return ran.filter((each) => !each.ok()).map(({ moduleId }) => moduleId.slice(root.length));
}

/** Whole sessions take a minute: they run for what the other tests leave green. @type {(path: string) => boolean} */
const isSession = (path) => path.startsWith('test/session/');

/**
 * Runs `tests` until some of them fail, and tells which.
 * @type {(tests: readonly string[]) => Promise<string[]>}
 */
async function firstFailing(tests) {
  const red = await failing(tests.filter((path) => !isSession(path)));
  return red.length ? red : failing(tests.filter(isSession));
}

/** @type {(message: object) => void} */
const tell = (message) => void process.send?.(message);

if (first === 0) {
  const red = await failing([...new Set(policies.flatMap(({ tests }) => tests))].filter(isQuick));
  if (red.length) tell({ redAlready: red });
}

let number = 0;
for (const path of new Set(policies.flatMap(({ files }) => files))) {
  const tests = [...new Set(policies.flatMap((policy) => (policy.files.includes(path) ? policy.tests : [])))];
  const quick = tests.filter(isQuick);
  if (!quick.length) continue;
  const source = readFileSync(`${root}${path}`, 'utf8');
  for (const place of breaksOf(path, source)) {
    if (number++ < first) continue;
    const { line, what, text } = place;
    const about = { path, place: `${path}:${line}  ${what} → ${text.slice(0, 80)}`, tests: quick };
    tell({ begun: about });
    breakPlace(path, source, place);
    tell({ ended: about, red: await firstFailing(quick) });
  }
}
await vitest.close();
process.exit(0);
