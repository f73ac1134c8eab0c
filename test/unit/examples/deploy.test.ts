import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { createSecretFile } from '../../../examples/deploy/secret-file.mjs';

const read = (name: string): string => readFileSync(`examples/deploy/${name}`, 'utf8');

describe('createSecretFile', () => {
  let path: string;
  let now: number;
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'));
    path = join(folder, 'current');
    now = 0;
    writeFileSync(path, 'first\n');
    onTestFinished(() => rmSync(folder, { recursive: true }));
  });
  const open = (): (() => string[]) => createSecretFile(path, () => now);

  test('a file that is replaced: its secrets a second later, in their order', () => {
    const secrets = open();
    writeFileSync(path, 'next\r\nfirst\n');
    now = 999;
    expect(secrets()).toEqual(['first']);
    now = 1000;
    expect(secrets()).toEqual(['next', 'first']);
  });

  test('a file that is empty or gone for a moment: the secrets stay, until it is there again', () => {
    const secrets = open();
    writeFileSync(path, '');
    now = 1000;
    expect(secrets()).toEqual(['first']);
    rmSync(path);
    now = 2000;
    expect(secrets()).toEqual(['first']);
    writeFileSync(path, 'next');
    now = 3000;
    expect(secrets()).toEqual(['next']);
  });
});

describe('the files of examples/deploy', () => {
  interface Service {
    readonly environment?: Readonly<Record<string, string>>;
    readonly stop_grace_period?: string;
  }
  const { services } = parse(read('compose.yaml'), { merge: true }) as { services: Readonly<Record<string, Service>> };
  const variables = [...read('settings.mjs').matchAll(/'([A-Z_]+)'|env\.([A-Z_]+)/g)].map(([, a, b]) => a ?? b!);

  test('each server of the balancer is a service with the environment of an instance', () => {
    const hosts = [...read('balancer.conf').matchAll(/^\s*server ([\w-]+):3000 /gm)].map(([, host]) => host!);
    expect(hosts).toHaveLength(2);
    for (const host of hosts) expect(Object.keys(services)).toContain(host);
    for (const host of hosts) expect(services[host]).toBe(services['endpoint-1']);
  });

  test('compose.yaml sets only what settings.mjs reads, and waits longer for a stop than the instance does', () => {
    const { environment = {}, stop_grace_period = '' } = services['endpoint-1']!;
    expect(Object.keys(environment).filter((name) => !variables.includes(name))).toEqual([]);
    expect(Number.parseInt(stop_grace_period)).toBeGreaterThan(Number(environment.STOP_SECONDS));
  });

  test('docs/production.md has a row on each variable, with its default', () => {
    const page = readFileSync('docs/production.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\S+) \|/gm)].map(([, name, value]) => [name!, value!]);
    expect(rows.map(([name]) => name).sort()).toEqual([...new Set(variables)].sort());
    for (const [, name, value] of read('settings.mjs').matchAll(/^ {4}\w+: wholeNumber\(env, '(\w+)', (\d+)\)/gm))
      expect(rows).toContainEqual([name, value]);
  });

  test('package.json names the versions that the tests run with', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const { version } = JSON.parse(readFileSync('packages/server/package.json', 'utf8')) as { version: string };
    const tested = { ...devDependencies, 'secure-token-server': `^${version}` };
    for (const [name, range] of Object.entries(dependencies)) expect(tested).toHaveProperty([name], range);
  });
});
