import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import { endpoint, master } from '../../../support/signing-endpoint.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A framework whose parser has read the body, and leaves `parse(text)` behind. */
async function behindParser(
  parse: (body: string, message: IncomingMessage) => unknown,
  handler: (request: Request) => Response | Promise<Response> = echo,
): Promise<{ url: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  const listener = toNodeHandler(handler, { onError: (error) => errors.push(error) });
  const server = createServer((req, res) => {
    void text(req).then((body) => listener(Object.assign(req, { body: parse(body, req) }), res));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, errors };
}

const echo = async (request: Request): Promise<Response> =>
  Response.json({ body: await request.text(), length: request.headers.get('Content-Length') });
const post = (url: string, type: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers: { 'Content-Type': type, ...headers }, body: body as BodyInit });
const json = 'application/json; charset=utf-8';

describe('toNodeHandler behind a parser', () => {
  test('the signing endpoint answers as it does without one', async () => {
    const { url } = await behindParser((body) => JSON.parse(body) as unknown, endpoint());
    const answer = await post(url, json, `  {  "urls": ["${master}"], "reason": "initial" }`);
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ denied: [] })]);
    expect((await post(url, json, '{"urls":[]}')).status).toBe(400);
    expect((await post(url, json, JSON.stringify({ urls: ['x'.repeat(1_000_000)] }))).status).toBe(413);
  });

  test('a compressed body that the parser has inflated is not inflated again', async () => {
    const { url } = await behindParser(() => ({ urls: [master] }), endpoint());
    const answer = await post(url, json, gzipSync('{}'), { 'Content-Encoding': 'gzip' });
    expect(answer.status).toBe(200);
  });

  test('text and bytes arrive as they are', async () => {
    const { url } = await behindParser((body) => body);
    expect(await (await post(url, 'text/plain', 'é')).json()).toEqual({ body: 'é', length: null });
    const { url: bytes } = await behindParser((body) => Buffer.from(body));
    expect(await (await post(bytes, json, '{ }')).json()).toMatchObject({ body: '{ }' });
  });

  test('an empty body is none', async () => {
    const { url, errors } = await behindParser(() => undefined);
    expect(await (await fetch(url, { method: 'POST' })).json()).toMatchObject({ body: '' });
    expect(errors).toEqual([]);
  });

  test('a body that is nowhere, and one that cannot be written again, are a 500 and said in the log', async () => {
    const nowhere = await behindParser(() => undefined);
    expect((await post(nowhere.url, json, '{}')).status).toBe(500);
    expect(nowhere.errors).toEqual([expect.objectContaining({ message: expect.stringContaining('read before') })]);
    // no page of another origin gets tokens with a form, which it may send without a preflight
    const form = await behindParser((body) => Object.fromEntries(new URLSearchParams(body)), endpoint());
    const type = 'application/x-www-form-urlencoded';
    expect((await post(form.url, type, `urls=${encodeURIComponent(master)}`)).status).toBe(500);
    expect(form.errors).toEqual([expect.objectContaining({ message: expect.stringContaining('in front of') })]);
  });

  test('what a parser leaves beside a stream that it has not read is not looked at', async () => {
    const listener = toNodeHandler(echo);
    const server = createServer((req, res) => listener(Object.assign(req, { body: {} }), res));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    const answer = await post(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, json, '{"a":1}');
    expect(await answer.json()).toMatchObject({ body: '{"a":1}' });
  });

  test('Fastify hands over wrapped objects: its body is read, and it leaves the response alone', async () => {
    const hijack = vi.fn();
    const handler = toNodeHandler(endpoint());
    const server = createServer((req, res) => {
      void text(req).then((body) => handler({ raw: req, body: JSON.parse(body) as unknown }, { raw: res, hijack }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await post(url, json, JSON.stringify({ urls: [master] }))).status).toBe(200);
    expect(hijack).toHaveBeenCalledOnce();
  });
});
