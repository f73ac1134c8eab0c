import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

/**
 * Returns the bytes that `entry` weighs in a page: bundled with all it imports, minified, gzipped.
 * @param name of one export, for a page that imports nothing else
 */
export async function bundleSize(entry: string, name?: string): Promise<number> {
  const page = { contents: `export { ${name} } from './${entry}';`, resolveDir: process.cwd() };
  const { outputFiles } = await build({
    ...(name ? { stdin: page } : { entryPoints: [entry] }),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    // ours as they are shipped, where the type check goes to their sources
    tsconfigRaw: {},
  });
  const { code } = await minify(outputFiles[0]!.text, { module: true, ecma: 2020, compress: { passes: 3 } });
  return gzipSync(code!, { level: 9 }).length;
}
