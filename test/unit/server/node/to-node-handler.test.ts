import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEdgeHandler, toNodeHandler } from '../../../../packages/server/src/index.ts';
import type { NodeHandlerOptions } from '../../../../packages/server/src/index.ts';
import { startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';
import { endpoint, format, master } from '../../../support/signing-endpoint.ts';

type Handler = (request: Request) => Response | Promise<Response>;

let running: NodeServer | undefined;
afterEach(() => running?.stop());
const serve = async (handler: Handler, options?: NodeHandlerOptions): Promise<string> => {
  running = await startNodeServer(toNodeHandler(handler, options));
  return running.origin;
};
/** Serves a handler behind a framework whose parser has read the body, and leaves `parse(text)` behind. */
const serveBehind = async (
  parse: (body: string, message: IncomingMessage) => unknown,
  handler: Handler,
  onError = vi.fn(),
): Promise<{ url: string; onError: typeof onError }> => {
  const listener = toNodeHandler(handler, { onError });
  running = await startNodeServer((req, res) => {
    void text(req).then((body) => listener(Object.assign(req, { body: parse(body, req) }), res));
  });
  return { url: running.origin, onError };
};
const json = { 'Content-Type': 'application/json; charset=utf-8' };
const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = json) =>
  fetch(url, { method: 'POST', headers, body: body as BodyInit });

describe('toNodeHandler', () => {
  test('serves the signing endpoint with node:http, whose connection goes on after a body that is too long', async () => {
    const origin = await serve(endpoint());
    const long = JSON.stringify({ urls: ['x'.repeat(3_000_000)] });
    expect((await post(origin, long)).status).toBe(413);
    const chunked = { method: 'POST', headers: json, body: new Blob([long]).stream(), duplex: 'half' };
    expect((await fetch(origin, chunked as RequestInit)).status).toBe(413);
    const response = await post(origin, JSON.stringify({ urls: [master] }));
    expect(response.status).toBe(200);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ tokens: [{ url: master }], denied: [] });
  });

  test('keeps each Set-Cookie and the Vary, of the response and of a middleware, and every header of the request', async () => {
    const handler = toNodeHandler(({ headers }) => {
      const own = new Headers({ Vary: 'Origin', 'X-Own': 'ours' });
      own.append('Set-Cookie', 'b=2; Path=/');
      own.append('Set-Cookie', 'c=3; Expires=Thu, 01 Jan 2027 00:00:00 GMT');
      return new Response(`${headers.get('Cookie')} ${headers.get('X-Many')}`, { headers: own });
    });
    running = await startNodeServer((req, res) => {
      res.setHeader('Set-Cookie', 'a=1').setHeader('Vary', 'Accept-Encoding').setHeader('X-Own', 'theirs');
      handler(req, res);
    });
    const request = httpRequest(running.origin, { headers: { Cookie: 'd=4; e=5', 'X-Many': ['1', '2'] } }).end();
    const [message] = (await once(request, 'response')) as [IncomingMessage];
    const cookies = ['a=1', 'b=2; Path=/', 'c=3; Expires=Thu, 01 Jan 2027 00:00:00 GMT'];
    expect(message.headers).toMatchObject({ 'set-cookie': cookies, vary: 'Accept-Encoding, Origin', 'x-own': 'ours' });
    expect(await text(message)).toBe('d=4; e=5 1, 2');
  });

  test('ends HEAD and answers without a body at once, and lets the body go', async () => {
    const cancel = vi.fn();
    const origin = await serve(({ method }) =>
      method === 'HEAD'
        ? new Response(new ReadableStream({ cancel }), { headers: { 'Content-Length': '7' } })
        : new Response(null, { status: 304, headers: { ETag: '"1"' } }),
    );
    const head = await fetch(origin, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe('7');
    expect(await head.text()).toBe('');
    expect(cancel).toHaveBeenCalledOnce();
    const unchanged = await fetch(origin);
    expect(unchanged.status).toBe(304);
    expect(unchanged.headers.get('etag')).toBe('"1"');
    expect(await unchanged.text()).toBe('');
  });

  test.each<[string, Handler]>([
    ['rejects', () => Promise.reject(new Error('the secret is swordfish'))],
    ['returns nothing', () => undefined as never],
    [
      'returns a body that was read',
      async () => {
        const response = new Response('x');
        await response.text();
        return response;
      },
    ],
  ])('answers 500 without detail if a handler %s, and the log hears of it', async (_, handler) => {
    const onError = vi.fn();
    const response = await fetch(await serve(handler, { onError }));
    expect(response.status).toBe(500);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    const detail = 'The server failed. Its log says why.';
    expect(await response.json()).toEqual({ title: 'Internal Server Error', status: 500, detail });
    expect(onError).toHaveBeenCalledOnce();
  });

  test('says what to do, at once, to who calls a handler with what Node hands over, or hands over no handler', () => {
    const edge = createEdgeHandler({ format, origin: 'https://origin.example.com/' });
    for (const handler of [endpoint(), edge] as unknown as ((...args: unknown[]) => unknown)[]) {
      expect(() => handler({ method: 'GET', url: '/', headers: {} }, {})).toThrow(/toNodeHandler\(token\)/);
      expect(() => handler({ req: { raw: new Request('https://app.example.com/') } })).toThrow(/context\.req\.raw/);
    }
    expect(() => toNodeHandler({} as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });
});

describe('toNodeHandler behind a parser', () => {
  test('takes the JSON that it has left', async () => {
    const { url } = await serveBehind((body) => JSON.parse(body) as unknown, endpoint());
    expect((await post(url, `  {  "urls": ["${master}"] }`)).status).toBe(200);
    expect((await post(url, '{"urls":[]}')).status).toBe(400);
    expect((await post(url, JSON.stringify({ urls: ['x'.repeat(1_000_000)] }))).status).toBe(413);
  });

  test.each<[string, (body: string) => unknown, Record<string, string>]>([
    ['that is nowhere', () => undefined, json],
    // no page of another origin gets tokens with a form, which it may send without a preflight
    ['of a form', () => ({ urls: master }), { 'Content-Type': 'application/x-www-form-urlencoded' }],
  ])('answers 500 for a body %s, and the log says what to do', async (_, parse, headers) => {
    const { url, onError } = await serveBehind(parse, endpoint());
    expect((await post(url, `urls=${encodeURIComponent(master)}`, headers)).status).toBe(500);
    expect(String(onError.mock.calls[0])).toContain('Mount the handler in front of that parser');
  });

  test('takes the wrapped objects of Fastify, and makes it leave the response alone', async () => {
    const hijack = vi.fn();
    const handler = toNodeHandler(endpoint());
    running = await startNodeServer((req, res) => {
      void text(req).then((body) => handler({ raw: req, body: JSON.parse(body) as unknown }, { raw: res, hijack }));
    });
    expect((await post(running.origin, JSON.stringify({ urls: [master] }))).status).toBe(200);
    expect(hijack).toHaveBeenCalledOnce();
  });
});
