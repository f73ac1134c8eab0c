import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rollup } from 'rollup';

/** What no browser loads. */
const NOT_FOR_BROWSERS = 'server';

/** The packages that run in a page. @type {(root: string) => string[]} */
const browserFolders = (root) => readdirSync(join(root, 'packages')).filter((folder) => folder !== NOT_FOR_BROWSERS);

/**
 * Builds what browsers load of these packages in the copy of the repository at `root`: as `npm run build` does, but
 * without types and not minified, which takes most of its time.
 * @param {string} root
 * @param {readonly string[]} [folders] below `packages/`. @default all that run in a page
 * @returns {Promise<void>}
 */
export async function build(root, folders = browserFolders(root)) {
  /** @type {{ default: import('rollup').RollupOptions[] }} */
  const { default: all } = await import(pathToFileURL(join(root, 'rollup.config.mjs')).href);
  for (const { input, output, plugins, ...options } of all) {
    const to = /** @type {import('rollup').OutputOptions} */ (output);
    const isWanted =
      folders.some((folder) => String(input).startsWith(`packages/${folder}/`)) && !to.file?.endsWith('.d.ts');
    if (!isWanted) continue;
    const kept = [plugins].flat().filter((plugin) => /** @type {{ name?: string }} */ (plugin)?.name !== 'terser');
    const bundle = await rollup({ ...options, input: join(root, String(input)), plugins: kept, logLevel: 'silent' });
    await bundle.write({ ...to, file: join(root, String(to.file)) });
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
