import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const textOf = (path: string): string => readFileSync(path, 'utf8');
const blocksOf = (text: string): { language: string; code: string }[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({ language: language!, code: code! }));

const files = readdirSync('examples/hosts').filter((name) => !name.startsWith('untyped'));
const scripts = files.filter((name) => /\.tsx?$/.test(name));
const codeOf = (name: string): string => textOf(`examples/hosts/${name}`);

const HOSTS = 'docs/players.md';
const recipes = /^## Players on hls\.js\n[\s\S]*?(?=^## )/m.exec(textOf(HOSTS))![0];
const pages = [recipes, ...['hlsjs', 'videojs'].map((name) => textOf(`docs/${name}.md`))];

test(`the recipe that ${HOSTS} shows is the code of a page, as it stands`, () => {
  const codes = scripts.map(codeOf);
  expect(blocksOf(recipes).filter(({ code }) => !codes.includes(code))).toEqual([]);
});

test.each(scripts)('the documentation shows %s, or links to it', (name) => {
  const shown = pages.flatMap((text) => blocksOf(text)).map(({ code }) => code);
  expect(shown.includes(codeOf(name)) || recipes.includes(`](../examples/hosts/${name})`)).toBe(true);
});

test('the versions that are named are those that are installed', () => {
  const { dependencies } = JSON.parse(codeOf('package.json')) as { dependencies: Record<string, string> };
  // two versions of one player: the other one has a name of ours
  const versions = Object.entries(dependencies).map(([name, text]) => [name, text.replace(/^npm:.+@/, '')] as const);
  const missing = versions.filter(
    ([name, version]) =>
      !/^react(?:-dom)?$/.test(name) && !recipes.includes(` ${version} `) && !recipes.includes(`${version},`),
  );
  expect(missing).toEqual([]);
  expect(versions.filter(([, version]) => !/^\d/.test(version))).toEqual([]);
});
