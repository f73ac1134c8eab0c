import { serve } from '@hono/node-server';
import type { ServerType } from '@hono/node-server';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createEdgeHandler, azion, signUrl } from '../../../../packages/server/src/index.ts';

const format = azion({ secret: 'mysecret' });
const seen: { url: string | undefined; headers: Record<string, unknown> }[] = [];
let originLeft: () => void = () => {};
const origin = createServer((request, response) => {
  seen.push({ url: request.url, headers: request.headers });
  if (request.url?.endsWith('/moved')) return response.writeHead(302, { Location: '/elsewhere' }).end();
  if (request.url?.endsWith('/gzip'))
    return response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('plain text'));
  if (request.url?.endsWith('/slow')) {
    response.write('first');
    return response.on('close', originLeft);
  }
  response.setHeader('Connection', 'keep-alive, X-Hop');
  response.setHeader('X-Hop', '1');
  response.setHeader('Set-Cookie', ['a=1', 'b=2']);
  return response.end('hello');
});
const servers: { close: () => void }[] = [origin];
const listen = (fetch: (request: Request) => Promise<Response>): Promise<string> =>
  new Promise((resolve) => {
    const server: ServerType = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}`),
    );
    servers.push(server);
  });

let edge: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/bucket/`;
  edge = await listen(createEdgeHandler({ format, origin: base }));
});
// the server of Hono puts its own in their place
const natives = { Request, Response };
afterAll(() => {
  servers.forEach((server) => server.close());
  Object.assign(globalThis, natives);
});

describe('over HTTP', () => {
  test('the origin is asked below its base path, under its own name, without the token', async () => {
    const response = await fetch(await signUrl(`${edge}/vod/a%20b.mp4?x=1`, { format, expiresIn: 60 }));
    expect([response.status, await response.text()]).toEqual([200, 'hello']);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(seen.at(-1)).toMatchObject({ url: '/bucket/vod/a%20b.mp4?x=1', headers: { 'accept-encoding': 'identity' } });
    expect(seen.at(-1)?.headers.host).not.toBe(new URL(edge).host);
  });

  test('redirects go back to the viewer, an insisting compression is undone', async () => {
    const moved = await fetch(await signUrl(`${edge}/moved`, { format, expiresIn: 60 }), { redirect: 'manual' });
    expect([moved.status, moved.headers.get('Location')]).toEqual([302, '/elsewhere']);
    const zipped = await fetch(await signUrl(`${edge}/gzip`, { format, expiresIn: 60 }));
    expect([await zipped.text(), zipped.headers.get('Content-Encoding')]).toEqual(['plain text', null]);
  });

  test('a viewer who leaves ends the request to the origin', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}); // The adapter reports viewers who leave.
    const url = await signUrl(`${edge}/slow`, { format, expiresIn: 60 });
    const leave = new AbortController();
    const left = new Promise<void>((resolve) => (originLeft = resolve));
    const response = await fetch(url, { signal: leave.signal });
    await response.body!.getReader().read();
    leave.abort();
    await left;
  });
});
