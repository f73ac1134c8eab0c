import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { isSecureTokenError } from 'secure-token-core';
import budgets from './budgets.json' with { type: 'json' };

const readmes = ['README.md', ...readdirSync('packages').map((folder) => `packages/${folder}/README.md`)];

function blocksOf(path: string): { language: string; code: string }[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}

const folderOf = (path: string): string => `node_modules/.cache/readme/${path.replace(/\W/g, '-')}/`;

/** What the compiler says of the code of all READMEs, as one program. */
let complaints: string[];
beforeAll(() => {
  const files = readmes.flatMap((path) => {
    const folder = folderOf(path);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const code = blocksOf(path).filter(({ language }) => /^(?:ts|js)$/.test(language));
    return code.map((block, i) => {
      // one that begins with the name of its file is imported by others
      const file = /^\/\/ ([\w-]+\.ts)\n/.exec(block.code)?.[1] ?? `block-${i}.ts`;
      writeFileSync(`${folder}${file}`, `${block.code}\nexport {};\n`);
      return `${folder}${file}`;
    });
  });
  const base = ts.getParsedCommandLineOfConfigFile(
    'tsconfig.base.json',
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: String },
  )!;
  const options = { ...base.options, types: ['node'], isolatedDeclarations: false, declaration: false, noEmit: true };
  complaints = ts.getPreEmitDiagnostics(ts.createProgram(files, options)).map(({ file, start, messageText }) => {
    const { line } = file ? file.getLineAndCharacterOfPosition(start ?? 0) : { line: 0 };
    return `${relative('.', file?.fileName ?? '')}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
});

test('the code of the READMEs is compiled: nothing but that is complained of', () => {
  expect(complaints.filter((complaint) => !complaint.startsWith('node_modules/.cache/readme/'))).toEqual([]);
});

describe.each(readmes)('%s', (path) => {
  const blocks = blocksOf(path);

  test('says in which language its code is', () => {
    expect(blocks.filter(({ language }) => !language)).toEqual([]);
  });

  test('its TypeScript compiles', () => {
    expect(complaints.filter((complaint) => complaint.startsWith(folderOf(path)))).toEqual([]);
  });

  test.each(blocks.filter(({ language }) => language === 'json'))('its JSON parses', ({ code }) => {
    expect(() => JSON.parse(code) as unknown).not.toThrow();
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = [...readFileSync(path, 'utf8').matchAll(/\bnpm (?:run )?(start|test|bench|\w+)\b/g)].map(
      ([, name]) => name!,
    );
    const builtIn = ['ci', 'install', 'i', 'pack', 'view'];
    expect(named.filter((name) => !builtIn.includes(name) && !(name in scripts))).toEqual([]);
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

  test('has a paragraph on each error code', () => {
    const codes = readFileSync('packages/core/src/secure-token-error.ts', 'utf8').match(/ERR_\w+/g)!;
    for (const code of new Set(codes)) expect(text).toContain(`- **\`${code}\`**`);
  });
});

describe('the example answer of the signing endpoint', () => {
  test('is one that the core takes', async () => {
    const { createTokenSource } = await import('secure-token-core');
    const answer = blocksOf('README.md').find(({ language }) => language === 'json')!.code;
    const { now, tokens } = JSON.parse(answer) as { now: number; tokens: { url: string }[] };
    const source = createTokenSource({
      endpoint: 'https://app.example/token',
      fetch: async () => new Response(answer),
      clock: () => now * 1000,
    });
    const signed = await source.sign(tokens[0]!.url);
    expect(signed.url).toBe(`${tokens[0]!.url}?st=m6WCATfRgS_5lcyChCPgrw&e=1732450300`);
    expect((await source.sign('https://cdn.example.com/vod/8/a.ts')).headers).toEqual({ 'x-token': '…' });
    source.destroy();
    const error = await source.sign('https://cdn.example.com/other').catch((reason: unknown) => reason);
    expect(isSecureTokenError(error) && error.code).toBe('ERR_DESTROYED');
  });
});
