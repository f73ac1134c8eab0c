import { fileURLToPath } from 'node:url';

const from = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The folder of the repository. */
export const root: string = from('');

const packages = ['core', 'dashjs', 'fetch', 'hlsjs', 'media-element', 'progressive', 'server', 'shaka', 'worker'];

/** Packages import each other from their sources, so that nothing has to be built. Longer names come first. */
export const alias: Record<string, string> = {
  'secure-token-core/adapter': from('packages/core/src/adapter.ts'),
  'secure-token-core/adopt': from('packages/core/src/adopt.ts'),
  'secure-token-core/playlists': from('packages/core/src/playlists.ts'),
  'secure-token-cli/doctor': from('packages/cli/src/doctor.ts'),
  'secure-token-progressive/download': from('packages/progressive/src/download.ts'),
  'secure-token-server/cat': from('packages/server/src/cat.ts'),
  'secure-token-server/jwt': from('packages/server/src/jwt.ts'),
  'secure-token-server/s3': from('packages/server/src/s3.ts'),
  'secure-token-server/sessions': from('packages/server/src/sessions.ts'),
  ...Object.fromEntries(packages.map((name) => [`secure-token-${name}`, from(`packages/${name}/src/index.ts`)])),
};

/** Constants that the build puts into the sources (build-constants.d.ts), for tests that bundle these by esbuild. */
export const define: Record<string, string> = { __DEVELOPMENT__: 'true' };
