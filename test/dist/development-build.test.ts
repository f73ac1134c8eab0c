import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { browserPackages } from '../support/packages.ts';

/** Texts that help who writes an app, by the packages whose modules hold them. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  core: ['Did you mean', 'Known options:', 'the clock of the edge is ahead', 'live that much longer than meant'],
  hlsjs: ['was called after hls.loadSource()'],
  dashjs: ['was called after the player was given its source'],
  videojs: ['was called after player.src()'],
  worker: ['a service worker with other options has taken over'],
};
const all = Object.values(TEXTS).flat();

/** The scripts of a package, with their paths. */
const scriptsOf = (folder: string): string[] =>
  readdirSync(`packages/${folder}/dist`, { recursive: true })
    .map((name) => join(`packages/${folder}/dist`, String(name)))
    .filter((path) => path.endsWith('.js'));
const isDevelopment = (path: string): boolean => path.endsWith('.development.js');
const read = (paths: readonly string[]): string => paths.map((path) => readFileSync(path, 'utf8')).join('\n');

/** Bundles a page that imports `name`. @param conditions of its bundler */
async function bundled(name: string, conditions: string[]): Promise<{ text: string; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from '${name}';`, resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    conditions,
    write: false,
    metafile: true,
    // ours as they are shipped, where the type check goes to their sources
    tsconfigRaw: {},
  });
  return { text: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs).filter((path) => path !== '<stdin>') };
}

describe.each(browserPackages)('$json.name', { tags: ['shipped-build'] }, ({ folder, json: { name, unpkg } }) => {
  const scripts = scriptsOf(folder);

  test('the default build has none of the texts for development, that of development has all of its own', () => {
    const [development, others] = [
      read(scripts.filter(isDevelopment)),
      read(scripts.filter((it) => !isDevelopment(it))),
    ];
    expect(all.filter((text) => others.includes(text))).toEqual([]);
    expect((TEXTS[folder] ?? []).filter((text) => !development.includes(text))).toEqual([]);
  });

  test('every file of the default build has one for development beside it', () => {
    const others = scripts.filter((path) => !isDevelopment(path));
    expect(others.length).toBeGreaterThan(0);
    const missing = others.filter((path) => !scripts.includes(path.replace(/(?:\.min)?\.js$/, '.development.js')));
    expect(missing).toEqual([]);
  });

  test('a bundler takes one build of all packages: that of its conditions', async () => {
    const development = await bundled(name, ['development']);
    expect(development.inputs.filter((path) => !isDevelopment(path))).toEqual([]);
    expect(development.text).toContain('Did you mean');
    const others = await bundled(name, []);
    expect(others.inputs.filter(isDevelopment)).toEqual([]);
    expect(all.filter((text) => others.text.includes(text))).toEqual([]);
  });

  test('every script is ASCII, so that a page without a charset reads it as it is', () => {
    // eslint-disable-next-line no-control-regex -- the range of ASCII
    expect(scripts.filter((path) => /[^\x00-\x7f]/.test(readFileSync(path, 'utf8')))).toEqual([]);
  });

  test.runIf(unpkg)('the script for tags has one for development, which is readable and has core inside', () => {
    const text = readFileSync(`packages/${folder}/${unpkg!.replace('.min.js', '.development.js')}`, 'utf8');
    expect(text).toContain('Did you mean');
    expect(text).toContain('\n  ');
    // tools would take it for a module of CommonJS, and a part of them left would be a ReferenceError
    expect(text).not.toMatch(/\bexports\b/);
  });
});
