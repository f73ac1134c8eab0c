import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const setup = join(repository, 'test/support/leave-nothing.ts');
const vitest = join(repository, 'node_modules/vitest/vitest.mjs');

const config = `export default {
  test: { globals: true, isolate: false, maxWorkers: 1, setupFiles: [${JSON.stringify(setup)}] },
};`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leave-nothing-'));
  await writeFile(join(folder, 'vitest.config.mjs'), config);
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs test files with these texts one after the other in one process; returns what Vitest prints. */
async function run(files: readonly string[]): Promise<string> {
  for (const [index, text] of files.entries()) await writeFile(join(folder, `${index}.test.mjs`), text);
  return new Promise((resolve) => {
    // a run of its own, not a worker of this one; colours would stand within the numbers
    const { PATH } = process.env;
    execFile(
      process.execPath,
      [vitest, 'run'],
      { cwd: folder, env: { PATH, NO_COLOR: '1' } },
      (_error, stdout, stderr) => {
        resolve(stdout + stderr);
      },
    );
  });
}

describe('test files that share a process', () => {
  test('a source keeps something for the page, by itself and under a symbol: the next file does not see it', async () => {
    await writeFile(
      join(folder, 'source.mjs'),
      `const pages = (globalThis[Symbol.for('secure-token:test')] ??= []);
       let calls = 0;
       export const call = () => [++calls, pages.push(calls)];`,
    );
    const file = `import { call } from './source.mjs';
      test('one call', () => expect(call()).toEqual([1, 1]));`;
    expect(await run([file, file])).toMatch(/Tests +2 passed/);
  });

  test('a file replaces a global by hand: that file fails, with the name of the global', async () => {
    const output = await run([`test('replaces', () => { globalThis.Headers = class {}; });`]);
    expect(output).toMatch(/Test Files +1 failed/);
    expect(output).toContain('changed: Headers');
  });

  test('a source is not destroyed, and leaves a timer: that file fails, with the place that has set it', async () => {
    const sources = join(folder, 'packages/core/src');
    await mkdir(sources, { recursive: true });
    await writeFile(join(sources, 'renew.mjs'), `export const renew = () => setTimeout(renew, 1000);`);
    const leaves = `import { renew } from './packages/core/src/renew.mjs';
      test('renews', () => void renew());`;
    const passes = `test('passes', () => undefined);`;
    const output = await run([leaves, passes]);
    expect(output).toMatch(/Test Files +1 failed \| 1 passed/);
    expect(output).toContain('set at packages/core/src/renew.mjs:1');
  });
});
