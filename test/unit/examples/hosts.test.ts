import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';

const textOf = (path: string): string => readFileSync(path, 'utf8');
const blocksOf = (text: string): { language: string; code: string }[] =>
  [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({ language: language!, code: code! }));

const files = readdirSync('examples/hosts').filter((name) => !name.startsWith('untyped'));
const scripts = files.filter((name) => /\.tsx?$/.test(name));
const codeOf = (name: string): string => textOf(`examples/hosts/${name}`);

const HOSTS = 'docs/players.md';
const [recipes] = textOf(HOSTS).split('## Players that cannot be changed');
const pages = [recipes!, ...['hlsjs', 'videojs'].map((name) => textOf(`docs/get-started/${name}.md`))];

test(`every recipe of ${HOSTS} is the code of a page, as it stands`, () => {
  const blocks = blocksOf(recipes!);
  const isCode = (code: string): boolean => scripts.some((name) => codeOf(name) === code);
  const isMarkup = (code: string): boolean =>
    files.some((name) => name.endsWith('.html') && codeOf(name).includes(code));
  expect(blocks.filter(({ language, code }) => /^tsx?$/.test(language) && !isCode(code))).toEqual([]);
  expect(blocks.filter(({ language, code }) => language === 'html' && !isMarkup(code))).toEqual([]);
});

test.each(scripts)('%s stands in the documentation', (name) => {
  const shown = pages.flatMap((text) => blocksOf(text)).map(({ code }) => code);
  expect(shown).toContain(codeOf(name));
});

test('the versions that are named are those that are installed', () => {
  const { dependencies } = JSON.parse(codeOf('package.json')) as { dependencies: Record<string, string> };
  // two versions of one player: the other one has a name of ours
  const versions = Object.entries(dependencies).map(([name, text]) => [name, text.replace(/^npm:.+@/, '')] as const);
  const missing = versions.filter(
    ([name, version]) =>
      !/^react(?:-dom)?$/.test(name) && !recipes!.includes(` ${version} `) && !recipes!.includes(`${version},`),
  );
  expect(missing).toEqual([]);
  expect(versions.filter(([, version]) => !/^\d/.test(version))).toEqual([]);
});
