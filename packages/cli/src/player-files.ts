import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The paths of hls.js and its plugin. */
export interface PlayerFiles {
  readonly hls: string;
  readonly plugin: string;
}

/** Looks from the current folder, then from this package; returns `undefined` unless both files are installed. */
export function findPlayerFiles(): PlayerFiles | undefined {
  for (const from of [join(process.cwd(), 'index.js'), import.meta.url]) {
    const { resolve } = createRequire(from);
    try {
      return {
        hls: resolve('hls.js/dist/hls.min.js'),
        plugin: resolve('secure-token-hlsjs/dist/secure-token-hlsjs.min.js'),
      };
    } catch {
      continue;
    }
  }
  return undefined;
}
