import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { dts } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';
import { pageElsewhere } from './.ci/addresses.mjs';

/**
 * One row a file that is shipped. `iife` rows are `<script>` files with core inside; `esm` rows keep every package
 * import outside, but for private packages, which nobody could install. `script` rows are pasted by hand: everything
 * inside, and readable. `bin` rows are commands. `with` are further entry points, which share what they have in common.
 * `lib` is what the types of an `esm` row need of TypeScript's own.
 * Every file that runs in a page is built twice: a development build has its name in front of `.js`.
 * @typedef {{
 *   folder: string, input?: string, esm?: string, iife?: string, global?: string, script?: string, bin?: string,
 *   with?: readonly string[], lib?: string
 * }} Row
 */

/** @type {readonly Row[]} */
export const files = [
  { folder: 'core', esm: 'index.js', with: ['adapter.js', 'adopt.js', 'playlists.js'], lib: 'esnext.disposable' },
  { folder: 'hlsjs', esm: 'index.js' },
  { folder: 'hlsjs', iife: 'secure-token-hlsjs.min.js', global: 'SecureTokenHls' },
  { folder: 'dashjs', esm: 'index.js' },
  { folder: 'dashjs', iife: 'secure-token-dashjs.min.js', global: 'SecureTokenDash' },
  { folder: 'progressive', esm: 'index.js', with: ['download.js'] },
  {
    folder: 'progressive',
    input: 'script.ts',
    iife: 'secure-token-progressive.min.js',
    global: 'SecureTokenProgressive',
  },
  { folder: 'worker', esm: 'index.js' },
  { folder: 'worker', iife: 'secure-token-worker.min.js', global: 'SecureTokenWorker' },
  {
    folder: 'worker',
    input: 'page/register-token-worker.ts',
    iife: 'register-token-worker.min.js',
    global: 'SecureTokenWorker',
  },
  { folder: 'worker', input: 'token-worker.ts', iife: 'token-worker.js' },
  { folder: 'worker', input: 'token-worker-all.ts', iife: 'token-worker-all.js' },
  { folder: 'fetch', esm: 'index.js' },
  { folder: 'fetch', iife: 'secure-token-fetch.min.js', global: 'SecureTokenFetch' },
  { folder: 'videojs', esm: 'index.js' },
  { folder: 'videojs', iife: 'videojs-secure-token.min.js', global: 'videojsSecureToken' },
  { folder: 'shaka', esm: 'index.js' },
  { folder: 'shaka', iife: 'secure-token-shaka.min.js', global: 'SecureTokenShaka' },
  { folder: 'server', esm: 'index.js' },
  { folder: 'server', input: 'jwt.ts', esm: 'jwt.js' },
  { folder: 'server', input: 'cat.ts', esm: 'cat.js' },
  { folder: 'server', input: 's3.ts', esm: 's3.js' },
  { folder: 'server', input: 'sessions.ts', esm: 'sessions.js' },
  { folder: 'server', input: 'azion-firewall.ts', script: 'azion-firewall.js' },
  { folder: 'cli', input: 'doctor.ts', esm: 'doctor.js' },
  { folder: 'cli', input: 'cli.ts', bin: 'cli.js' },
];

export const sourceOf = (/** @type {string} */ folder, entry = 'index') =>
  fileURLToPath(new URL(`./packages/${folder}/src/${entry}.ts`, import.meta.url));
const CORE = /^secure-token-core(?:\/(\w+))?$/;
const withCoreInside = {
  name: 'with-core-inside',
  resolveId(/** @type {string} */ id) {
    const core = CORE.exec(id);
    return core && sourceOf('core', core[1]);
  },
};
const isPrivate = (/** @type {string} */ id) => id === 'secure-token-media-element';
const withPrivateInside = {
  name: 'with-private-inside',
  resolveId: (/** @type {string} */ id) => (isPrivate(id) ? sourceOf('media-element') : null),
};
const fromPackages = (/** @type {string} */ id) => /^[@a-z]/.test(id) && !isPrivate(id);
// all packages have one version, which the release script writes
const { version } = JSON.parse(readFileSync(new URL('./packages/core/package.json', import.meta.url), 'utf8'));
/** @typedef {'development' | 'default'} Build */
/**
 * The browsers of the README. They have `?.`: esbuild counts from Chrome 91, because one call of it was wrong before, which
 * `eslint.browsers.mjs` forbids.
 */
const browsers = { target: ['chrome85', 'firefox90', 'safari15'], supported: { 'optional-chain': true } };
/** What esbuild makes the files of a package for. */
export const targetOf = (/** @type {string} */ folder) =>
  hasDevelopmentBuild(folder) ? browsers : { target: 'es2022' };
export const constants = (/** @type {Build} */ kind) => ({
  PACKAGE_VERSION: JSON.stringify(version),
  __DEVELOPMENT__: String(kind === 'development'),
});
export const commandBanner = '#!/usr/bin/env node';
const compile = (/** @type {string} */ folder, /** @type {Build} */ kind = 'default', minifyIdentifiers = false) =>
  esbuild({ ...targetOf(folder), define: constants(kind), minifyIdentifiers });
// a page that names no charset reads a script as that of its language: its strings are ASCII, as esbuild writes them
const minify = () => terser({ ecma: 2020, compress: { passes: 3 }, format: { ascii_only: true } });
const notice =
  '/*! secure-token-server, MIT. With parts of @noble/hashes, MIT, (c) 2022 Paul Miller (https://paulmillr.com) */';
const withoutComments = () => terser({ compress: false, mangle: false, format: { beautify: true, comments: 'some' } });
/** The types of core need the DOM library, which a server has not: the one type that it takes from there is copied. */
const typesInside = (/** @type {string} */ folder) => (folder === 'server' ? [withCoreInside] : []);
const isExternalType = (/** @type {string} */ folder) => (/** @type {string} */ id) =>
  fromPackages(id) && !(folder === 'server' && id === 'secure-token-core');
/** The packages that run in a page. Those of Node alone have one build. */
export const hasDevelopmentBuild = (/** @type {string} */ folder) => folder !== 'server' && folder !== 'cli';
export const ofDevelopment = (/** @type {string} */ file) => file.replace(/(?:\.min)?\.js$/, '.development.js');
const find = () => nodeResolve({ extensions: ['.ts', '.js'] });

/** The types of a script: it exports nothing. @returns {import('rollup').Plugin} */
const typesOfScript = (/** @type {string} */ file) => ({
  name: 'types-of-script',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: file.replace(/\.js$/, '.d.ts'), source: 'export {};\n' });
  },
});

/**
 * Names what a readable script adds to otherwise than CommonJS does, whose modules tools would take it for. A name of
 * the same length leaves the source map right.
 * @type {import('rollup').Plugin}
 */
const withoutCommonJsName = {
  name: 'without-common-js-name',
  renderChunk: (code) => ({ code: code.replaceAll(/\bexports(?=[.,);])/g, () => '$export'), map: null }),
};

/**
 * A file for script tags or a service worker, with everything inside. That of development is readable.
 * @returns {import('rollup').RollupOptions}
 */
const scriptFile = (
  /** @type {Row} */ { folder, input = 'index.ts', iife = '', global },
  /** @type {Build} */ kind,
) => {
  const isDefault = kind === 'default';
  return {
    input: `packages/${folder}/src/${input}`,
    plugins: [
      withCoreInside,
      withPrivateInside,
      // short names file by file, too: gzip finds more in them than in those that terser alone gives to the whole
      compile(folder, kind, isDefault),
      find(),
      isDefault ? minify() : withoutCommonJsName,
      ...(isDefault && !global ? [typesOfScript(iife)] : []),
    ],
    output: {
      file: `packages/${folder}/dist/${isDefault ? iife : ofDevelopment(iife)}`,
      format: 'iife',
      ...(global && { name: global }),
      exports: 'named',
      sourcemap: true,
    },
  };
};

/**
 * Takes the build before away, whose chunks may have other names: with the first files of a package, so that a build
 * which breaks off lacks some.
 * @type {import('rollup').Plugin}
 */
const withoutOldFiles = {
  name: 'without-old-files',
  generateBundle({ dir }, _, isWritten) {
    if (dir && isWritten) rmSync(dir, { recursive: true, force: true });
  },
};

const { author, repository } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

/**
 * Ships the page that the lines on the console name, with the first files of a package for browsers.
 * @type {import('rollup').Plugin}
 */
const pageOnErrors = {
  name: 'page-on-errors',
  generateBundle() {
    const path = 'docs/errors.md';
    const text = readFileSync(new URL(path, import.meta.url), 'utf8');
    const source = pageElsewhere({ text, path, organisation: repository && author });
    this.emitFile({ type: 'asset', fileName: 'errors.md', source });
  },
};

const inputsOf = (/** @type {Row} */ { folder, esm = '', with: others = [] }) =>
  Object.fromEntries(
    [esm, ...others]
      .map((file) => file.replace(/\.js$/, ''))
      .map((name) => [name, `packages/${folder}/src/${name}.ts`]),
  );

/** The modules of a package. @returns {import('rollup').RollupOptions} */
const modules = (/** @type {Row} */ row, /** @type {Build} */ kind, /** @type {boolean} */ isFirst) => {
  const first = hasDevelopmentBuild(row.folder) ? [withoutOldFiles, pageOnErrors] : [withoutOldFiles];
  const name = kind === 'default' ? '[name].js' : '[name].development.js';
  return {
    input: inputsOf(row),
    external: fromPackages,
    plugins: [withPrivateInside, compile(row.folder, kind), find(), ...(isFirst ? first : [])],
    output: {
      dir: `packages/${row.folder}/dist`,
      format: 'es',
      entryFileNames: name,
      chunkFileNames: `shared/${name}`,
      minifyInternalExports: false,
      // bundlers warn of an import that takes nothing, since no module has side effects
      hoistTransitiveImports: false,
      sourcemap: true,
    },
  };
};

/** @returns {import('rollup').RollupOptions} */
const typesOf = (/** @type {Row} */ row) => {
  const { folder, lib } = row;
  return {
    input: inputsOf(row),
    external: isExternalType(folder),
    plugins: [
      withPrivateInside,
      ...typesInside(folder),
      dts({ tsconfig: `packages/${folder}/tsconfig.json`, compilerOptions: { paths: {}, noEmit: false } }),
    ],
    output: {
      dir: `packages/${folder}/dist`,
      format: 'es',
      entryFileNames: '[name].d.ts',
      chunkFileNames: 'shared/[name].d.ts',
      ...(lib && { banner: `/// <reference lib="${lib}" />` }),
    },
  };
};

/** The outputs of a row without types. @returns {import('rollup').RollupOptions[]} */
const code = (/** @type {Row} */ row) => {
  const { folder, input, esm, script, bin } = row;
  const source = `packages/${folder}/src/${input}`;
  const dist = `packages/${folder}/dist`;
  if (script) {
    return [
      {
        input: source,
        plugins: [compile(folder), find(), withoutComments(), typesOfScript(script)],
        output: { file: `${dist}/${script}`, format: 'iife', banner: notice },
      },
    ];
  }
  if (bin) {
    return [
      {
        input: source,
        external: fromPackages,
        plugins: [compile(folder), find()],
        output: { file: `${dist}/${bin}`, format: 'es', banner: commandBanner },
      },
    ];
  }
  const kinds = /** @type {Build[]} */ (hasDevelopmentBuild(folder) ? ['development', 'default'] : ['default']);
  const isFirstRow = files.find((each) => each.folder === folder) === row;
  return kinds.map((kind, i) => (esm ? modules(row, kind, isFirstRow && i === 0) : scriptFile(row, kind)));
};

const build = (/** @type {Row} */ row) => [...code(row), ...(row.esm ? [typesOf(row)] : [])];

/** `npm run build`: what is shipped. `test/support/quick-build.mjs` is for whoever waits. */
export default files.flatMap(build);
