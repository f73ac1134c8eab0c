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

const folder = resolve('test/extra/node_modules/.cache/docs-runtimes');
const secret = 'mysecret';
const master = 'https://cdn.example.com/vod/7/master.m3u8';
const blocks = [...readFileSync('docs/endpoint.md', 'utf8').matchAll(/^```(?:js|ts)\n([\s\S]*?)^```/gm)];
/** The file of the page whose first line is its name. */
const codeOf = (name: string): string => blocks.find(([, code]) => code!.startsWith(`// ${name}\n`))![1]!;

/** A file of the page with all it imports inside. */
async function bundled(name: string, edit = (code: string): string => code): Promise<string> {
  const file = join(folder, name.replaceAll('/', '-'));
  writeFileSync(file, edit(codeOf(name)));
  const outfile = `${file}.bundle.mjs`;
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
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(
    expect.objectContaining({ tokens: [expect.objectContaining({ url: master })] }),
  );
};

/** Runs `command` until its server has answered. */
const expectServes = (command: string, args: readonly string[], port: number): Promise<void> =>
  whileServed({ command, args, port, env: { CDN_SECRET: secret, PORT: String(port) } }, async (origin) =>
    expectTokens(await fetch(request(origin))),
  );

describe('docs/endpoint.md', () => {
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // Next's file imports './token'
    for (const name of ['token.mjs', 'token.ts']) writeFileSync(join(folder, name), codeOf('token.mjs'));
    process.env.CDN_SECRET = secret;
  });
  afterAll(() => {
    delete process.env.CDN_SECRET;
  });

  if (runsRest)
    test('Fastify', { tags: ['fastify'] }, async () => {
      const port = await freePort();
      const file = await bundled('fastify.mjs', (code) => code.replace('3000', String(port)));
      await expectServes(process.execPath, [file], port);
    });

  const imported = async (name: string): Promise<unknown> => import(pathToFileURL(await bundled(name)).href);

  if (runsMain)
    test('Next: it is built without a secret, and answers with one', async () => {
      delete process.env.CDN_SECRET;
      const { POST, OPTIONS } = (await imported('app/token/route.ts')) as Record<
        string,
        (request: Request) => Promise<Response>
      >;
      expect((await POST!(request())).status).toBe(503);
      process.env.CDN_SECRET = secret;
      await expectTokens(await POST!(request()));
      expect((await OPTIONS!(new Request('https://app.example.com/token', { method: 'OPTIONS' }))).status).toBe(204);
    });

  if (runsMain)
    test('Hono', async () => {
      const { default: app } = (await imported('hono.mjs')) as {
        default: { fetch: (request: Request) => Promise<Response> };
      };
      await expectTokens(await app.fetch(request()));
    });

  if (runsRest)
    test('Cloudflare Workers', { tags: ['miniflare'] }, async () => {
      const { outputFiles } = await build({
        stdin: { contents: codeOf('worker.ts'), resolveDir: folder, loader: 'ts' },
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
    const { default: served } = (await imported('serve.mjs')) as {
      default: { fetch: (request: Request) => Promise<Response> };
    };
    await expectTokens(await served.fetch(request()));
  });
  if (runsRest)
    test('Deno', { tags: ['deno'] }, async () => {
      const port = await freePort();
      const file = await bundled('serve.mjs');
      await expectServes(pathOf('deno')!, ['serve', '--allow-env', '--port', String(port), file], port);
    });
  if (runsRest)
    test('Bun', { tags: ['bun'] }, async () => {
      await expectServes(pathOf('bun')!, [await bundled('serve.mjs')], await freePort());
    });
});
