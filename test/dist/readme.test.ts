import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { TokenSourceOptions } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import base from '../../tsconfig.base.json' with { type: 'json' };
import budgets from './budgets.json' with { type: 'json' };
import { pathOf } from '../support/programs.ts';

const packages = readdirSync('packages').map((folder) => `packages/${folder}`);
// what is generated is not written for readers
const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !/^api(?:-report)?[\\/]/.test(name))
  .map((name) => `docs/${name}`);
const others = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'];
const readmes = ['README.md', ...others, ...packages.map((folder) => `${folder}/README.md`), ...docs];

function blocksOf(path: string): { language: string; code: string }[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}

const textOf = (path: string): string => readFileSync(path, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');

/** Relative ones. */
const linksOf = (path: string): string[] =>
  [...textOf(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^\w+:/.test(link));

/** Returns the anchor of a heading, as GitHub names it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

function leadsSomewhere(link: string, from: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path ? join(dirname(from), path) : from;
  // made by the build
  if (!existsSync(file)) return file.startsWith('packages/server/dist/');
  if (anchor === undefined) return true;
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].some(([, heading]) => anchorOf(heading!) === anchor);
}

/** The folder of the code of all READMEs. */
const CODE = 'node_modules/.cache/readme/';
const folderOf = (path: string): string => `${CODE}${path.replace(/\W/g, '-')}/`;

const codes = new Set(readFileSync('packages/core/src/contract/errors.ts', 'utf8').match(/ERR_\w+/g));

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
}
const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest;
const isPrivate = (folder: string): boolean => manifestOf(folder).private === true;

/** Writes the code of a page into files of its folder. */
function writeCode(path: string): string[] {
  const folder = folderOf(path);
  rmSync(folder, { recursive: true, force: true });
  const code = blocksOf(path).filter(({ language }) => /^(?:tsx?|js)$/.test(language));
  return code.map((block, i) => {
    // one that begins with the name of its file is imported by others
    const [, ownName = `block-${i}.${block.language}`] = /^\/\/ ([\w/-]+\.(?:tsx?|mjs))\n/.exec(block.code) ?? [];
    const file = `${folder}${ownName}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${block.code}\nexport {};\n`);
    return file;
  });
}

/**
 * Compiles code of READMEs with the compiler that `npm run typecheck` has, which takes a fifth of the time.
 * @returns its complaints, such as `docs/a.ts(1,2): error TS1: …`
 */
async function compile(name: string, files: readonly string[], options: object): Promise<string[]> {
  const project = `${CODE}tsconfig.${name}.json`;
  const fastify = pathOf('fastify');
  const own: Record<string, string> = fastify === undefined ? {} : { fastify };
  const paths = Object.entries({ ...base.compilerOptions.paths, ...own }).map(([alias, path]) => [
    alias,
    [resolve(String(path))],
  ]);
  const told = [
    'build-constants.d.ts',
    'test/support/host-players.d.ts',
    ...(fastify === undefined ? ['test/support/fastify.d.ts'] : []),
  ];
  const compilerOptions = {
    types: ['node'],
    isolatedDeclarations: false,
    declaration: false,
    jsx: 'preserve',
    paths: Object.fromEntries(paths) as object,
    ...options,
  };
  const config = {
    extends: resolve('tsconfig.base.json'),
    files: [...files, ...told].map((file) => resolve(file)),
    compilerOptions,
  };
  writeFileSync(project, JSON.stringify(config));
  const compiler = resolve('node_modules/typescript-native/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', project, '--pretty', 'false']).catch(
    (error: unknown) => error as { stdout: string },
  );
  return stdout.split('\n').filter(Boolean);
}

/** The compiler's complaints about the code of all READMEs. */
let complaints: string[];
beforeAll(async () => {
  const files = readmes.flatMap(writeCode);
  const isScript = (name: string): boolean => /\.m?js$/.test(name);
  const typed = compile(
    'typed',
    files.filter((name) => !isScript(name)),
    {},
  );
  // what may be null is no concern of JavaScript
  const loose = { allowJs: true, checkJs: true, strict: false, exactOptionalPropertyTypes: false };
  const scripts = compile('scripts', files.filter(isScript), loose);
  // of scripts alone: our sources are written for other options
  complaints = [...(await typed), ...(await scripts).filter((complaint) => complaint.startsWith(CODE))];
}, 120_000);

test('the code of the READMEs is compiled: nothing but that is complained of', () => {
  expect(complaints.filter((complaint) => !complaint.startsWith(CODE))).toEqual([]);
});

describe.each(readmes)('%s', (path) => {
  const blocks = blocksOf(path);

  test('says in which language its code is', () => {
    expect(blocks.filter(({ language }) => !language)).toEqual([]);
  });

  test('its code compiles', () => {
    expect(complaints.filter((complaint) => complaint.startsWith(folderOf(path)))).toEqual([]);
  });

  test.each(blocks.filter(({ language }) => language === 'json'))('its JSON parses', ({ code }) => {
    expect(() => JSON.parse(code) as unknown).not.toThrow();
  });

  test('its links lead somewhere', () => {
    expect(linksOf(path).filter((link) => !leadsSomewhere(link, path))).toEqual([]);
  });

  test('its pictures, for light and dark pages, are there and small', () => {
    const pictures = [...readFileSync(path, 'utf8').matchAll(/<(source|img) .*\b(?:src|srcset)="([^"]+)"/g)];
    for (const [, , file] of pictures) expect(statSync(join(dirname(path), file!)).size, file).toBeLessThan(200_000);
    const dark = pictures.filter(([, tag]) => tag === 'source');
    expect(dark).toHaveLength(pictures.length / 2);
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = [...readFileSync(path, 'utf8').matchAll(/\bnpm (?:run )?(\w[\w:-]*)/g)].map(([, name]) => name!);
    const builtIn = ['audit', 'ci', 'install', 'i', 'ls', 'pack', 'view'];
    expect(named.filter((name) => !builtIn.includes(name) && !(name in scripts))).toEqual([]);
  });
});

describe.each(packages.filter((folder) => !isPrivate(folder)))('%s', (folder) => {
  test('its README begins with how it is installed', () => {
    const { language, code } = blocksOf(`${folder}/README.md`)[0]!;
    const lines = code.split('\n').filter((line) => line.startsWith('npm install '));
    expect(language).toBe('sh');
    expect(lines[0]!.split(' ')).toContain(manifestOf(folder).name);
  });
});

describe('docs', () => {
  test('every page is in the index', () => {
    const linked = linksOf('docs/README.md').map((link) => join('docs', link));
    expect(docs.filter((path) => path !== 'docs/README.md' && !linked.includes(path))).toEqual([]);
  });

  test('the table of options has every option, and its default', () => {
    const options = readFileSync('packages/core/src/contract/options.ts', 'utf8');
    const [, members] = /interface TokenSourceOptions \{([\s\S]*?)^\}/m.exec(options)!;
    const names = [...members!.matchAll(/^ {2}(\w+)\?:/gm)].map(([, name]) => name!);
    const rows = textOf('docs/options.md').split('\n');
    expect(names.filter((name) => !rows.some((row) => row.startsWith(`| \`${name}`)))).toEqual([]);
    for (const [, value, name] of members!.matchAll(/@default (\d[\d.]*)[^@]*?\n {2}(\w+)\?:/g))
      expect(rows.find((row) => row.startsWith(`| \`${name!}`))).toContain(`| ${value!} |`);
  });

  test('has a section on each error code, with cause and remedy', () => {
    const sections = textOf('docs/errors.md').split(/^## /m);
    for (const code of codes) expect(sections.find((text) => text.startsWith(code))).toMatch(/Cause[^]*Remedy/);
  });
});

describe('README.md', () => {
  const text = readFileSync('README.md', 'utf8');

  test('states the sizes that are enforced', () => {
    for (const [folder, { ceiling }] of Object.entries(budgets)) {
      const row = text.split('\n').find((line) => line.includes(`](packages/${folder})`));
      expect(row).toContain(`≤ ${(Math.ceil(ceiling / 100) / 10).toFixed(1)} kB`);
    }
  });

  test('its figure is one of docs/bench.md', () => {
    const bench = readFileSync('docs/bench.md', 'utf8');
    const row = bench
      .slice(bench.indexOf('## Live'))
      .split('\n')
      .find((line) => line.startsWith('| **secure-token-hlsjs** |'))!;
    const [calls, requests] = row.split('|')[4]!.trim().split(' / ');
    expect(text).toContain(`${calls} calls for ${requests} requests of a live stream`);
  });

  test('its getTokens returns a token that the core takes', async () => {
    const { createTokenSource } = await import('secure-token-core');
    const code = blocksOf('README.md').find((block) => block.code.includes('function getTokens'))!.code;
    vi.stubGlobal('fetch', async () => Response.json({ st: 'm6WCATfRgS_5lcyChCPgrw', e: 1732450300 }));
    const { getTokens } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      getTokens: NonNullable<TokenSourceOptions['getTokens']>;
    };
    const source = createTokenSource({ getTokens, clock: () => 1732450000_000 });
    const { url } = await source.sign('https://cdn.example.com/vod/7/master.m3u8');
    vi.unstubAllGlobals();
    source.destroy();
    expect(url).toBe('https://cdn.example.com/vod/7/master.m3u8?st=m6WCATfRgS_5lcyChCPgrw&e=1732450300');
  });
});

describe('the example answer of the signing endpoint', () => {
  test('is one that the core takes', async () => {
    const { createTokenSource } = await import('secure-token-core');
    const answer = blocksOf('docs/protocol.md').find(({ language }) => language === 'json')!.code;
    const { now, tokens } = JSON.parse(answer) as { now: number; tokens: { url: string }[] };
    const source = createTokenSource({
      endpoint: 'https://app.example/token',
      fetch: async () => new Response(answer),
      clock: () => now * 1000,
    });
    const signed = await source.sign(tokens[0]!.url);
    expect(signed.url).toBe(`${tokens[0]!.url}?st=m6WCATfRgS_5lcyChCPgrw&e=1732450300`);
    expect((await source.sign('https://cdn.example.com/vod/8/a.ts')).headers).toEqual({
      'x-token': 'm6WCATfRgS_5lcyChCPgrw',
    });
    source.destroy();
    const error = await source.sign('https://cdn.example.com/other').catch((reason: unknown) => reason);
    expect(isSecureTokenError(error) && error.code).toBe('ERR_DESTROYED');
  });
});
