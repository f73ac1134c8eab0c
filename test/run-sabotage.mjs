// Breaks a copy of the repository in one place at a time, and looks whether the browser tests notice:
// npm run test:sabotage [-- NAME…] [-- --whole]
import { build as bundle } from 'esbuild';
import { makeCopy } from './sabotage/copy.mjs';
import { BROKEN, TestRuns } from './sabotage/run-tests.mjs';

/** @typedef {import('./sabotage/sabotage.ts').Sabotage} Sabotage */
/** @typedef {import('./sabotage/run-tests.mjs').Outcome} Outcome */
/** @typedef {'noticed' | 'missed' | 'not run' | 'wrong'} Verdict */

/** Node 20 runs no TypeScript. @returns {Promise<readonly Sabotage[]>} */
async function readSabotages() {
  const entry = new URL('./sabotage/index.ts', import.meta.url).pathname;
  const { outputFiles } = await bundle({ entryPoints: [entry], bundle: true, write: false, format: 'esm' });
  const { sabotages } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
  return sabotages;
}

const args = process.argv.slice(2);
const isWhole = args.includes('--whole');
const names = args.filter((arg) => !arg.startsWith('--'));
const all = await readSabotages();
/** @type {(name: string) => Sabotage | undefined} */
const find = (name) => all.find((sabotage) => sabotage.name === name);
const unknown = names.filter((name) => !find(name));
if (unknown.length) {
  console.error(`No such sabotage: ${unknown.join(', ')}. There are:\n${all.map(({ name }) => name).join('\n')}`);
  process.exit(2);
}
const chosen = names.length ? names.flatMap((name) => find(name) ?? []) : all;

let isStopped = false;
// before there is a copy: while that is made, signals wait
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (isStopped) return;
    isStopped = true;
    await tests.stop();
    copy.remove();
    process.exit(130);
  });
}
const copy = makeCopy();
const tests = new TestRuns(copy);

/** @type {(sabotage: Sabotage) => string[]} */
const namesOf = ({ noticedBy }) => (isWhole || !noticedBy.name ? [] : [noticedBy.name]);

/** @type {Map<string, Outcome[]>} */
const unbroken = new Map();

/**
 * The tests of `file` that are of concern, without a sabotage: one that is red anyway notices nothing.
 * @type {(file: string) => Promise<Outcome[]>}
 */
async function runUnbroken(file) {
  const known = unbroken.get(file);
  if (known) return known;
  const concerning = chosen.filter(({ noticedBy }) => noticedBy.test === file);
  const isAll = concerning.some((sabotage) => !namesOf(sabotage).length);
  const seen = await tests.run(file, isAll ? [] : concerning.flatMap(namesOf));
  unbroken.set(file, seen);
  const count = (/** @type {Outcome['state']} */ state) => seen.filter((test) => test.state === state).length;
  console.log(`${file}, as it is: ${count('passed')} passed, ${count('failed')} failed`);
  for (const { name, state, message } of seen) if (state === 'failed') console.log(`  ${name}\n    ${message}`);
  return seen;
}

/** @type {(sabotage: Sabotage) => Promise<[Verdict, string]>} */
async function judge(sabotage) {
  const { file, find, replace, noticedBy } = sabotage;
  const parts = namesOf(sabotage);
  const before = await runUnbroken(noticedBy.test);
  const mine = before.filter(({ name }) => name === BROKEN || parts.every((part) => name.includes(part)));
  if (mine.some(({ state }) => state === 'failed')) return ['wrong', 'its test fails without it'];
  if (!mine.some(({ state }) => state === 'passed'))
    return ['not run', 'its test is skipped here, or has another name'];
  const text = copy.read(file);
  if (text.split(find).length !== 2) return ['wrong', `what it replaces does not stand once in ${file}`];
  copy.write(
    file,
    text.replace(find, () => replace),
  );
  try {
    const seen = await tests.run(noticedBy.test, parts, { isBroken: true });
    const red = seen.find(({ state }) => state === 'failed');
    return red ? ['noticed', `by ${red.name}\n    ${red.message}`] : ['missed', sabotage.promise];
  } finally {
    copy.write(file, text);
  }
}

/** @type {Record<Verdict, string>} */
const words = { noticed: 'noticed', missed: 'MISSED ', wrong: 'WRONG  ', 'not run': 'NOT RUN' };
/** @type {Verdict[]} */
const verdicts = [];
try {
  for (const sabotage of chosen) {
    const since = performance.now();
    const [verdict, why] = await judge(sabotage).catch(
      (error) => /** @type {[Verdict, string]} */ (['wrong', String(error)]),
    );
    if (isStopped) break;
    verdicts.push(verdict);
    const seconds = Math.round((performance.now() - since) / 1000);
    console.log(`${words[verdict]}  ${sabotage.name}  ${why} (${seconds} s)`);
  }
} finally {
  if (!isStopped) copy.remove();
}
if (!isStopped) {
  /** @type {(verdict: Verdict) => number} */
  const count = (verdict) => verdicts.filter((each) => each === verdict).length;
  const others = /** @type {const} */ (['wrong', 'not run'])
    .filter(count)
    .map((verdict) => `, ${count(verdict)} ${verdict}`);
  console.log(`\n${count('noticed')} noticed, ${count('missed')} missed${others.join('')}`);
  process.exitCode = count('noticed') === chosen.length ? 0 : 1;
}
