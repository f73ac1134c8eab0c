import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { azion, signUrl } from 'secure-token-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { pathOf } from '../support/programs.ts';
import { whileServed } from '../support/served.ts';

const secret = 'mysecret';
const film = 'https://cdn.example.com/vod/film.mp4';
const format = azion({ secret });
const asked: string[] = [];
const origin = createServer((request, response) => {
  asked.push(request.url!);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (!range) return response.end('0123456789');
  const [first, last] = [Number(range[1]), Number(range[2])];
  return response
    .writeHead(206, { 'Content-Range': `bytes ${first}-${last}/10` })
    .end('0123456789'.slice(first, last + 1));
});

/** Serves the endpoint below `/token`, and the edge everywhere else. */
const served = (originHref: string): string => `
  import { createEdgeHandler, createSigningEndpoint, azion } from 'secure-token-server';
  const format = azion({ secret: '${secret}' });
  const token = createSigningEndpoint({
    format,
    allow: 'https://cdn.example.com/vod/',
    ttl: 300,
    authorize: (request) => request.headers.get('Authorization') === 'Bearer anna',
  });
  const edge = createEdgeHandler({ format, origin: '${originHref}', protect: '/vod/' });
  export default {
    hostname: '127.0.0.1',
    fetch: (request) => (new URL(request.url).pathname === '/token' ? token(request) : edge(request)),
  };`;

let folder: string;
let file: string;
beforeAll(async () => {
  await new Promise<void>((done) => origin.listen(0, '127.0.0.1', done));
  folder = mkdtempSync(join(tmpdir(), 'deno-and-bun-'));
  file = join(folder, 'server.mjs');
  await build({
    stdin: {
      contents: served(`http://127.0.0.1:${(origin.address() as AddressInfo).port}/`),
      resolveDir: resolve('test/dist'),
    },
    ...{ outfile: file, bundle: true, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'] },
    logLevel: 'silent',
  });
});
afterAll(() => {
  origin.close();
  rmSync(folder, { recursive: true, force: true });
});

type Command = (port: number) => { command: string; args: string[] };

/** Expects a served endpoint and edge to treat a player and a stranger as they should, over HTTP. */
const expectToServe = async (commandFor: Command): Promise<void> => {
  const port = await freePort();
  await whileServed({ ...commandFor(port), port, env: { PORT: String(port) } }, async (server) => {
    const call = (authorization: string): Promise<Response> =>
      fetch(`${server}/token`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: authorization },
        body: JSON.stringify({ urls: [film], reason: 'initial' }),
      });
    const watch = async (url: string, headers: Record<string, string> = {}) => {
      const { pathname, search } = new URL(url);
      const response = await fetch(server + pathname + search, { headers });
      return [response.status, response.headers.get('Content-Range'), await response.text()];
    };

    expect((await call('Bearer ben')).status).toBe(403);
    const granted = await call('Bearer anna');
    const { tokens } = (await granted.json()) as { tokens: { query: Record<string, string> }[] };
    expect([granted.status, tokens.length]).toEqual([200, 1]);
    const signed = `${film}?${new URLSearchParams(tokens[0]!.query)}`;

    asked.length = 0;
    expect(await watch(signed)).toEqual([200, null, '0123456789']);
    expect(await watch(signed, { Range: 'bytes=2-5' })).toEqual([206, 'bytes 2-5/10', '2345']);
    expect(asked.splice(0)).toEqual(['/vod/film.mp4', '/vod/film.mp4']);

    expect((await watch(film))[0]).toBe(403);
    expect((await watch(signed.replace('film', 'other')))[0]).toBe(403);
    expect((await watch(await signUrl(film, { format, expires: 1_470_055_000 })))[0]).toBe(410);
    expect(asked).toEqual([]);
  });
};

describe('the signing endpoint and the edge handler, as they are built, serve a film over HTTP', () => {
  test('in Deno', { tags: ['deno'] }, () =>
    expectToServe((port) => ({
      command: pathOf('deno')!,
      args: ['serve', '--no-prompt', '--allow-net', '--host', '127.0.0.1', '--port', String(port), file],
    })),
  );

  test('in Bun', { tags: ['bun'] }, () => expectToServe(() => ({ command: pathOf('bun')!, args: [file] })));
});
