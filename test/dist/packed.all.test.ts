import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import root from '../../package.json' with { type: 'json' };
import { PackedApp } from '../support/packed-app.ts';
import { browserPackages, libraries, packages } from '../support/packages.ts';

const run = promisify(execFile);
const bin = (name: string): string => join(process.cwd(), 'test/extra/node_modules/.bin', name);

let app: PackedApp;
beforeAll(async () => {
  // what an app needs beside the packages to compile against them
  const { dashjs, 'hls.js': hls, 'video.js': videojs, '@types/node': node } = root.devDependencies;
  app = await PackedApp.install({ dashjs, 'hls.js': hls, 'video.js': videojs, '@types/node': node });
}, 180_000);
afterAll(() => app.remove());

describe.each(packages)('$json.name as it is published', ({ folder, json: { name } }) => {
  test('publint and are-the-types-wrong find nothing', async () => {
    const tarball = app.tarballs.get(name)!;
    const lint = await run(bin('publint'), ['run', tarball, '--strict']);
    expect(lint.stdout).toContain('All good!');
    if (libraries.some(({ json }) => json.name === name))
      await run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-emoji']);
  });

  test('carries its licence and its changelog', async () => {
    const shipped = (file: string): Promise<string> => readFile(app.path('node_modules', name, file), 'utf8');
    expect(await shipped('LICENSE')).toBe(await readFile('LICENSE', 'utf8'));
    expect(await shipped('CHANGELOG.md')).toBe(await readFile(`packages/${folder}/CHANGELOG.md`, 'utf8'));
  });
});

test.each(browserPackages)('$json.name ships the page on errors that its console lines name', async ({ json }) => {
  const page = await readFile(app.path('node_modules', json.name, 'dist/errors.md'), 'utf8');
  expect(page).toContain('\n## ERR_TOKEN_REFUSED\n');
  expect(page.match(/\]\((?!#|https:)[^)]*\)/g)).toBeNull();
});

describe.each(libraries)('$json.name as it is installed', ({ json: { name } }) => {
  test('is imported on a server without a trace', async () => {
    const script = `const before = Object.keys(globalThis).length; const module = await import('${name}');
      console.log(JSON.stringify([Object.keys(module).length, Object.keys(globalThis).length - before]));`;
    const { stdout, stderr } = await app.run('node', ['--input-type=module', '-e', script]);
    const [exported, globals] = JSON.parse(stdout) as [number, number];
    expect({ exported: exported > 0, globals, stderr }).toEqual({ exported: true, globals: 0, stderr: '' });
  });

  test('is required by a CommonJS module', async () => {
    const script = `console.log(Object.keys(require('${name}')).length > 0);`;
    const { stdout } = await app.run('node', ['--input-type=commonjs', '-e', script]);
    expect(stdout).toBe('true\n');
  });
});

test('secure-token is a command of an app that has secure-token-cli', async () => {
  const { version } = packages.find(({ folder }) => folder === 'cli')!.json;
  const { stdout } = await app.run(app.path('node_modules/.bin/secure-token'), ['--version']);
  expect(stdout).toBe(`${version}\n`);
});

test.each([
  [
    'secure-token-server',
    /^(?:dist\/(?:index|jwt|cat|s3|sessions)\.(?:d\.ts|js|js\.map)|dist\/azion-firewall\.(?:d\.ts|js)|(?:akamai|cloudfront|nginx|protocol|vectors)\/.*)$/,
  ],
  ['secure-token-cli', /^dist\/(?:cli\.js|doctor\.(?:d\.ts|js|js\.map))$/],
])('the tarball of %s holds what is built, and nothing stray', async (name, built) => {
  const { stdout } = await run('tar', ['-tf', app.tarballs.get(name)!]);
  const files = stdout
    .trim()
    .split('\n')
    .map((file) => file.replace('package/', ''));
  expect(files.filter((file) => !built.test(file)).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  expect(files.some((file) => built.test(file))).toBe(true);
});

test.each(browserPackages.filter(({ json }) => json.unpkg))(
  '$json.unpkg of $json.name is one plain script',
  async ({ json: { name, unpkg } }) => {
    const page = { EventTarget };
    runInNewContext(await readFile(app.path('node_modules', name, unpkg!), 'utf8'), page);
    const added = Object.entries<object>(page).filter(([global]) => global !== 'EventTarget');
    expect(added.map(([, exported]) => Object.keys(exported))).toEqual([expect.arrayContaining(['createTokenSource'])]);
  },
);

test.each([
  { where: 'a page, with an old library', imported: browserPackages, lib: ['es2020', 'dom'], types: [] },
  {
    where: 'a server, without the DOM',
    imported: libraries.filter((each) => !browserPackages.includes(each)),
    lib: ['es2020'],
    types: ['node'],
  },
])('strict code compiles for $where, with TypeScript 6 and 7', async ({ imported, lib, types }) => {
  const compilerOptions = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: 'es2020',
    module: 'nodenext',
    lib,
    types,
  };
  const lines = imported.map(
    ({ json }, i) =>
      `import * as all${i} from '${json.name}';\nexport const names${i}: string[] = Object.keys(all${i});`,
  );
  const file = `compiled-${lib.join('-')}`;
  await app.write({
    [`${file}.ts`]: lines.join('\n'),
    [`${file}.json`]: JSON.stringify({ compilerOptions, files: [`${file}.ts`] }),
  });
  for (const compiler of ['typescript', 'typescript-native']) {
    const tsc = join(process.cwd(), 'node_modules', compiler, 'bin/tsc');
    const { stdout } = await app
      .run('node', [tsc, '-p', `${file}.json`])
      .catch((error: unknown) => error as { stdout: string });
    expect(stdout, compiler).toBe('');
  }
});

test.each([
  ['secure-token-worker/token-worker.js', 'dist/token-worker.js'],
  ['secure-token-worker/token-worker-all.js', 'dist/token-worker-all.js'],
  ['secure-token-server/azion-firewall.js', 'dist/azion-firewall.js'],
  ['secure-token-server/vectors/cat/vectors.json', 'vectors/cat/vectors.json'],
  ['secure-token-server/haproxy/secure-token.cfg', 'haproxy/secure-token.cfg'],
  ['secure-token-server/nginx/secure-token.conf', 'nginx/secure-token.conf'],
  ['secure-token-server/nginx/secure-token-check.conf', 'nginx/secure-token-check.conf'],
  ['secure-token-server/nginx/secure-token.js', 'nginx/secure-token.js'],
])('%s is found by that name', async (specifier, file) => {
  const { stdout } = await app.run('node', ['--input-type=commonjs', '-p', `require.resolve('${specifier}')`]);
  expect(stdout.trim()).toBe(app.path('node_modules', specifier.split('/')[0]!, file));
});
