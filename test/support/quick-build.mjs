// npm run build:quick: all files that packages ship, in two seconds, for `npm start` and for tests in browsers while
// somebody works. Without types, and not the bytes that are shipped: those are made by `npm run build`.
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';
import {
  commandBanner,
  constants,
  files,
  hasDevelopmentBuild,
  ofDevelopment,
  sourceOf,
  targetOf,
} from '../../rollup.config.mjs';

/** @typedef {import('../../rollup.config.mjs').Row} Row */

const core = ['', '/adapter', '/playlists', '/adopt'].map((entry) => [
  `secure-token-core${entry}`,
  sourceOf('core', entry.slice(1) || 'index'),
]);
const mediaElement = ['secure-token-media-element', sourceOf('media-element')];

/** @type {(row: Row, kind: import('../../rollup.config.mjs').Build) => Promise<import('esbuild').OutputFile[]>} */
async function buildRow({ folder, input, esm, iife, script, bin, global, with: others = [] }, kind) {
  const isDefault = kind === 'default';
  const isScript = iife !== undefined || script !== undefined;
  const entries = [esm, iife, script, bin, ...others]
    .filter((name) => name !== undefined)
    .map((name) => ({
      in: sourceOf(folder, input?.replace(/\.ts$/, '') ?? (esm ? name.replace(/\.js$/, '') : 'index')),
      out: (isDefault ? name : ofDevelopment(name)).replace(/\.js$/, ''),
    }));
  const { outputFiles } = await build({
    write: false,
    entryPoints: entries,
    outdir: `packages/${folder}/dist`,
    chunkNames: 'shared/[name]-[hash]',
    bundle: true,
    splitting: others.length > 0,
    format: isScript ? 'iife' : 'esm',
    ...(!isScript && { packages: 'external' }),
    ...(global !== undefined && { globalName: global }),
    // whose `paths` would take every package inside
    tsconfigRaw: {},
    alias: Object.fromEntries([mediaElement, ...(isScript ? core : [])]),
    minify: iife !== undefined && isDefault,
    ...targetOf(folder),
    define: constants(kind),
    // the others ship without one
    sourcemap: esm !== undefined || iife !== undefined,
    banner: { js: bin === undefined ? '' : commandBanner },
  });
  return outputFiles;
}

const begun = new Date();
/** @type {import('esbuild').OutputFile[]} */
const built = [];
for (const row of files) {
  if (hasDevelopmentBuild(row.folder)) built.push(...(await buildRow(row, 'development')));
  built.push(...(await buildRow(row, 'default')));
}

// Only now: a source that cannot be built leaves the build before as it is. All of it goes, as the types of what is
// shipped beside other code would pass for a whole build.
for (const { folder } of files) rmSync(`packages/${folder}/dist`, { recursive: true, force: true });
for (const { path, contents } of built) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  // a source that somebody changes meanwhile is newer
  utimesSync(path, begun, begun);
}
