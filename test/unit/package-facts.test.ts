import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withDocs, withLinks } from '../../.ci/set-organisation.mjs';
import { browserPackages, packages } from '../support/packages.ts';

interface Facts {
  readonly [name: string]: unknown;
  readonly author: string;
  readonly engines?: unknown;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}
const factsOf = (folder: string): Facts => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Facts;
const root = factsOf('.');
describe.each(packages)('$json.name', (each) => {
  const { folder } = each;
  const facts = factsOf(`packages/${folder}`);

  test('links to no placeholder before an organisation is set, and then to its own folder', () => {
    expect(JSON.stringify(facts)).not.toContain('github.com');
    const linked = JSON.parse(withLinks(JSON.stringify(facts, null, 2), 'us', `packages/${folder}`)) as Facts;
    const page = 'https://github.com/us/secure-token';
    expect(linked).toEqual({
      ...facts,
      author: 'us',
      homepage: `${page}/tree/main/packages/${folder}#readme`,
      bugs: `${page}/issues`,
      repository: { type: 'git', url: `git+${page}.git`, directory: `packages/${folder}` },
    });
  });

  test('is published for everyone, with a signed statement of where it was built', () => {
    expect(facts.publishConfig).toEqual({ access: 'public', provenance: true });
  });

  test('asks for a version of Node where it runs in Node alone', () => {
    expect(facts.engines).toEqual(browserPackages.includes(each) ? undefined : root.engines);
  });

  test('lets an app update what it depends on', () => {
    const foreign = Object.entries(facts.dependencies ?? {}).filter(([name]) => !name.startsWith('secure-token-'));
    expect(foreign.filter(([, range]) => !range.startsWith('^'))).toEqual([]);
  });
});

test.each([
  ...browserPackages.map(({ folder }) => ({ folder, installs: folder === 'core' ? [] : ['secure-token-core'] })),
  { folder: 'server', installs: ['@noble/hashes'] },
  {
    folder: 'cli',
    installs: ['aws4fetch', 'cborg', 'commander', 'jose', 'secure-token-server'],
  },
])(
  'the package in packages/$folder installs $installs and runs nothing when it is installed',
  ({ folder, installs }) => {
    const { dependencies = {}, scripts } = factsOf(`packages/${folder}`);
    expect(Object.keys(dependencies)).toEqual(installs);
    expect(scripts).toBeUndefined();
  },
);

const pages = ['README.md', ...readdirSync('packages').flatMap((name) => [`packages/${name}/README.md`])];
test.each([...pages, ...packages.map(({ folder }) => `packages/${folder}/CHANGELOG.md`)])(
  'every relative link of %s leads to a file of the repository',
  (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link!);
    const isThere = (link: string): boolean => existsSync(join(dirname(page), link)) && !/(?:^|\/)dist\//.test(link);
    expect(links.filter((link) => !isThere(link))).toEqual([]);
  },
);

test('every section of the documentation that a source names in the console is there', () => {
  const sources = readdirSync('packages', { recursive: true })
    .map(String)
    .filter((path) => /\/src\/.*\.ts$/.test(path));
  const texts = sources.map((path) => readFileSync(`packages/${path}`, 'utf8')).join('\n');
  const named = [
    ...texts.matchAll(/'([\w/-]+\.md)#([\w-]+)'/g),
    ...[...texts.matchAll(/\| '(ERR_\w+)'/g)].map(([, it]) => [it, 'errors.md', it!.toLowerCase()]),
  ];
  const missing = named.filter(([, page, anchor]) => {
    const headings = readFileSync(`docs/${page!}`, 'utf8').match(/(?<=^#+ ).+$/gm)!;
    return !headings.some(
      (it) =>
        it
          .toLowerCase()
          .replace(/[^\w\s-]/g, '')
          .replaceAll(' ', '-') === anchor,
    );
  });
  expect(named.length).toBeGreaterThan(8);
  expect(missing.map(([whole]) => whole)).toEqual([]);
});

describe('npm run set-organisation', () => {
  const text = readFileSync('package.json', 'utf8');

  test('may be run again, with another name', () => {
    expect(withLinks(withLinks(text, 'us', ''), 'others', '')).toBe(withLinks(text, 'others', ''));
  });

  test('makes an address of the page that the console is told', () => {
    const source = readFileSync('packages/core/src/console-lines.ts', 'utf8');
    expect(withDocs(source, 'others')).toContain("'https://github.com/others/secure-token/blob/main/docs/'");
  });

  test.each(['', 'a b', 'a/b', '-a', '"'])('refuses %j', (name) => {
    expect(() => withLinks(text, name, '')).toThrow('is not the name');
  });
});
