import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The outcome of one test.
 * @typedef {{ name: string, state: 'passed' | 'failed' | 'skipped', message: string }} Outcome
 */
/**
 * @typedef {{ testResults: { status: string, message: string, assertionResults: { fullName: string, status: string,
 * failureMessages: string[] }[] }[] }} Report
 */

/** Milliseconds for which tests may put away their servers and browsers when they are stopped. */
const GRACE = 3000;

/** Name of an outcome in place of a test, where the set-up of a file failed. */
export const BROKEN = '(before any test)';

/** Ends what is left of a run: the leader's id is that of its group. @type {(pid: number) => void} */
function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody is left
  }
}

/** @type {(text: string) => string} */
const asPattern = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** @type {(message: string | undefined) => string} */
const firstLine = (message = '') => message.split('\n')[0] ?? '';

/** @type {(status: string) => Outcome['state']} */
const stateOf = (status) => (status === 'passed' || status === 'failed' ? status : 'skipped');

/** @type {(report: Report) => Outcome[]} */
const outcomesIn = ({ testResults }) =>
  testResults.flatMap(({ status, message, assertionResults }) => {
    const tests = assertionResults.map((test) => ({
      name: test.fullName.trimStart(),
      state: stateOf(test.status),
      message: firstLine(test.failureMessages[0]),
    }));
    // its set-up failed, and no test ran
    const isBroken = status === 'failed' && !tests.some(({ state }) => state === 'failed');
    return isBroken ? [...tests, { name: BROKEN, state: stateOf(status), message: firstLine(message) }] : tests;
  });

/** Runs browser tests of a copy of the repository, one run at a time. */
export class TestRuns {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #copy;

  /** @param {import('./copy.mjs').Copy} copy */
  constructor(copy) {
    this.#copy = copy;
  }

  /**
   * @param {string} file
   * @param {readonly string[]} names parts of names of tests; none is all of them
   * @param {{ isBroken?: boolean }} [options] with a sabotage: one red test is enough
   * @returns {Promise<Outcome[]>} of the tests with these names
   * @throws an error with what Vitest says, where no test file ran, as with a sabotage that does not build
   */
  async run(file, names, { isBroken = false } = {}) {
    const { root, temporary } = this.#copy;
    const report = join(temporary, 'report.json');
    rmSync(report, { force: true });
    const args = ['run', '--project', 'browser', file, '--reporter', 'json', '--outputFile', report];
    if (names.length) args.push('-t', names.map(asPattern).join('|'));
    if (isBroken) args.push('--bail', '1');
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      cwd: root,
      // what tests leave in there goes with the copy
      env: { ...process.env, TMPDIR: temporary, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // a group of its own, so that all of it can be ended
      detached: true,
    });
    this.#child = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
    await new Promise((resolve) => child.once('close', resolve));
    this.#child = undefined;
    // a test that fails half-way may leave its servers
    if (child.pid) endGroup(child.pid);
    if (!existsSync(report)) throw new Error(`Vitest wrote no report for ${file}:\n${said}`);
    const found = /** @type {Report} */ (JSON.parse(readFileSync(report, 'utf8')));
    // as where a build fails, which is done in front of all files
    if (found.testResults.length === 0) throw new Error(`Vitest ran no file for ${file}:\n${said}`);
    const outcomes = outcomesIn(found);
    return outcomes.filter(
      ({ name, state }) => !names.length || state === 'failed' || names.some((part) => name.includes(part)),
    );
  }

  /** Ends the run that is under way, with its servers. */
  async stop() {
    const { pid } = this.#child ?? {};
    if (!pid) return;
    const gone = new Promise((resolve) => this.#child?.once('close', resolve));
    process.kill(-pid, 'SIGTERM');
    await Promise.race([gone, delay(GRACE)]);
    endGroup(pid);
  }
}
