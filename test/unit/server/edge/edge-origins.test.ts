import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createEdgeHandler, signUrl, toNodeHandler } from '../../../../packages/server/src/index.ts';
import { startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';
import { endpoint, format, master, post } from '../../../support/signing-endpoint.ts';

/** A subtitle that, cut at the length of its compressed form, goes on with a response of its author's making. */
const evil = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\n\r\n<script>alert(1)</script> `;
const subtitle = `WEBVTT\n\n${'a'.repeat(300)}${evil}`;

const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
/** An origin that compresses whether it was asked for that or not. */
const answer: RequestListener = ({ url = '', headers }, response) => {
  seen.push({ url, headers });
  if (url.endsWith('/moved')) return response.writeHead(302, { Location: '/elsewhere' }).end();
  const body = gzipSync(subtitle);
  response.setHeader('X-Hop', '1').setHeader('Connection', 'keep-alive, X-Hop').setHeader('Content-Encoding', 'gzip');
  response.setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('Content-Length', body.byteLength);
  return response.end(body);
};
let origin: NodeServer;
let running: NodeServer | undefined;
beforeAll(async () => {
  origin = await startNodeServer(answer);
});
afterAll(() => origin.stop());
afterEach(async () => {
  await running?.stop();
  seen.length = 0;
});

/** The usual function: the request goes to another host as it is. */
const edge = createEdgeHandler({
  format,
  protect: '/vod/',
  onError: () => undefined,
  origin: (request) => {
    const { pathname, search } = new URL(request.url);
    return fetch(new Request(origin.origin + pathname + search, request));
  },
});

/** Resolves to all that a server says to `request` on a connection of its own, which the server closes at the end. */
const said = (url: string, request: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(request);
  return text(socket);
};
const decoded = async (response: Response): Promise<unknown> => {
  const left = ['Content-Encoding', 'Content-Length', 'X-Hop'].filter((name) => response.headers.has(name));
  return [left, await response.text()];
};

test('an origin that is a URL is asked below its path, under its own name, without the token; its redirects go back', async () => {
  const handler = createEdgeHandler({ format, origin: `${origin.origin}/bucket/` });
  const get = async (path: string): Promise<Response> =>
    handler(new Request(await signUrl(`https://cdn.example.com${path}`, { format, expiresIn: 60 })));
  const response = await get('/vod/a%20b.mp4?x=1');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await decoded(response)).toEqual([[], subtitle]);
  const { headers, url } = seen[0]!;
  expect(url).toBe('/bucket/vod/a%20b.mp4?x=1');
  expect(headers.host).toEqual(new URL(origin.origin).host);
  expect(headers['accept-encoding']).toBe('identity');
  const moved = await get('/moved');
  expect(moved.status).toBe(302);
  expect(moved.headers.get('Location')).toBe('/elsewhere');
});

describe('createEdgeHandler with a function that returns what fetch has got', () => {
  test('a body that fetch has decoded goes on without the length and the encoding of the compressed one', async () => {
    expect(await decoded(await edge(new Request('https://cdn.example.com/a.vtt')))).toEqual([[], subtitle]);
  });

  test('one request over HTTP/1.1 gets one response, whatever the body is made of', async () => {
    running = await startNodeServer(toNodeHandler(edge));
    const request =
      'GET /a.vtt HTTP/1.1\r\nHost: cdn.example.com\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n';
    const [head = ''] = (await said(running.origin, request)).split('\r\n\r\n');
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
    const names = { host: 'free.example.com', 'accept-encoding': 'identity' };
    expect(Object.fromEntries(given.mock.calls[0]![0])).toEqual(names);
  });
});

test('a Response of fetch that `authorize` passes on has neither length nor encoding of the compressed body', async () => {
  const response = await endpoint({ authorize: () => fetch(`${origin.origin}/login`) })(post({ urls: [master] }));
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(await decoded(response)).toEqual([[], subtitle]);
});
