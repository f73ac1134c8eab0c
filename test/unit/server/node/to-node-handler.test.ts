import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEdgeHandler, toNodeHandler } from '../../../../packages/server/src/index.ts';
import type { NodeHandlerOptions } from '../../../../packages/server/src/index.ts';
import { startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';
import { endpoint, format, master } from '../../../support/signing-endpoint.ts';

type Handler = (request: Request) => Response | Promise<Response>;

let running: NodeServer | undefined;
const serve = async (handler: Handler, options?: NodeHandlerOptions): Promise<string> => {
  running = await startNodeServer(toNodeHandler(handler, options));
  return running.origin;
};
afterEach(() => running?.stop());

const send = async (
  url: string,
  { headers = {}, method = 'GET', path }: { headers?: OutgoingHttpHeaders; method?: string; path?: string } = {},
): Promise<IncomingMessage & { text: string }> => {
  const request = httpRequest(url, { headers, method, ...(path !== undefined && { path }) }).end();
  const [message] = (await once(request, 'response')) as [IncomingMessage];
  return Object.assign(message, { text: await text(message) });
};
const json = { 'Content-Type': 'application/json' };

describe('toNodeHandler', () => {
  test('serves the signing endpoint with node:http', async () => {
    const origin = await serve(endpoint({ cors: { origins: ['https://app.example.com'] } }));
    const ask = (body: string) => fetch(`${origin}/token`, { method: 'POST', headers: json, body });
    const response = await ask(JSON.stringify({ urls: [master] }));
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toMatchObject({ tokens: [{ url: master }], denied: [] });
    expect((await ask('{')).status).toBe(400);
    expect((await fetch(`${origin}/token`)).status).toBe(405);
    const preflight = await fetch(`${origin}/token`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('Access-Control-Allow-Methods')]).toEqual([204, 'POST, OPTIONS']);
  });

  test('a body that is too long is a 413, with or without a length, and the connection goes on', async () => {
    const origin = await serve(endpoint());
    const long = JSON.stringify({ urls: ['x'.repeat(3_000_000)] });
    const options = { method: 'POST', headers: json };
    expect((await fetch(origin, { ...options, body: long })).status).toBe(413);
    const body = new Blob([long]).stream();
    expect((await fetch(origin, { ...options, body, duplex: 'half' } as RequestInit)).status).toBe(413);
    expect((await fetch(origin, { ...options, body: JSON.stringify({ urls: [master] }) })).status).toBe(200);
  });

  test('keeps each Set-Cookie, and every header of the request', async () => {
    const origin = await serve(({ headers }) => {
      const answer = new Headers([
        ['Set-Cookie', 'a=1; Path=/'],
        ['Set-Cookie', 'b=2; Expires=Thu, 01 Jan 2027 00:00:00 GMT'],
      ]);
      return new Response(`${headers.get('Cookie')} ${headers.get('X-Many')}`, { headers: answer });
    });
    const { headers, text: body } = await send(origin, { headers: { Cookie: 'c=3; d=4', 'X-Many': ['1', '2'] } });
    expect(headers['set-cookie']).toEqual(['a=1; Path=/', 'b=2; Expires=Thu, 01 Jan 2027 00:00:00 GMT']);
    expect(body).toBe('c=3; d=4 1, 2');
  });

  test('keeps the cookies and the Vary that a middleware has set', async () => {
    const handler = toNodeHandler(
      () =>
        new Response('x', {
          headers: [
            ['Set-Cookie', 'b=2'],
            ['Vary', 'Origin'],
            ['X-Own', 'ours'],
          ],
        }),
    );
    running = await startNodeServer((req, res) => {
      res.setHeader('Set-Cookie', 'a=1').setHeader('Vary', 'Accept-Encoding').setHeader('X-Own', 'theirs');
      res.setHeader('X-Theirs', '1');
      handler(req, res);
    });
    const { headers } = await send(running.origin);
    expect(headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], vary: 'Accept-Encoding, Origin', 'x-own': 'ours' });
    expect(headers['x-theirs']).toBe('1');
  });

  test('HEAD and answers without a body end at once', async () => {
    const cancelled = vi.fn();
    const origin = await serve((request) =>
      request.method === 'HEAD'
        ? new Response(new ReadableStream({ cancel: cancelled }), { headers: { 'Content-Length': '7' } })
        : new Response(null, { status: 304, headers: { ETag: '"1"' } }),
    );
    const head = await send(origin, { method: 'HEAD' });
    expect([head.statusCode, head.headers['content-length'], head.text]).toEqual([200, '7', '']);
    expect(cancelled).toHaveBeenCalledOnce();
    expect(await send(origin)).toMatchObject({ statusCode: 304, text: '', headers: { etag: '"1"' } });
  });

  test.each<[string, Handler]>([
    [
      'throws',
      () => {
        throw new Error('the secret is swordfish');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the secret is swordfish'))],
    ['returns nothing', () => undefined as unknown as Response],
    ['returns Response.error()', () => Response.error()],
    [
      'returns a body that was read',
      async () => {
        const response = new Response('x');
        await response.text();
        return response;
      },
    ],
  ])('a handler that %s: a 500 without detail, and the log hears of it', async (_, handler) => {
    const onError = vi.fn();
    const origin = await serve(handler, { onError });
    const response = await fetch(origin);
    expect([response.status, response.headers.get('Content-Type')]).toEqual([500, 'application/problem+json']);
    expect(await response.json()).toEqual({
      title: 'Internal Server Error',
      status: 500,
      detail: 'The server failed. Its log says why.',
    });
    expect(onError).toHaveBeenCalledOnce();
  });

  test('serves HTTP/2', async () => {
    const server = createHttp2Server(
      toNodeHandler(async (request) => new Response(`${request.url} ${await request.text()}`)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ':method': 'POST', ':path': '/token?a=1', ':authority': 'app.example.com' });
    stream.end('hello');
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect([headers[':status'], await text(stream)]).toEqual([200, 'http://app.example.com/token?a=1 hello']);
    session.close();
    server.close();
  });

  test('a handler called with what Node hands over says what to do, at once', async () => {
    const edge = createEdgeHandler({ format, origin: 'https://origin.example.com/' });
    for (const handler of [endpoint(), edge] as unknown as ((...args: unknown[]) => unknown)[]) {
      const request = Object.assign(
        httpRequest('http://127.0.0.1:1/').on('error', () => {}),
        { url: '/', headers: {} },
      );
      expect(() => handler(request, {})).toThrow(
        expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('toNodeHandler(token)') }),
      );
      expect(() => handler({ req: { raw: new Request('https://app.example.com/') } })).toThrow(/context\.req\.raw/);
      request.destroy();
    }
    expect(() => toNodeHandler({} as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});
