// node .ci/build-docs.mjs [FOLDER]: writes the documentation as pages of a site, which any host of files serves below any
// path: docs/, the READMEs of the packages, and the reference of all public entries, by TypeDoc
// @ts-nocheck -- the types of TypeDoc are there once the packages of .ci are installed
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installIn } from '../test/support/prepare.mjs';
import { pageElsewhere } from './addresses.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(join(repository, path), 'utf8');

const INDEX = 'docs/README.md';

/** Languages of the pages beside those that TypeDoc colours anyway. */
const LANGUAGES = ['csharp', 'go', 'http', 'java', 'nginx', 'php', 'python', 'ruby', 'svelte', 'vue', 'yaml'];

/** How much more a page counts in the search than a name of the reference. */
const PAGES_FIRST = 20;

/**
 * A page of Markdown. @typedef {object} Page
 * @property {string} path in the repository
 * @property {string} group heading in the menu
 * @property {string} address without `.html`
 */

/** The pages of the index, in its order: the first link of each row of its tables. @type {() => Page[]} */
function pagesOfIndex() {
  const rows = /^\|.*?\]\(([\w-]+)\.md/gm;
  return read(INDEX)
    .split(/^## /m)
    .flatMap((section) => {
      const [group = ''] = section.split('\n', 1);
      return [...section.matchAll(rows)].map(([, name = '']) => ({ path: `docs/${name}.md`, group, address: name }));
    });
}

const pagesOfProject = ['README', 'SECURITY', 'ARCHITECTURE', 'CONTRIBUTING', 'CHANGELOG'].map((name) => ({
  path: `${name}.md`,
  group: 'The project',
  address: name === 'README' ? 'overview' : name.toLowerCase(),
}));

/** The packages in the order of the overview. @type {() => string[]} */
const foldersOfPackages = () =>
  [...read('README.md').matchAll(/\]\((packages\/[\w-]+)\)/g)].map(([, folder = '']) => folder);

/** A module that apps import. @typedef {{ name: string, source: string, readme?: string }} Entry */

/** The entries of a package, with its README at the first. @type {(folder: string) => Entry[]} */
function entriesOf(folder) {
  const { name, exports } = JSON.parse(read(`${folder}/package.json`));
  const typed = Object.keys(exports).filter((specifier) => exports[specifier].types);
  const entries = typed.map((specifier) => {
    const [, file = ''] = /dist\/([\w-]+)\.d\.ts$/.exec(exports[specifier].types) ?? [];
    return { name: posix.join(name, specifier), source: `${folder}/src/${file}.ts` };
  });
  // a script exports nothing
  const modules = entries.filter(
    ({ source }) => existsSync(join(repository, source)) && /^export /m.test(read(source)),
  );
  return modules.map((entry, index) => (index === 0 ? { ...entry, readme: `${folder}/README.md` } : entry));
}

/**
 * @param {string} out folder of the pages; what is there is replaced
 * @param {string} [organisation] for links to the repository. @default who publishes the packages, once that is set
 * @throws if a link of a page leads nowhere
 */
export async function buildDocs(out, organisation = publisher()) {
  await installIn('.ci');
  const typedoc = await import('typedoc');
  const { Converter, IndexEvent, PageEvent, ReflectionKind } = typedoc;
  const pages = [...pagesOfIndex(), ...pagesOfProject];
  const groups = [...new Set(pages.map(({ group }) => group))];
  const entries = foldersOfPackages().flatMap(entriesOf);
  const readmes = entries.flatMap(({ readme }) => readme ?? []);
  const there = new Set([INDEX, ...pages.map(({ path }) => path), ...readmes, ...readmes.map(posix.dirname)]);
  // the first that exports a type has its page: core, where others pass it on
  const sources = entries.map(({ source }) => source).sort((a, b) => rank(a) - rank(b));

  const app = await typedoc.Application.bootstrap(
    {
      name: 'Secure Token',
      entryPoints: sources.map((source) => join(repository, source)),
      tsconfig: join(repository, '.ci/tsconfig.json'),
      // the type check does that
      skipErrorChecking: true,
      readme: 'none',
      disableSources: true,
      excludeInternal: true,
      excludePrivate: true,
      includeHierarchySummary: false,
      sort: [],
      groupOrder: [...groups, 'Modules'],
      categorizeByGroup: false,
      router: 'flat',
      customCss: join(repository, '.ci/docs.css'),
      navigation: { includeGroups: true, includeCategories: false, includeFolders: false },
      titleLink: '../',
      navigationLinks: { 'Try it': '../', Documentation: 'index.html' },
      headings: { readme: false, document: false },
      hideGenerator: true,
      visibilityFilters: {},
      highlightLanguages: [...typedoc.OptionDefaults.highlightLanguages, ...LANGUAGES],
      // names such as ASP.NET are no links
      markdownItOptions: { html: true, linkify: false },
      searchInDocuments: true,
      searchGroupBoosts: Object.fromEntries(groups.map((group) => [group, PAGES_FIRST])),
      validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true },
    },
    [new typedoc.TSConfigReader()],
  );

  /** Addresses of what has none by its name. @type {Map<unknown, string>} */
  const addresses = new Map();
  /**
   * @type {(project: import('typedoc').ProjectReflection, path: string, change?: (text: string) => string) =>
   *   import('typedoc').CommentDisplayPart[]}
   */
  const parse = (project, path, change = (text) => text) => {
    const isThere = (/** @type {string} */ file) => there.has(file);
    const text = change(pageElsewhere({ text: read(path), path, organisation, isThere }))
      .replace(/<!--[\s\S]*?-->\n*/g, '')
      // TypeDoc leaves code out of the anchors of headings, where GitHub does not
      .replace(/^#.*/gm, (heading) => heading.replaceAll('`', ''));
    const file = new typedoc.MinimalSourceFile(text, typedoc.normalizePath(join(repository, path)));
    return app.converter.parseRawComment(file, project.files).content;
  };
  /** Lets links to a page lead there. @type {typeof register} */
  const register = (
    /** @type {import('typedoc').ProjectReflection} */ project,
    /** @type {import('typedoc').Reflection} */ reflection,
    /** @type {string} */ path,
  ) => project.files.registerReflectionPath(typedoc.normalizePath(join(repository, path)), reflection);

  app.converter.on(Converter.EVENT_BEGIN, ({ project }) => {
    project.readme = parse(project, INDEX);
    register(project, project, INDEX);
    for (const { path, group, address } of pages) {
      const title = /^# (.*)$/m.exec(read(path))?.[1] ?? path;
      const document = new typedoc.DocumentReflection(title, project, parse(project, path), { group });
      addresses.set(document, address);
      project.addChild(document);
      project.registerReflection(document, undefined, undefined);
      register(project, document, path);
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const modules = project.getChildrenByKind(ReflectionKind.Module);
    for (const module of modules) {
      const file = project.getSymbolIdFromReflection(module)?.fileName ?? '';
      const entry = entries.find(({ source }) => file.endsWith(`/${source}`));
      if (!entry) throw new Error(`${module.name} is no entry of a package.`);
      module.name = entry.name;
      addresses.set(module, entry.name.replaceAll('/', '-'));
      if (entry.readme === undefined) continue;
      // its title is that of the page
      module.readme = parse(project, entry.readme, (text) => text.replace(/^# .*\n+/, ''));
      register(project, module, entry.readme);
      register(project, module, posix.dirname(entry.readme));
    }
    const order = entries.map(({ name }) => name);
    for (const children of [project.children, project.childrenIncludingDocuments])
      children?.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  });
  app.renderer.defineRouter(
    'flat',
    class extends typedoc.KindRouter {
      getIdealBaseName(/** @type {import('typedoc').Reflection} */ reflection) {
        const own = addresses.get(reflection);
        if (own !== undefined || !reflection.parent) return own ?? 'index';
        return `${this.getIdealBaseName(reflection.parent)}.${this.getUrlSafeName(reflection.name)}`;
      }
    },
  );
  // words alone: lunr confuses words with digits, and then fails to find them
  app.renderer.on(IndexEvent.PREPARE_INDEX, (event) => {
    for (const [index, reflection] of event.searchResults.entries()) {
      if (!reflection.isDocument()) continue;
      const document = reflection.content.map(({ text }) => text).join('');
      event.searchFields[index] = { document: document.replaceAll(/[^\p{L}]+/gu, ' ') };
    }
  });
  // what scrolls is reached by keys, and screen readers find the text
  app.renderer.on(PageEvent.END, (page) => {
    page.contents = page.contents
      ?.replaceAll(/<(pre|table)>/g, '<$1 tabindex="0">')
      .replace('<div class="col-content">', '<div class="col-content" role="main">');
  });

  const project = await app.convert();
  if (!project) throw new Error('TypeDoc has made no pages. The lines above say why.');
  app.validate(project);
  await app.generateDocs(project, out);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('The lines above say what is wrong.');
}

const rank = (/** @type {string} */ source) => (source.startsWith('packages/core/') ? 0 : 1);

/** @type {() => string | undefined} */
function publisher() {
  const { author, repository: address } = JSON.parse(read('package.json'));
  return address && author;
}

if (import.meta.filename === process.argv[1]) {
  const [out = join(repository, 'site/docs')] = process.argv.slice(2);
  try {
    await buildDocs(out);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
