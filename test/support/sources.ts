import { fileURLToPath } from 'node:url';

const from = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The folder of the repository. */
export const root: string = from('');

/** Packages import each other from their sources, so that nothing has to be built. */
export const alias: Record<string, string> = Object.fromEntries(
  ['core', 'dashjs', 'fetch', 'hlsjs', 'media-element', 'progressive', 'server', 'shaka', 'worker'].map((name) => [
    `secure-token-${name}`,
    from(`packages/${name}/src/index.ts`),
  ]),
);
