import { build } from 'esbuild';

/** The server package as one script that sets `server`, for runtimes that have nothing but Web standards. */
export async function bundleServer(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['packages/server/src/index.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'server',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
