import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

/**
 * What `entry` weighs in a page in bytes: bundled with all it imports, minified, gzipped.
 * @param name of one export, for a page that imports nothing else
 */
export async function bundleSize(entry: string, name = '*'): Promise<number> {
  const contents = `export ${name === '*' ? name : `{ ${name} }`} from './${entry}';`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const { code } = await minify(outputFiles[0]!.text, { module: true, ecma: 2020, compress: { passes: 3 } });
  return gzipSync(code!, { level: 9 }).length;
}
