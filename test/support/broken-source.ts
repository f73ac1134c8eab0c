import type { Plugin } from 'esbuild';

interface BrokenSource {
  readonly path: string;
  readonly contents: string;
}

/** Bundles a source as `npm run test:policies` has broken it: esbuild would read it as it is. */
export const brokenSource: Plugin = {
  name: 'broken-source',
  setup(build) {
    if (process.env.BROKEN_SOURCE === undefined) return;
    const { path, contents } = JSON.parse(process.env.BROKEN_SOURCE) as BrokenSource;
    build.onLoad({ filter: /\.ts$/ }, (asked) => (asked.path === path ? { contents, loader: 'ts' } : undefined));
  },
};
