import { register } from 'node:module';
import { transform } from 'esbuild';

// node --import ./test/bench/typescript.mjs: files in TypeScript run as they are. Node 20 cannot do that by itself.
if (!import.meta.url.includes('?hooks')) register(`${import.meta.url}?hooks`);

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!new URL(url).pathname.endsWith('.ts')) return nextLoad(url, context);
  const { source } = await nextLoad(url, { ...context, format: 'module' });
  const { code } = await transform(String(source), { loader: 'ts', format: 'esm', target: 'es2022' });
  return { format: 'module', source: code, shortCircuit: true };
}
