import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { files, hasDevelopmentBuild, ofDevelopment } from '../../../rollup.config.mjs';

const built = files.flatMap(({ folder, esm, iife, script, bin, with: others = [] }) =>
  [esm, iife, script, bin, ...others]
    .filter((name) => name !== undefined)
    .flatMap((name) => (hasDevelopmentBuild(folder) ? [name, ofDevelopment(name)] : [name]))
    .map((name) => `packages/${folder}/dist/${name}`),
);

const pages = readdirSync('examples').filter((name) => name.endsWith('.html'));

test.each(pages)('the packages have all files that %s names', (page) => {
  const text = readFileSync(`examples/${page}`, 'utf8');
  const named = [...text.matchAll(/"(?:\.\/)?packages\/([^/"]+)\/([^"]+)"/g)];
  const files = named.map(([, folder, file]) => `packages/${folder!}/dist/${file!}`);
  expect(files.filter((file) => !built.includes(file))).toEqual([]);
});
