import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import rollupConfig from '../../../rollup.config.mjs';

interface Built {
  readonly output: { readonly file?: string; readonly dir?: string; readonly entryFileNames?: string };
  readonly input: string | Readonly<Record<string, string>>;
}

const built = (rollupConfig({ configPages: true }) as readonly Built[]).flatMap(({ input, output }) => {
  const { file, dir, entryFileNames } = output;
  const nameOf = (name: string): string => `${dir!}/${entryFileNames!.replace('[name]', name)}`;
  return file === undefined ? Object.keys(input).map(nameOf) : [file];
});

const pages = readdirSync('examples').filter((name) => name.endsWith('.html'));

test.each(pages)('npm start builds all files of packages that %s names', (page) => {
  const text = readFileSync(`examples/${page}`, 'utf8');
  const named = [...text.matchAll(/"\/packages\/([^/"]+)\/([^"]+)"/g)];
  const files = named.map(([, folder, file]) => `packages/${folder!}/dist/${file!}`);
  expect(files.filter((file) => !built.includes(file))).toEqual([]);
});

test('npm start builds the token workers, which pages register', () => {
  expect(built).toEqual(expect.arrayContaining(['packages/worker/dist/token-worker.development.js']));
});
