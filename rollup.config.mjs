import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { dts } from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';

/**
 * One row a file that is shipped. `iife` rows are `<script>` files with core inside; `esm` rows keep every package
 * import outside; `script` rows are self-contained files to read and paste.
 * @type {ReadonlyArray<{ folder: string, input?: string, esm?: string, iife?: string, global?: string, script?: string }>}
 */
const files = [
  { folder: 'core', esm: 'index.js' },
  { folder: 'hlsjs', esm: 'index.js' },
  { folder: 'hlsjs', iife: 'secure-token-hlsjs.min.js', global: 'SecureTokenHls' },
  { folder: 'videojs', esm: 'index.js' },
  { folder: 'videojs', iife: 'videojs-secure-token.min.js', global: 'videojsSecureToken' },
  { folder: 'server', esm: 'index.js' },
  { folder: 'server', input: 'jwt.ts', esm: 'jwt.js' },
  { folder: 'server', input: 'azion-firewall.ts', script: 'azion-firewall.js' },
];

const core = new URL('./packages/core/src/index.ts', import.meta.url).pathname;
const withCoreInside = {
  name: 'with-core-inside',
  resolveId: (/** @type {string} */ id) => (id === 'secure-token-core' ? core : null),
};
const fromPackages = [/^[@a-z]/];
const compile = () => esbuild({ target: 'es2022' });
const minify = () => terser({ ecma: 2020, compress: { passes: 3 } });
/** Keeps names and lines; drops comments, licences excepted. */
const tidy = () =>
  terser({
    compress: { defaults: false, dead_code: true, unused: true },
    mangle: false,
    format: { beautify: true, comments: /^!/, indent_level: 2 },
  });
const find = () => nodeResolve({ extensions: ['.ts', '.js'] });

/** @returns {import('rollup').RollupOptions[]} */
const build = (/** @type {typeof files[number]} */ { folder, input = 'index.ts', esm, iife, global, script }) => {
  const source = `packages/${folder}/src/${input}`;
  const dist = `packages/${folder}/dist`;
  if (script) {
    return [
      { input: source, plugins: [compile(), find(), tidy()], output: { file: `${dist}/${script}`, format: 'iife' } },
    ];
  }
  if (iife) {
    return [
      {
        input: source,
        plugins: [withCoreInside, compile(), find(), minify()],
        output: { file: `${dist}/${iife}`, format: 'iife', name: global, exports: 'named', sourcemap: true },
      },
    ];
  }
  return [
    {
      input: source,
      external: fromPackages,
      plugins: [compile(), find()],
      output: { file: `${dist}/${esm}`, format: 'es', sourcemap: true },
    },
    {
      input: source,
      external: fromPackages,
      plugins: [dts({ tsconfig: `packages/${folder}/tsconfig.json`, compilerOptions: { paths: {}, noEmit: false } })],
      output: { file: `${dist}/${esm?.replace(/\.js$/, '.d.ts')}`, format: 'es' },
    },
  ];
};

export default files.flatMap(build);
