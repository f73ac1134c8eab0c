import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packages } from '../support/packages.ts';

const run = promisify(execFile);
const bin = (name: string): string => join(process.cwd(), 'node_modules/.bin', name);
/** What an app needs beside the packages to compile against them. */
const peers = ['hls.js', 'video.js'];

let app: string;
const tarballs = new Map<string, string>();

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'secure-token-app-'));
  for (const { folder, json } of packages) {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', app], { cwd: `packages/${folder}` });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    tarballs.set(json.name, join(app, filename));
  }
  const { devDependencies } = (await import('../../package.json', { with: { type: 'json' } })).default as {
    devDependencies: Record<string, string>;
  };
  const dependencies = {
    ...Object.fromEntries([...tarballs].map(([name, path]) => [name, `file:${path}`])),
    ...Object.fromEntries(peers.map((name) => [name, devDependencies[name]!])),
  };
  await writeFile(join(app, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], { cwd: app });
}, 180_000);

afterAll(() => rm(app, { recursive: true, force: true }));

describe.each(packages)('$json.name as it is published', ({ json: { name, dependencies = {} } }) => {
  test('publint and are-the-types-wrong find nothing', async () => {
    const lint = await run(bin('publint'), ['run', tarballs.get(name)!, '--strict']);
    expect(lint.stdout).toContain('All good!');
    await run(bin('attw'), [tarballs.get(name)!, '--profile', 'esm-only', '--no-emoji']);
  });

  test('carries its licence', async () => {
    expect(await readFile(join(app, 'node_modules', name, 'LICENSE'), 'utf8')).toBe(await readFile('LICENSE', 'utf8'));
  });

  test('is imported on a server without a trace', async () => {
    const script = `const before = Object.keys(globalThis).length; const module = await import('${name}');
      console.log(JSON.stringify([Object.keys(module).length, Object.keys(globalThis).length - before]));`;
    const { stdout, stderr } = await run('node', ['--input-type=module', '-e', script], { cwd: app });
    const [exported, globals] = JSON.parse(stdout) as [number, number];
    expect({ exported: exported > 0, globals, stderr }).toEqual({ exported: true, globals: 0, stderr: '' });
  });

  test('compiles in a strict app', async () => {
    const file = `check-${name}`;
    const compilerOptions = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      target: 'es2022',
      // the types of video.js are CommonJS: under nodenext they import as a namespace, in any ESM package
      ...(name === 'videojs-secure-token' ? { module: 'esnext', moduleResolution: 'bundler' } : { module: 'nodenext' }),
      lib: ['es2022', 'dom', 'dom.iterable', 'esnext.disposable'],
      types: [],
    };
    await writeFile(
      join(app, `${file}.ts`),
      `import * as all from '${name}';\nexport const names: string[] = Object.keys(all);\n`,
    );
    await writeFile(join(app, `${file}.json`), JSON.stringify({ compilerOptions, files: [`${file}.ts`] }));
    const { stdout } = await run(bin('tsc'), ['-p', `${file}.json`], { cwd: app }).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
  });

  test('brings no runtime dependency into a page', () => {
    const foreign = Object.keys(dependencies).filter((each) => !each.startsWith('secure-token-'));
    expect(name === 'secure-token-server' ? [] : foreign).toEqual([]);
  });
});
