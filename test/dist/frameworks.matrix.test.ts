import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createSigningEndpoint, azion, toNodeHandler } from 'secure-token-server';
import type { FastifyReplyLike, FastifyRequestLike } from 'secure-token-server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createFastify, express } from '../support/frameworks.ts';
import { runsMain, runsRest } from '../support/parts.ts';

/** Options for whatever ends by itself: no test waits for it, and it is no measure of a busy machine. */
const patient = { timeout: 30_000 };

const master = 'https://cdn.example.com/vod/7/master.m3u8';
const token = createSigningEndpoint({
  format: azion({ secret: 'mysecret' }),
  allow: 'https://cdn.example.com/vod/',
  ttl: 60,
  authorize: () => true,
});
type Done = (error: null, body?: unknown) => void;

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const post = (url: string, body: unknown = { urls: [master] }, type = 'application/json'): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const expectTokens = async (url: string): Promise<void> => {
  const response = await post(url);
  expect([response.status, await response.json()]).toEqual([
    200,
    expect.objectContaining({ tokens: [expect.objectContaining({ url: master })] }),
  ]);
  expect((await post(url, { urls: [] })).status).toBe(400);
  expect((await post(url, { urls: ['https://cdn.example.com/x'] })).status).toBe(403);
  expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(204);
};
const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Sends ten requests at once over one connection, whose client leaves when it has been given something. */
const pipelineAndLeave = async (url: string): Promise<void> => {
  const { port, pathname } = new URL(url);
  const client = connect(Number(port), '127.0.0.1');
  client.write(`GET ${pathname} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(10));
  await once(client, 'data');
  client.destroy();
};
/** A handler whose bodies never end, and those of them that nobody has let go. */
const films = (): { handler: () => Response; open: Set<object> } => {
  const open = new Set<object>();
  const handler = (): Response => {
    const film = {};
    open.add(film);
    return new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => void open.delete(film),
      }),
    );
  };
  return { handler, open };
};

if (runsMain)
  describe('Express', () => {
    const app = (...uses: unknown[]) => {
      const made = express();
      for (const use of uses) made.use(use);
      return made;
    };
    const serveApp = (made: RequestListener): Promise<string> => listen(createServer(made));

    test('alone', async () => {
      await expectTokens(`${await serveApp(app().all('/token', toNodeHandler(token)))}/token`);
    });

    test.each([
      ['express.json()', () => [express.json()]],
      ['express.urlencoded()', () => [express.urlencoded({ extended: true })]],
      ['both', () => [express.json(), express.urlencoded({ extended: true })]],
      ['express.text()', () => [express.text({ type: '*/*' })]],
      ['express.raw()', () => [express.raw({ type: '*/*' })]],
    ])('behind %s', async (_, parsers) => {
      const origin = await serveApp(app(...parsers()).all('/token', toNodeHandler(token)));
      await expectTokens(`${origin}/token`);
      const form = `urls=${encodeURIComponent(master)}`;
      expect((await post(`${origin}/token`, form, 'application/x-www-form-urlencoded')).status).toBe(415);
    });

    test('below a router the handler sees the whole URL', async () => {
      const router = express.Router();
      router.use(
        '/seen',
        toNodeHandler((request) => new Response(request.url)),
      );
      const origin = await serveApp(app().use('/api', router));
      expect(await (await fetch(`${origin}/api/seen/x?y=1`)).text()).toBe(`${origin}/api/seen/x?y=1`);
    });

    test('a client that has sent ten requests and leaves: every body is let go', async () => {
      const { handler, open } = films();
      await pipelineAndLeave(`${await serveApp(app().all('/film', toNodeHandler(handler)))}/film`);
      await vi.waitFor(() => expect(open.size).toBe(0), patient);
    });

    test('a handler that was not wrapped says so at once', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {});
      const told = vi.fn();
      const made = app().all('/token', token);
      made.use((error: unknown, _request: unknown, response: ServerResponse, next: unknown) => {
        // Express knows an error handler by its four parameters
        told(error, next);
        response.writeHead(500).end();
      });
      expect((await post(`${await serveApp(made)}/token`)).status).toBe(500);
      expect(told.mock.calls[0]![0]).toMatchObject({
        code: 'ERR_OPTIONS',
        message: expect.stringContaining('toNodeHandler(token)'),
      });
    });
  });

if (runsRest)
  describe('Fastify', { tags: ['fastify'] }, () => {
    const start = async (made: ReturnType<typeof createFastify>): Promise<string> => {
      stops.push(() => made.close());
      return made.listen({ port: 0, host: '127.0.0.1' });
    };

    test('as a route', async () => {
      const made = createFastify();
      made.all('/token', toNodeHandler(token));
      await expectTokens(`${await start(made)}/token`);
    });

    test('a client that has sent ten requests and leaves: every body is let go', async () => {
      const { handler, open } = films();
      const made = createFastify();
      made.all('/film', toNodeHandler(handler));
      await pipelineAndLeave(`${await start(made)}/film`);
      await vi.waitFor(() => expect(open.size).toBe(0), patient);
    });

    test('`inject` of its tests gets the whole answer', async () => {
      const made = createFastify();
      made.all(
        '/film',
        toNodeHandler(() => new Response('film', { headers: { 'Content-Length': '4' } })),
      );
      expect(await made.inject('/film')).toMatchObject({ statusCode: 200, body: 'film' });
    });

    test('with a parser of its own, text and bytes', async () => {
      for (const parseAs of ['string', 'buffer']) {
        const made = createFastify();
        made.removeAllContentTypeParsers();
        made.addContentTypeParser('*', { parseAs }, (_: unknown, body: unknown, done: Done) => done(null, body));
        made.all('/token', toNodeHandler(token));
        await expectTokens(`${await start(made)}/token`);
      }
    });

    test('by `raw`, where Fastify has not read the body', async () => {
      const made = createFastify();
      made.removeAllContentTypeParsers();
      made.addContentTypeParser('*', (_: unknown, _stream: unknown, done: Done) => done(null));
      const handler = toNodeHandler(token);
      made.all('/token', (request: FastifyRequestLike, reply: FastifyReplyLike) => {
        reply.hijack();
        handler(request.raw, reply.raw);
      });
      await expectTokens(`${await start(made)}/token`);
    });
  });
