import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { files, ofDevelopment } from '../../rollup.config.mjs';
import { pages, withBar } from '../backend/pages.mjs';
import { spfEngine } from '../backend/spf-engine.mjs';

/** @type {(path: string) => string} */
const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The media that the pages play. */
const media = ['aes', 'dash', 'fmp4', 'll/frag.mp4', 'range', 'ts', 'v.mp4'];

/** Where the folders are that pages name: those of a server of Node, at the same addresses. */
const players = {
  // many hosts know no type for `.mjs`
  'hls.js/hls.js': 'node_modules/hls.js/dist/hls.min.mjs',
  'video.js/video.min.js': 'node_modules/video.js/dist/video.min.js',
  'video.js/video-js.min.css': 'node_modules/video.js/dist/video-js.min.css',
  'shaka-player/shaka-player.compiled.js': 'node_modules/shaka-player/dist/shaka-player.compiled.js',
  'dashjs/dash.all.min.js': 'node_modules/dashjs/dist/modern/esm/dash.all.min.js',
};
const packages = ['core', 'hlsjs', 'videojs', 'shaka', 'dashjs', 'fetch', 'progressive'];

/** The files of these packages that are for visitors, by those of development, which the example pages load. */
const shipped = new Map(
  files.flatMap(({ folder, esm, iife, with: others = [] }) =>
    [esm, iife, ...others]
      .filter((name) => name !== undefined)
      .map((name) => [`packages/${folder}/${ofDevelopment(name)}`, `packages/${folder}/${name}`]),
  ),
);

/**
 * Writes the example pages as files that any host of files can serve, in any folder. A service worker plays the servers.
 * @param {string} folder is made anew
 * @param {object} [options]
 * @param {(folder: string) => Promise<void>} [options.buildDocs] writes the documentation as pages. @default none
 */
export async function buildSite(folder, { buildDocs } = {}) {
  const out = (/** @type {string} */ path) => join(folder, path);
  /** @type {(path: string, data: string | Uint8Array) => void} */
  const write = (path, data) => {
    mkdirSync(dirname(out(path)), { recursive: true });
    writeFileSync(out(path), data);
  };
  const copy = (/** @type {string} */ from, /** @type {string} */ to) =>
    cpSync(inRepository(from), out(to), { recursive: true });

  rmSync(folder, { recursive: true, force: true });
  await buildDocs?.(out('docs'));
  for (const { file } of [{ file: 'index.html' }, ...pages.filter(({ servers }) => !servers)]) {
    const html = readFileSync(inRepository(`examples/${file}`), 'utf8');
    const page = withBar(html, { current: file, hasServers: false });
    const named = page.replace(/\bpackages\/[^"]+/g, (path) => shipped.get(path) ?? path);
    write(file, toPages(named.replace('hls.js/hls.min.mjs', 'hls.js/hls.js')));
  }
  copy('examples/page', 'page');
  copy('examples/site/addresses.js', 'addresses.js');
  for (const [to, from] of Object.entries(players)) copy(from, to);
  for (const name of packages) {
    const dist = readdirSync(inRepository(`packages/${name}/dist`), { recursive: true, encoding: 'utf8' });
    for (const file of dist.filter((path) => path.endsWith('.js') && !path.endsWith('.development.js')))
      copy(`packages/${name}/dist/${file}`, `packages/${name}/${file}`);
  }
  for (const path of media) copy(`test/media/${path}`, `media/${path}`);
  copy('docs/images', 'docs/images');
  write('spf/hls-video.js', await spfEngine('esm'));
  write('site-worker.js', await workerFile());
}

/** Links to the documentation lead to its pages. @type {(html: string) => string} */
const toPages = (html) =>
  html.replace(/href="docs\/([\w-]+)\.md/g, (_, name) => `href="docs/${name === 'README' ? 'index' : name}.html`);

/** The service worker in one file: Firefox and WebKit load no modules in it. @returns {Promise<string>} */
async function workerFile() {
  const { outputFiles } = await build({
    entryPoints: [inRepository('examples/site/worker.mjs')],
    bundle: true,
    write: false,
    format: 'iife',
    minify: true,
    target: 'es2022',
    logLevel: 'error',
  });
  return outputFiles.map(({ text }) => text).join('');
}
