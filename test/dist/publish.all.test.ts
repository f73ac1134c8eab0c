import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';

const run = promisify(execFile);

/** A registry of npm: it holds what is published to it, under names that begin with `taken` nothing. */
class Registry {
  readonly published: string[] = [];
  readonly #versions = new Map<string, unknown>();

  async answer(request: Request): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    if (request.method === 'PUT') {
      if (name.startsWith('taken')) return Response.json({ error: 'It belongs to somebody else.' }, { status: 403 });
      const { versions } = (await request.json()) as { versions: unknown };
      this.#versions.set(name, versions);
      this.published.push(name);
      return Response.json({ ok: true }, { status: 201 });
    }
    const versions = this.#versions.get(name);
    if (!versions) return Response.json({ error: 'Not found' }, { status: 404 });
    return Response.json({ name, versions, 'dist-tags': { latest: '1.0.0' } });
  }
}

describe('.ci/publish.mjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'publish-'));
  let registry: Registry;
  let at: Listening;

  /** Tarballs of packages, all of version 1.0.0. */
  const pack = async (
    name: string,
    packages: readonly ({ name: string } & Record<string, unknown>)[],
  ): Promise<void> => {
    mkdirSync(join(folder, name));
    for (const facts of packages) {
      const source = join(folder, name, facts.name);
      mkdirSync(source);
      writeFileSync(join(source, 'package.json'), JSON.stringify({ version: '1.0.0', ...facts }));
      await run('npm', ['pack', '--pack-destination', join(folder, name)], { cwd: source });
    }
  };
  beforeAll(async () => {
    await pack('all', [
      { name: 'a-command', dependencies: { 'the-server': '1.0.0', other: '^1.0.0' } },
      { name: 'built-into-others', private: true },
      { name: 'the-server', dependencies: {} },
    ]);
    await pack('one-taken', [{ name: 'one' }, { name: 'taken' }, { name: 'two' }]);
    await pack('with-provenance', [{ name: 'proven', publishConfig: { provenance: true } }]);
    await pack('none', []);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    registry = new Registry();
    at = await listen((request) => registry.answer(request));
  });
  afterEach(() => at.close());

  const publish = async (...args: string[]): Promise<{ code: number; err: string }> => {
    const npm = { registry: `${at.origin}/`, cache: join(folder, `cache-${new URL(at.origin).port}`) };
    const env = Object.fromEntries(Object.entries(npm).map(([name, value]) => [`npm_config_${name}`, value]));
    const options = { cwd: folder, env: { ...process.env, ...env, NODE_AUTH_TOKEN: 'token' } };
    return run(process.execPath, [resolve('.ci/publish.mjs'), ...args], options).then(
      ({ stderr }) => ({ code: 0, err: stderr }),
      (error: unknown) => {
        const { code, stderr } = error as { code: number; stderr: string };
        return { code, err: stderr };
      },
    );
  };

  test('publishes each package behind what it depends on, and none that is private; run again, nothing', async () => {
    expect(await publish('all')).toMatchObject({ code: 0 });
    expect(registry.published).toEqual(['the-server', 'a-command']);
    expect(await publish('all')).toMatchObject({ code: 0 });
    expect(registry.published).toEqual(['the-server', 'a-command']);
  });

  test('ends with the first package that the registry refuses', async () => {
    expect(await publish('one-taken')).toMatchObject({ code: 1, err: expect.stringContaining('somebody else') });
    expect(registry.published).toEqual(['one']);
  });

  test('gives its options to npm publish: without a build service npm refuses to sign where a package comes from', async () => {
    const { code, err } = await publish('all', '--provenance');
    expect([code, registry.published]).toEqual([1, []]);
    expect(err).toMatch(/provenance/i);
  });

  test('publishes by no hand what asks for provenance in its publishConfig, as our packages do', async () => {
    const { code, err } = await publish('with-provenance');
    expect([code, registry.published]).toEqual([1, []]);
    expect(err).toMatch(/provenance/i);
  });

  test.each([
    ['no folder', [], /FOLDER is missing\. Give/],
    ['a folder without a tarball', ['none'], /no tarball of a package\. Run npm pack/],
  ])('says what to do for %s', async (_, args, message) => {
    expect(await publish(...args)).toMatchObject({ code: 1, err: expect.stringMatching(message) });
  });
});
