import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSigningEndpoint, azion } from '../../packages/server/src/index.ts';
import { createSessions, memoryStore } from '../../packages/server/src/sessions.ts';
import { openChromium } from '../support/chromium.mjs';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import { alias, define } from '../support/sources.ts';

/** Far less than the minutes for which a page that says nothing keeps its place. */
const AT_ONCE = { timeout: 30_000 };

const film = 'https://cdn.example.com/vod/7/a.mp4';
const docs = readFileSync('docs/sessions.md', 'utf8');
/** The code of the page, as the documentation has it. */
const leaving = /^```ts\n((?:(?!```)[\s\S])*?export function leaveWhenClosed[\s\S]*?)^```/m.exec(docs)![1]!;
const sessions = createSessions({ store: memoryStore(), viewer: () => 'anna', limit: 1 });
const endpoint = createSigningEndpoint({
  format: azion({ secret: 'mysecret' }),
  allow: 'https://cdn.example.com/',
  ttl: 300,
  authorize: () => true,
  sessions,
});

let server: Listening;
let browser: Awaited<ReturnType<typeof openChromium>>;
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createTokenSource } from 'secure-token-core';
        ${leaving}
        const source = createTokenSource({ endpoint: '/token', protect: 'https://cdn.example.com/' });
        leaveWhenClosed(source);
        window.begins = () => source.sign('${film}').then(() => 'plays', (error) => error.type);`,
      resolveDir: resolve('.'),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'iife',
    alias,
    define,
    logLevel: 'silent',
  });
  const html = `<!doctype html><link rel="icon" href="data:,"><script>${outputFiles[0]!.text}</script>`;
  server = await listen(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/token') return endpoint(request);
    if (pathname !== '/leave') return new Response(html, { headers: { 'Content-Type': 'text/html' } });
    // as the documentation has it
    if (Number(request.headers.get('content-length') ?? 23) > 22) return new Response(null, { status: 413 });
    await sessions.leave(request.clone(), await request.text());
    return new Response(null, { status: 204 });
  });
  browser = await openChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const begins = (page: Page): Promise<string> =>
  page.evaluate(() => (window as unknown as { begins: () => Promise<string> }).begins());

test('a page that is closed, or loaded anew, frees its place at once', async () => {
  const [first, second] = [await browser.newPage(), await browser.newPage()];
  for (const page of [first, second]) await page.goto(server.origin);
  expect(await begins(first)).toBe('plays');
  expect(await begins(second)).toBe('urn:secure-token:session-limit');
  await first.reload();
  await vi.waitFor(async () => expect(await sessions.list('anna')).toEqual([]), AT_ONCE);
  expect(await begins(first)).toBe('plays');
  await first.close({ runBeforeUnload: true });
  await vi.waitFor(async () => expect(await sessions.list('anna')).toEqual([]), AT_ONCE);
  await second.reload();
  expect(await begins(second)).toBe('plays');
});
