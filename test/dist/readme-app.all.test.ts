import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { azion, createEdgeHandler } from 'secure-token-server';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { openChromium } from '../support/chromium.mjs';
import { freePort } from '../support/free-port.ts';
import type { LocalRegistry } from '../support/local-registry.ts';
import { startRegistry } from '../support/local-registry.ts';
import { packages } from '../support/packages.ts';

const run = promisify(execFile);
const SECRET = 'the secret of a test';

/** Code of a page, by language. */
const codeOf = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code!);
/** Commands of a page without their remarks. */
const commandsOf = (page: string): string[] =>
  codeOf(page, 'sh').flatMap((code) =>
    code
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '')),
  );
const installs = (page: string): string[] => commandsOf(page).filter((line) => line.startsWith('npm install '));

const readme = readFileSync('README.md', 'utf8');
/** Whether the pages speak of the time before the first release. */
const isMarked = readme.includes('first release');
const [inPage, onServer] = codeOf(readme, 'js') as [string, string];
const proxy = /`(server: \{ proxy: .*? \})`/.exec(readme)![1]!;

/** The edge of cdn.example.com, with the film that the README plays. */
const edge = createEdgeHandler({
  format: azion({ secret: SECRET }),
  origin: (request) => {
    const path = new URL(request.url).pathname.replace('/vod/7.m3u8', '/vod/i.m3u8');
    return createVodOrigin({ root: 'test/media/ts/lo', base: '/vod/' })(
      new Request(new URL(path, request.url), request),
    );
  },
  cors: { origins: '*' },
});

/** An empty app with the code of the README, beside a clone of the repository. */
class ReadmeApp {
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#env = { ...process.env, ...env };
  }

  /** Runs a command that the README shows. */
  async install(command: string): Promise<void> {
    await mkdir(this.folder);
    await writeFile(join(this.folder, 'package.json'), '{ "private": true, "type": "module" }');
    const [program, ...args] = command.split(' ');
    await run(program!, [...args, '--no-audit', '--no-fund'], { cwd: this.folder, env: this.#env });
  }

  async has(name: string): Promise<string> {
    const text = await readFile(join(this.folder, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  }

  /** Starts the endpoint and Vite, plays in Chromium, and returns what the edge was asked for. */
  async play(): Promise<{ asked: { url: string; status: number }[]; errors: unknown[] }> {
    const [endpoint, page] = [String(await freePort()), String(await freePort())];
    const files = {
      'index.html': '<!doctype html><video muted></video><script type="module" src="/main.js"></script>',
      'main.js': inPage,
      'server.js': onServer.replace('3000', endpoint),
      'vite.config.js': `export default { ${proxy.replace('3000', endpoint)} };`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.folder, name), text);
    const vite = [resolve('node_modules/vite/bin/vite.js'), '--host', '127.0.0.1', '--port', page, '--strictPort'];
    const programs = [['server.js'], vite].map((args) =>
      spawn(process.execPath, args, {
        cwd: this.folder,
        env: { ...this.#env, NODE_ENV: 'development', CDN_SECRET: SECRET },
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const browser = await openChromium();
    try {
      for (const port of [endpoint, page])
        await vi.waitFor(() => fetch(`http://127.0.0.1:${port}`), { timeout: 60_000, interval: 100 });
      const tab = await browser.newPage();
      const asked: { url: string; status: number }[] = [];
      const errors: unknown[] = [];
      tab.on('pageerror', (error) => errors.push(error));
      await tab.route('https://cdn.example.com/**', async (route) => {
        const response = await edge(new Request(route.request().url(), { headers: route.request().headers() }));
        asked.push({ url: route.request().url(), status: response.status });
        const body = Buffer.from(await response.arrayBuffer());
        await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
      });
      await tab.goto(`http://127.0.0.1:${page}/`);
      // it waits for as long as nothing plays
      await tab.evaluate(() => void document.querySelector('video')!.play());
      await tab.waitForFunction(() => document.querySelector('video')!.currentTime > 3, undefined, { timeout: 60_000 });
      return { asked, errors };
    } finally {
      await browser.close();
      for (const program of programs) {
        program.kill();
        await once(program, 'close');
      }
    }
  }
}

const expectPlayed = ({ asked, errors }: Awaited<ReturnType<ReadmeApp['play']>>): void => {
  expect(asked[0]!.url).toMatch(/^https:\/\/cdn\.example\.com\/vod\/7\.m3u8\?st=[\w-]+&e=\d+$/);
  expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
  expect(errors).toEqual([]);
};

describe("an empty app with Vite and hls.js, by README.md's text", { tags: ['verdaccio'] }, () => {
  /** Holds the clone and the apps. */
  let folder: string;
  let registry: LocalRegistry;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secure-token-readme-'));
    await symlink(process.cwd(), join(folder, 'secure-token'));
    registry = await startRegistry(join(folder, 'registry'));
    await registry.hold(['node_modules/hls.js', 'node_modules/@noble/hashes']);
  }, 120_000);
  afterAll(async () => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.runIf(isMarked)(
    'before the first release, it plays with the packages of `npm run pack`',
    async () => {
      const [pack, install] = [commandsOf(readme).find((line) => line === 'npm run pack'), installs(readme)[0]!];
      const [program, ...args] = pack!.split(' ');
      const { stdout } = await run(program!, args, { cwd: join(folder, 'secure-token') });
      expect(stdout).toContain(`  ${install.replaceAll('../secure-token/', `../${basename(process.cwd())}/`)}\n`);
      const app = new ReadmeApp(join(folder, 'packed-app'), registry.env);
      await app.install(install);
      expect(await app.has('secure-token-core')).toBe(packages[0]!.json.version);
      expectPlayed(await app.play());
    },
    400_000,
  );

  test('from the first release on, it plays with those of the registry, and no page says otherwise', async () => {
    const clone = join(folder, 'released');
    for (const path of ['.ci', 'docs', 'README.md', ...packages.map((each) => `packages/${each.folder}/README.md`)])
      await cp(path, join(clone, path), { recursive: true, filter: (file) => !file.includes('node_modules') });
    const tarballs = join(folder, 'tarballs');
    await mkdir(tarballs);
    await run('npm', ['pack', '--workspaces', '--pack-destination', tarballs]);
    const { stdout } = await run(process.execPath, [join(clone, '.ci/publish.mjs'), tarballs, '--provenance=false'], {
      env: { ...process.env, ...registry.env, NODE_AUTH_TOKEN: 'token' },
    });
    expect(stdout.includes('README.md')).toBe(isMarked);
    const released = await readFile(join(clone, 'README.md'), 'utf8');
    expect(released).not.toMatch(/first release|packed/);
    expect(installs(released)).toHaveLength(1);
    const app = new ReadmeApp(join(folder, 'registry-app'), registry.env);
    await app.install(installs(released)[0]!);
    expectPlayed(await app.play());
  }, 400_000);
});
