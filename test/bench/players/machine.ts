import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { launchChromium } from '../../support/chromium.mjs';
import { nginxVersion } from '../../support/nginx.ts';
import type { Machine } from './bench-results.ts';

const packages = ['hls.js', 'video.js', 'shaka-player', 'dashjs', '@videojs/spf'];

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version;

/** Describes what the figures depend on. */
export async function describeMachine(): Promise<Machine> {
  const browser = await launchChromium();
  const chromium = browser.version();
  await browser.close();
  const cores = cpus();
  return {
    processor: `${cores[0]?.model ?? 'unknown'}, ${cores.length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    Node: process.versions.node,
    Chromium: chromium,
    nginx: nginxVersion(),
    'Secure Token': versionOf('secure-token-core'),
    ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}
