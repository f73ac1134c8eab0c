import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pathOf } from './programs.ts';

/**
 * Azion's own polyfill of the firewall event and the one package it imports. `npm run test:all` has installed `azion`
 * with all of webpack and Babel, 560 MB. Elsewhere the event needs two archives of 2.2 MB together, which npm fetches
 * without their dependencies.
 */
const archives = [
  {
    name: 'azion',
    version: '3.1.2',
    sha512: 'Ngzxp7HO9p/odgyn79gdf67ONMelJuFJRZTTKHH7CP6CRI1Kz5vPhArv2Bxh6SPz++BC5WPiezehOLf9NwXA1g==',
  },
  {
    name: '@edge-runtime/primitives',
    version: '3.1.1',
    sha512: 'ROO22py+KdAfzqWZu6CtVMC4qV6mS0W1jPI51jGXE+uenyBUN7cQTWB9ReQc8Bm4cnjqmhajvpqEx3j7Y9iSOg==',
  },
];

const cache = resolve('node_modules/.cache');
const folder = join(cache, `azion-${archives[0]!.version}`);

/** `FirewallEventContext` as Azion publishes it; `undefined` where npm reaches no registry. */
export async function firewallEventContext(): Promise<(new (request: Request) => object) | undefined> {
  const installed = pathOf('azion');
  if (installed === undefined && !existsSync(folder) && !fetchArchives()) return undefined;
  const azion = installed ?? join(folder, 'node_modules/azion');
  const file = join(azion, 'packages/bundler/src/polyfills/azion/firewall-event/index.js');
  return ((await import(pathToFileURL(file).href)) as { default: new (request: Request) => object }).default;
}

/**
 * Fetches all archives or none: the folder gets its name when it is complete.
 * @throws for an archive other than the one known here
 */
function fetchArchives(): boolean {
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'azion-'));
  try {
    for (const { name, version, sha512 } of archives) {
      const packed = run('npm', [
        'pack',
        `${name}@${version}`,
        '--silent',
        '--prefer-offline',
        '--fetch-retries=0',
        '--pack-destination',
        draft,
      ]);
      if (packed === undefined) return false;
      const archive = join(draft, packed.trim());
      const digest = createHash('sha512').update(readFileSync(archive)).digest('base64');
      if (digest !== sha512)
        throw new Error(`${name}@${version} is not the archive that was published: sha512-${digest}`);
      const target = join(draft, 'node_modules', name);
      mkdirSync(target, { recursive: true });
      if (run('tar', ['-xzf', archive, '--strip-components=1', '-C', target]) === undefined) return false;
      rmSync(archive);
    }
    renameSync(draft, folder);
    return true;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Runs a command, and returns what the command printed, or `undefined` when it failed. */
function run(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 60_000,
    shell: process.platform === 'win32',
  });
  return status === 0 ? stdout : undefined;
}
