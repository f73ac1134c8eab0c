import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestTagDefinition } from 'vitest/config';
import { needsBuild } from './prepare.mjs';

/**
 * Programs that some tests need and no package brings, packages that are installed for `npm run test:all` alone, and the
 * build as it is shipped (`npm run build`), which `npm test` does without. A test names those that it needs as its tags:
 * `test('…', { tags: ['nginx'] }, …)`. Vitest skips it where one of them is missing.
 */
const programs = [
  'shipped-build',
  'nginx',
  'njs',
  'haproxy',
  'libfaketime',
  'redis',
  'python3',
  'php',
  'go',
  'java',
  'mono',
  'puma',
  'firefox',
  'webkit',
  'deno',
  'bun',
  'ajv',
  'fastify',
  'miniflare',
  's3rver',
  'verdaccio',
  'node-redis',
  'azion',
  'plot',
  'typedoc',
  'axe',
  'chromium-86',
  'chromium-76',
  'p2p-media-loader',
  'bittorrent-tracker',
  'rx-player',
  'ovenplayer',
] as const;
export type Program = (typeof programs)[number];

/** `TEST_PROGRAMS=none` hides them all, and the browser of this machine: what a bare machine does is seen anywhere. */
export const programsAreHidden: boolean = process.env.TEST_PROGRAMS === 'none';

const libraries = ['/usr/lib', '/usr/lib64'].flatMap((folder) =>
  existsSync(folder) ? [folder, ...readdirSync(folder).map((name) => join(folder, name))] : [],
);
const inLibraries = (path: string): string | undefined =>
  libraries.map((folder) => join(folder, path)).find((file) => existsSync(file));
const inFolders = (name: string): string | undefined =>
  ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
/** A file of that name may be a shim of a version manager, with no version behind it. */
const thatRuns = (name: string): string | undefined =>
  spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0 ? name : undefined;

const inPackagesOf = (folder: 'test/extra' | 'examples/azion' | '.ci', name: string): string | undefined => {
  const path = fileURLToPath(new URL(`../../${folder}/node_modules/${name}`, import.meta.url));
  return existsSync(path) ? path : undefined;
};
const inExtraPackages = (name: string): string | undefined => inPackagesOf('test/extra', name);
/**
 * A runtime that npm brings: one package for each system, of which npm installs those that fit. The package that all of
 * them belong to would put its binary in place by a script, which does not run here.
 */
const ofRuntimePackages = (scope: string, path: string): string | undefined => {
  const folder = inExtraPackages(scope);
  const files = folder === undefined ? [] : readdirSync(folder).map((name) => join(folder, name, path));
  return files.find((file) => existsSync(file) && thatRuns(file) !== undefined);
};

/** Returns what `nginx -V` says. */
export const describedBy = (nginx: string): string => spawnSync(nginx, ['-V'], { encoding: 'utf8' }).stderr;

const finders: Record<Program, () => string | undefined> = {
  'shipped-build': () => (needsBuild() ? undefined : 'packages'),
  nginx: () => {
    const file = inFolders('nginx');
    return file && describedBy(file).includes('http_secure_link_module') ? file : undefined;
  },
  // the module of an nginx, whose folder that nginx tells
  njs: () => {
    const nginx = inFolders('nginx');
    const folder = nginx && /--modules-path=(\S+)/.exec(describedBy(nginx))?.[1];
    const file = folder && join(folder, 'ngx_http_js_module.so');
    return file && existsSync(file) ? file : undefined;
  },
  // one that verifies JWTs, with the regular expressions of the file that is shipped
  haproxy: () => {
    const file = inFolders('haproxy');
    const told = file && spawnSync(file, ['-vv'], { encoding: 'utf8' }).stdout;
    return told && /version ([3-9]|\d\d)\./.test(told) && told.includes('USE_PCRE2=1') ? file : undefined;
  },
  libfaketime: () => inLibraries('faketime/libfaketime.so.1'),
  redis: () => inFolders('redis-server'),
  python3: () => thatRuns('python3'),
  php: () => thatRuns('php'),
  go: () => inFolders('go'),
  // with a compiler, and the one library that the endpoint in Java needs
  java: () => (existsSync('/usr/share/java/gson.jar') ? inFolders('javac') : undefined),
  // with a compiler, and the library with its JSON
  mono: () => (inLibraries('mono/4.5/System.Runtime.Serialization.dll') ? inFolders('mcs') : undefined),
  puma: () => inFolders('puma'),
  firefox: () => process.env.FIREFOX_PATH ?? inFolders('firefox-esr'),
  // one that plays MP4 and HLS, its driver, and a display for it
  webkit: () =>
    inLibraries('gstreamer-1.0/libgsthls.so') &&
    inLibraries('gstreamer-1.0/libgstlibav.so') &&
    inFolders('WebKitWebDriver') &&
    inFolders('xvfb-run') &&
    inLibraries('webkit2gtk-4.1/MiniBrowser'),
  deno: () => ofRuntimePackages('@deno', 'deno') ?? thatRuns('deno'),
  bun: () => ofRuntimePackages('@oven', 'bin/bun') ?? thatRuns('bun'),
  ajv: () => inExtraPackages('ajv'),
  fastify: () => inExtraPackages('fastify'),
  miniflare: () => inExtraPackages('miniflare'),
  'node-redis': () => inExtraPackages('redis'),
  s3rver: () => inExtraPackages('@20minutes/s3rver'),
  verdaccio: () => inExtraPackages('verdaccio/bin/verdaccio'),
  axe: () => inExtraPackages('axe-core/axe.min.js'),
  azion: () => inPackagesOf('examples/azion', 'azion'),
  plot: () => inPackagesOf('.ci', '@observablehq/plot'),
  typedoc: () => inPackagesOf('.ci', 'typedoc'),
  // as npm brings them, compressed
  'chromium-86': () => inExtraPackages('chromium-86/bin/chromium.br'),
  'chromium-76': () => inExtraPackages('chromium-76/bin/chromium-76.0.3803.0.br'),
  'p2p-media-loader': () => inExtraPackages('p2p-media-loader-hlsjs'),
  'bittorrent-tracker': () => inExtraPackages('bittorrent-tracker/server.js'),
  'rx-player': () => inExtraPackages('rx-player'),
  ovenplayer: () => inExtraPackages('ovenplayer'),
};

const found = new Map<Program, string | undefined>();

/** The file or command of a program; `undefined` where it is missing or hidden. */
export function pathOf(name: Program): string | undefined {
  if (!found.has(name)) found.set(name, programsAreHidden ? undefined : finders[name]());
  return found.get(name);
}

export const hasProgram = (name: Program): boolean => pathOf(name) !== undefined;

/** Returns tags of programs for the configuration of Vitest. */
export const programTags = (): TestTagDefinition[] =>
  programs.map((name) => ({ name, description: `Needs ${name}.`, ...(!hasProgram(name) && { skip: true }) }));

/** The first program that a test has missed; `undefined`: it was skipped for another reason. */
export const missedBy = (tags: readonly string[]): Program | undefined =>
  programs.find((name) => tags.includes(name) && !hasProgram(name));
