import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/**
 * A command of `npm test`.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * @param {Step} step
 * @param {import('node:child_process').StdioOptions} stdio
 */
const start = ({ command, args, env }, stdio) =>
  spawn(command, args, { stdio, shell: process.platform === 'win32', env: { ...process.env, ...env } });

/** Runs a step; what it prints is seen at once. @type {(step: Step) => Promise<boolean>} whether it has passed */
export const runInSight = (step) =>
  new Promise((resolve) => {
    start(step, 'inherit').on('close', (status) => resolve(status === 0));
  });

/**
 * Runs a step that needs a processor, beside players that must not be late: whatever they leave it. Its output appears
 * in one piece when it ends, and only if it fails.
 *
 * @type {(step: Step) => Promise<boolean>} whether it has passed
 */
export const runBeside = (step) =>
  new Promise((resolve) => {
    const begun = Date.now();
    /** @type {Buffer[]} */
    const output = [];
    const child = start(step, ['ignore', 'pipe', 'pipe']);
    // what it starts inherits that
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (/** @type {Buffer} */ chunk) => output.push(chunk));
    child.on('close', (status) => {
      const seconds = Math.round((Date.now() - begun) / 1000);
      const isPassed = status === 0;
      process.stdout.write(
        isPassed
          ? `— ${step.name}: passed (${seconds} s)\n`
          : `${Buffer.concat(output)}\n— ${step.name}: failed (${seconds} s)\n`,
      );
      resolve(isPassed);
    });
  });
