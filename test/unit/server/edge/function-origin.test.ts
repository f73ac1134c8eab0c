import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createEdgeHandler, createSigningEndpoint, toNodeHandler } from '../../../../packages/server/src/index.ts';
import { startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';
import { format, master } from '../../../support/signing-endpoint.ts';

/** A subtitle that, cut at the length of its compressed form, goes on with a response of its author's making. */
const evil = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n<script>alert(1)</script> `;
const subtitle = `WEBVTT\n\n${'a'.repeat(300)}${evil}`;

const seen: IncomingHttpHeaders[] = [];
/** An origin that compresses whether it was asked for that or not. */
const origin = createServer(({ headers }, response) => {
  seen.push(headers);
  const body = gzipSync(subtitle);
  response.setHeader('X-Hop', '1').setHeader('Connection', 'keep-alive, X-Hop').setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Length', body.byteLength).end(body);
});
let base: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
});
afterAll(() => origin.close());

let running: NodeServer | undefined;
afterEach(async () => {
  await running?.stop();
  seen.length = 0;
});

/** The usual function: the request goes to another host as it is. */
const elsewhere = (request: Request): Promise<Response> => {
  const { pathname, search } = new URL(request.url);
  return fetch(new Request(base + pathname + search, request));
};
const edge = createEdgeHandler({ format, protect: '/vod/', origin: elsewhere, onError: () => undefined });

/** Resolves to all that a server says to `request` on a connection of its own, which the server closes at the end. */
const said = (url: string, request: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(request);
  return text(socket);
};

describe('createEdgeHandler with a function that returns what fetch has got', () => {
  test('a body that fetch has decoded goes on without the length and the encoding of the compressed one', async () => {
    const response = await edge(new Request('https://cdn.example.com/a.vtt'));
    const { headers } = response;
    expect([headers.get('Content-Encoding'), headers.get('Content-Length'), await response.text()]).toEqual([
      null,
      null,
      subtitle,
    ]);
    expect(seen).toEqual([expect.objectContaining({ 'accept-encoding': 'identity' })]);
  });

  test('one request over HTTP/1.1 gets one response, whatever the body is made of', async () => {
    running = await startNodeServer(toNodeHandler(edge));
    const answer = await said(
      running.origin,
      'GET /a.vtt HTTP/1.1\r\nHost: cdn.example.com\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n',
    );
    const [head = ''] = answer.split('\r\n\r\n');
    expect(head).toContain('Transfer-Encoding: chunked');
    expect(head).not.toMatch(/^(?:content-(?:length|encoding)|x-hop):/im);
  });

  test('the function is given the host that was judged, no compression to ask for, and no other name', async () => {
    const given = vi.fn<(headers: Headers) => Response>(() => new Response('film'));
    const handler = createEdgeHandler({ format, protect: '/vod/', origin: ({ headers }) => given(headers) });
    running = await startNodeServer(toNodeHandler(handler));
    const head = 'GET http://free.example.com/a.mp4 HTTP/1.1\r\nHost: live.example.com\r\nConnection: close, X-Hop';
    const others = 'X-Hop: 1\r\nX-Forwarded-Host: live.example.com\r\nForwarded: host=live.example.com';
    await said(running.origin, `${head}\r\n${others}\r\nAccept-Encoding: gzip\r\n\r\n`);
    expect(Object.fromEntries(given.mock.calls[0]![0])).toEqual({
      host: 'free.example.com',
      'accept-encoding': 'identity',
    });
  });
});

describe('createSigningEndpoint with an authorize that passes a Response of fetch on', () => {
  test('it goes on without the length and the encoding of the compressed body', async () => {
    const endpoint = createSigningEndpoint({
      format,
      allow: 'https://cdn.example.com/',
      ttl: 60,
      authorize: () => fetch(`${base}/login`),
    });
    const response = await endpoint(
      new Request('https://app.example.com/token', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ urls: [master] }),
      }),
    );
    const { headers } = response;
    expect([headers.get('Content-Encoding'), headers.get('Content-Length'), headers.get('X-Hop')]).toEqual([
      null,
      null,
      null,
    ]);
    expect([headers.get('Cache-Control'), await response.text()]).toEqual(['no-store', subtitle]);
  });
});
