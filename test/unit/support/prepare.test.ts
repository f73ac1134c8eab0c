import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsBuild, needsInstall, prepare, prepareQuickly } from '../../support/prepare.mjs';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'prepare-'));
  await file('package.json', 1, '{"engines":{"node":">=20.19"}}');
  await file('package-lock.json', 1);
  await file('rollup.config.mjs', 1);
  await file('packages/core/package.json', 1, '{"main":"./dist/index.js","types":"./dist/index.d.ts"}');
  await file('packages/core/src/deep/index.ts', 1);
});
afterEach(() => rm(root, { recursive: true }));

/** A file last changed in this second. */
async function file(path: string, second: number, text = '') {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  await utimes(join(root, path), second, second);
}

/** Returns the npm calls that `ready` makes when each of them ends with `status`. */
async function runs(status = 0, ready = prepare) {
  const calls: string[] = [];
  const run = (command: string, args: string[]) => {
    calls.push([command, ...args].join(' '));
    return status;
  };
  const error = await ready({ root, run, log: () => {} }).catch((reason: unknown) => reason);
  return { calls, error };
}

describe('needsInstall', () => {
  it('is true until npm has written its own lock file, and when ours is newer', async () => {
    expect(needsInstall(root)).toBe(true);
    await file('node_modules/.package-lock.json', 2);
    expect(needsInstall(root)).toBe(false);
    await file('package-lock.json', 3);
    expect(needsInstall(root)).toBe(true);
  });
});

describe('needsBuild', () => {
  beforeEach(() => file('packages/core/dist/index.js', 9));

  it('is true for a missing build, and for one older than any source or the build itself', async () => {
    expect(needsBuild(root)).toBe(true);
    await file('packages/core/dist/index.d.ts', 2);
    expect(needsBuild(root)).toBe(false);
    await file('packages/core/src/deep/index.ts', 3);
    expect(needsBuild(root)).toBe(true);
    await file('packages/core/dist/index.d.ts', 4);
    expect(needsBuild(root)).toBe(false);
    await file('rollup.config.mjs', 5);
    expect(needsBuild(root)).toBe(true);
  });

  it('is true when a package.json is newer: a build contains its version', async () => {
    await file('packages/core/dist/index.d.ts', 9);
    expect(needsBuild(root)).toBe(false);
    await file('packages/core/package.json', 10, '{"main":"./dist/index.js","types":"./dist/index.d.ts"}');
    expect(needsBuild(root)).toBe(true);
  });

  it('is true when one of several packages lacks its build: they contain each other', async () => {
    await file('packages/core/dist/index.d.ts', 2);
    await file('packages/server/package.json', 1, '{"types":"./dist/index.d.ts"}');
    expect(needsBuild(root)).toBe(true);
    await file('packages/server/dist/index.d.ts', 2);
    expect(needsBuild(root)).toBe(false);
    await file('packages/server/src/index.ts', 3);
    expect(needsBuild(root)).toBe(true);
  });

  it.each(['index.d.ts', 'index.js', 'more.d.ts', 'more.js'])('is true when dist has no %s', async (missing) => {
    const more = '{"types":"./dist/more.d.ts","default":"./dist/more.js"}';
    const names = `"main":"./dist/index.js","types":"./dist/index.d.ts","exports":{"./more":${more}}`;
    await file('packages/core/package.json', 1, `{${names}}`);
    for (const name of ['index.d.ts', 'index.js', 'more.d.ts', 'more.js']) await file(`packages/core/dist/${name}`, 2);
    expect(needsBuild(root)).toBe(false);
    await rm(join(root, 'packages/core/dist', missing));
    expect(needsBuild(root)).toBe(true);
  });

  it('is true when a package that is only a command lacks its file', async () => {
    await file('packages/core/dist/index.d.ts', 2);
    await file('packages/cli/package.json', 1, '{"bin":{"secure-token":"./dist/cli.js"}}');
    expect(needsBuild(root)).toBe(true);
    await file('packages/cli/dist/cli.js', 2);
    expect(needsBuild(root)).toBe(false);
  });

  it('takes no notice of a folder that is no package', async () => {
    await file('packages/core/dist/index.d.ts', 2);
    await mkdir(join(root, 'packages/notes'));
    expect(needsBuild(root)).toBe(false);
  });
});

describe('prepare', () => {
  it('installs and builds a fresh clone, in this order', async () => {
    const { calls, error } = await runs();
    expect(error).toBeUndefined();
    expect(calls).toEqual(['npm ci --no-audit --no-fund', 'npm run --silent build -- --silent']);
  });

  it('does nothing when all is there', async () => {
    await file('node_modules/.package-lock.json', 2);
    await file('packages/core/dist/index.js', 2);
    await file('packages/core/dist/index.d.ts', 2);
    expect((await runs()).calls).toEqual([]);
  });

  it('stops at the first failure and says how to repeat it', async () => {
    const { calls, error } = await runs(1);
    expect(calls).toHaveLength(1);
    expect(String(error)).toContain('npm ci');
  });

  it('names the Node.js version it needs', async () => {
    await file('package.json', 1, '{"engines":{"node":">=99.1"}}');
    const { calls, error } = await runs();
    expect(calls).toEqual([]);
    expect(String(error)).toContain('Node.js 99.1 or newer');
  });
});

describe('prepareQuickly', () => {
  const build = 'npm run --silent build:quick';
  beforeEach(async () => {
    await file('node_modules/.package-lock.json', 2);
    await file('packages/core/dist/index.js', 2);
    await file('packages/cli/package.json', 1, '{"bin":{"secure-token":"./dist/cli.js"}}');
    await file('packages/cli/dist/cli.js', 2);
  });

  it('fresh clone: installs, and builds', async () => {
    await rm(join(root, 'node_modules'), { recursive: true });
    await rm(join(root, 'packages/cli/dist'), { recursive: true });
    expect((await runs(0, prepareQuickly)).calls).toEqual(['npm ci --no-audit --no-fund', build]);
  });

  it('modules and the command without types: is content, and a whole build is still needed', async () => {
    expect((await runs(0, prepareQuickly)).calls).toEqual([]);
    expect((await runs(0, prepare)).calls).toEqual(['npm run --silent build -- --silent']);
  });

  it('a newer source: builds again without types', async () => {
    await file('packages/core/src/deep/index.ts', 3);
    expect((await runs(0, prepareQuickly)).calls).toEqual([build]);
  });

  it('a build that broke off in front of the command, which is the last: builds again', async () => {
    await file('packages/core/src/deep/index.ts', 3);
    await file('packages/core/dist/index.js', 4);
    expect((await runs(0, prepareQuickly)).calls).toEqual([build]);
    await file('packages/cli/dist/cli.js', 5);
    expect((await runs(0, prepareQuickly)).calls).toEqual([]);
  });
});
