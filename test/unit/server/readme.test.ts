import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const readme = readFileSync('packages/server/README.md', 'utf8');
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code ?? '');

test('every TypeScript block of the README type-checks', () => {
  const base = ts.parseConfigFileTextToJson('', readFileSync('tsconfig.base.json', 'utf8')).config.compilerOptions;
  const settings = { ...base, isolatedDeclarations: false, declaration: false };
  const { options } = ts.convertCompilerOptionsFromJson(settings, process.cwd());
  const files = new Map(blocks.map((code, i) => [resolve(`packages/server/readme-${i}.ts`), `${code}\nexport {};`]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const code = files.get(name);
    return code === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, code, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...files.keys()], { ...options, pathsBasePath: process.cwd() }, host);
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => [
      file?.fileName.split('/').at(-1),
      ts.flattenDiagnosticMessageText(messageText, ' '),
    ]);
  expect(blocks.length).toBeGreaterThan(4);
  expect(problems).toEqual([]);
}, 60_000);
