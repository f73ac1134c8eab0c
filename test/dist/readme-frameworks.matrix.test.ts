import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorker } from '../support/frameworks.ts';
import { freePort } from '../support/free-port.ts';
import { runsMain, runsRest } from '../support/parts.ts';
import { pathOf } from '../support/programs.ts';
import { whileServed } from '../support/served.ts';

const folder = resolve('test/extra/node_modules/.cache/readme-frameworks');
const secret = 'mysecret';
const master = 'https://cdn.example.com/vod/7/master.m3u8';
const readme = readFileSync('packages/server/README.md', 'utf8');
const section = readme.slice(readme.indexOf('## Where it runs'), readme.indexOf('### `toNodeHandler'));
const codeBelow = (title: string): string =>
  new RegExp(`^\\*\\*${title}\\*\\*[^\\n]*\\n\\n\`\`\`ts\\n([\\s\\S]*?)^\`\`\``, 'm').exec(section)![1]!;

/** A file of the README with all it imports inside. */
async function bundled(title: string, edit = (code: string): string => code): Promise<string> {
  const name = title.replace(/\W+/g, '-');
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, edit(codeBelow(title)));
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    nodePaths: process.env.NODE_PATH?.split(':') ?? [],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}

const request = (origin = 'https://app.example.com'): Request =>
  new Request(`${origin}/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ urls: [master], reason: 'initial' }),
  });
const expectTokens = async (response: Response): Promise<void> => {
  expect([response.status, await response.json()]).toEqual([
    200,
    expect.objectContaining({ tokens: [expect.objectContaining({ url: master })] }),
  ]);
};

/** Runs `command` until its server has answered. */
const expectServes = (command: string, args: readonly string[], port: number): Promise<void> =>
  whileServed({ command, args, port, env: { CDN_SECRET: secret, PORT: String(port) } }, async (origin) =>
    expectTokens(await fetch(request(origin))),
  );

describe('the README of the server', () => {
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'token.ts'), /^```ts\n(\/\/ token\.ts\n[\s\S]*?)^```/m.exec(readme)![1]!);
    process.env.CDN_SECRET = secret;
  });
  afterAll(() => {
    delete process.env.CDN_SECRET;
  });

  const inNode = async (title: string): Promise<void> => {
    const port = await freePort();
    await expectServes(process.execPath, [await bundled(title, (code) => code.replace('3000', String(port)))], port);
  };
  if (runsMain) test('node:http', () => inNode('node:http'));
  if (runsMain) test('Express', () => inNode('Express'));
  if (runsRest) test('Fastify', { tags: ['fastify'] }, () => inNode('Fastify'));

  const imported = async (title: string): Promise<unknown> => import(pathToFileURL(await bundled(title)).href);

  if (runsMain)
    test('Next: it is built without a secret, and answers with one', async () => {
      delete process.env.CDN_SECRET;
      const { POST, OPTIONS } = (await imported('Next')) as Record<string, (request: Request) => Promise<Response>>;
      expect((await POST!(request())).status).toBe(503);
      process.env.CDN_SECRET = secret;
      await expectTokens(await POST!(request()));
      expect((await OPTIONS!(new Request('https://app.example.com/token', { method: 'OPTIONS' }))).status).toBe(204);
    });

  if (runsMain)
    test('Hono', async () => {
      const { default: app } = (await imported('Hono')) as {
        default: { fetch: (request: Request) => Promise<Response> };
      };
      await expectTokens(await app.fetch(request()));
    });

  if (runsRest)
    test('Cloudflare Workers', { tags: ['miniflare'] }, async () => {
      const { outputFiles } = await build({
        stdin: { contents: codeBelow('Cloudflare Workers'), resolveDir: folder, loader: 'ts' },
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'neutral',
        mainFields: ['module', 'main'],
        logLevel: 'silent',
      });
      const worker = startWorker({
        modules: true,
        // it would ask Cloudflare where this machine is
        cf: false,
        compatibilityDate: '2024-09-23',
        script: outputFiles[0]!.text,
        bindings: { CDN_SECRET: secret },
      });
      try {
        const { url, method, headers } = request();
        for (const body of [await request().text(), await request().text()]) {
          const response = await worker.dispatchFetch(url, { method, headers: Object.fromEntries(headers), body });
          await expectTokens(response);
        }
      } finally {
        await worker.dispose();
      }
    });

  test('Deno and Bun: a module whose default export has `fetch`', async () => {
    const { default: served } = (await imported('Deno')) as {
      default: { fetch: (request: Request) => Promise<Response> };
    };
    await expectTokens(await served.fetch(request()));
  });
  if (runsRest)
    test('Deno', { tags: ['deno'] }, async () => {
      const port = await freePort();
      const file = await bundled('Deno');
      await expectServes(pathOf('deno')!, ['serve', '--allow-env', '--port', String(port), file], port);
    });
  if (runsRest)
    test('Bun', { tags: ['bun'] }, async () => {
      await expectServes(pathOf('bun')!, [await bundled('Deno')], await freePort());
    });
});
