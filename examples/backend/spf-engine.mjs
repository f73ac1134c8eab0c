import { build } from 'esbuild';

/**
 * Video.js 10's own engine, SPF, in one file: it is shipped in almost two hundred, some of them under bare names.
 * @param {'esm' | 'iife'} format a module, or a script that makes the global `Spf`
 * @returns {Promise<string>}
 */
export async function spfEngine(format) {
  const { outputFiles } = await build({
    stdin: { contents: "export { HlsVideoAdapter } from '@videojs/spf/hls-video';", resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format,
    globalName: 'Spf',
  });
  return outputFiles.map(({ text }) => text).join('');
}
