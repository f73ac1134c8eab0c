import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rollup } from 'rollup';

/** The folder of the package that no browser loads. */
const NOT_FOR_BROWSERS = 'server';

/** The packages that run in a page. @type {(root: string) => string[]} */
const browserFolders = (root) => readdirSync(join(root, 'packages')).filter((folder) => folder !== NOT_FOR_BROWSERS);

/** @type {(root: string, input: import('rollup').InputOption | undefined) => import('rollup').InputOption} */
function within(root, input = '') {
  if (typeof input === 'string') return join(root, input);
  return Object.fromEntries(Object.entries(input).map(([name, path]) => [name, join(root, path)]));
}

/**
 * Builds what browsers load of these packages in the copy of the repository at `root`: as `npm run build` does, but
 * without types and not minified, which takes most of its time.
 * @param {string} root
 * @param {readonly string[]} [folders] below `packages/`. @default all that run in a page
 * @returns {Promise<void>}
 */
export async function build(root, folders = browserFolders(root)) {
  /** @type {typeof import('../../rollup.config.mjs')} */
  const { default: configuration } = await import(pathToFileURL(join(root, 'rollup.config.mjs')).href);
  for (const { input, output, plugins, ...options } of configuration) {
    const { file, dir, ...to } = /** @type {import('rollup').OutputOptions} */ (output);
    const inputs = typeof input === 'string' ? [input] : Object.values(/** @type {Record<string, string>} */ (input));
    const isOfOne = folders.some((folder) => inputs[0]?.startsWith(`packages/${folder}/`));
    const isOfTypes = String(to.entryFileNames).endsWith('.d.ts');
    if (!isOfOne || isOfTypes) continue;
    const kept = [plugins].flat().filter((plugin) => /** @type {{ name?: string }} */ (plugin)?.name !== 'terser');
    const bundle = await rollup({ ...options, input: within(root, input), plugins: kept, logLevel: 'silent' });
    await bundle.write({ ...to, ...(file ? { file: join(root, file) } : { dir: join(root, String(dir)) }) });
    await bundle.close();
  }
}

/** Packages that are built into others. @type {(root: string) => Readonly<Record<string, readonly string[]>>} */
const builtInto = (root) => ({ core: browserFolders(root), 'media-element': ['progressive', 'videojs', 'fetch'] });

/** The packages in whose files a change of `file` ends up. @type {(root: string, file: string) => readonly string[]} */
export function concerned(root, file) {
  const [, folder = ''] = file.split('/');
  return builtInto(root)[folder] ?? [folder];
}
