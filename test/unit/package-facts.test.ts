import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pageElsewhere } from '../../.ci/addresses.mjs';
import { asPublished } from '../../.ci/first-release.mjs';
import { withBadges, withCommand, withDocs, withLinks } from '../../.ci/set-organisation.mjs';
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
/** Whether the links, and what pages say, are those of a release. */
const isSet = root.repository !== undefined;

describe.each(packages)('$json.name', (each) => {
  const { folder } = each;
  const facts = factsOf(`packages/${folder}`);

  test('links to no placeholder before an organisation is set, and then to its own folder', () => {
    if (!isSet) expect(JSON.stringify(facts)).not.toContain('github.com');
    const page = 'https://github.com/us/secure-token';
    expect(JSON.parse(withLinks(JSON.stringify(facts, null, 2), 'us', `packages/${folder}`))).toEqual({
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

test('every section that a source names in the console is one of the page that packages ship', () => {
  const sources = readdirSync('packages', { recursive: true })
    .map(String)
    .filter((path) => /\/src\/.*\.ts$/.test(path));
  const texts = sources.map((path) => readFileSync(`packages/${path}`, 'utf8')).join('\n');
  const named = [
    ...[...texts.matchAll(/'([\w/-]+\.md(?:#[\w-]+)?)'/g)].map(([, section]) => section!),
    ...[...texts.matchAll(/\| '(ERR_\w+)'/g)].map(([, it]) => `errors.md#${it!.toLowerCase()}`),
  ];
  const headings = readFileSync('docs/errors.md', 'utf8').match(/(?<=^#+ ).+$/gm)!;
  const anchors = headings.map((it) =>
    it
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  const shipped = ['errors.md', ...anchors.map((anchor) => `errors.md#${anchor}`)];
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((section) => !shipped.includes(section))).toEqual([]);
});

test('a page that is read outside of the repository has no link that leads nowhere', () => {
  const page = {
    path: 'docs/errors.md',
    text: 'Run [the doctor](doctor.md#a), [read on](#b), see [`code`](../LICENSE). [RFC](https://example.org/)\n',
  };
  expect(pageElsewhere(page)).toBe(
    'Run the doctor (`docs/doctor.md#a`), [read on](#b), see `code` (`LICENSE`). [RFC](https://example.org/)\n',
  );
  expect(pageElsewhere({ ...page, organisation: 'us' })).toBe(
    'Run [the doctor](https://us.github.io/secure-token/docs/doctor.html#a), [read on](#b), see ' +
      '[`code`](https://github.com/us/secure-token/blob/main/LICENSE). [RFC](https://example.org/)\n',
  );
  expect(pageElsewhere({ ...page, isThere: () => true })).toBe(page.text);
});

describe('npm run set-organisation', () => {
  const text = readFileSync('package.json', 'utf8');

  test('may be run again, with another name', () => {
    expect(withLinks(withLinks(text, 'us', ''), 'others', '')).toBe(withLinks(text, 'others', ''));
  });

  test('lets the console name a page of the site, and does so again with another name', () => {
    const source = readFileSync('packages/core/src/console-lines.ts', 'utf8');
    expect(withDocs(withDocs(source, 'us'), 'Others')).toMatch(
      /^const whereIs = .* =>\n {2}`https:\/\/others\.github\.io\/secure-token\/docs\/\$\{section\.replace\('\.md', '\.html'\)\}`;$/m,
    );
  });

  test('lets npm fetch the command that the console names, which nobody may own before', () => {
    const source = readFileSync('packages/core/src/contract/errors.ts', 'utf8');
    expect(source.includes('npx --no -p secure-token-cli ')).toBe(!isSet);
    expect(withCommand(source)).toContain('npx -p secure-token-cli ');
    expect(withCommand(source)).not.toContain('--no');
  });

  test('puts badges and the site below the title of the README, once', () => {
    const readme = withBadges(withBadges('# Title\n\nText.\n', 'us'), 'others');
    const [title, badges, site, text] = readme.split('\n\n');
    expect(title).toBe('# Title');
    expect(text).toBe('Text.\n');
    expect(badges!.match(/npm\/v\/|ci\.yml\/badge|bundlejs\/size/g)).toHaveLength(3);
    expect(site).toContain('](https://others.github.io/secure-token/)');
    expect(readme).not.toContain('us/');
  });

  test('lets no page say any more that nothing is published', () => {
    const texts = pages.map((page) => readFileSync(page, 'utf8'));
    expect(texts.some((text) => text.includes('until the first release'))).toBe(!isSet);
    expect(texts.filter((text) => asPublished(text).includes('first release'))).toEqual([]);
  });

  test.each(['', 'a b', 'a/b', '-a', '"'])('refuses %j', (name) => {
    expect(() => withLinks(text, name, '')).toThrow('is not the name');
  });
});
