import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSigningEndpoint, azion, toNodeHandler } from 'secure-token-server';
import type { FastifyReplyLike, FastifyRequestLike } from 'secure-token-server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createFastify, express } from '../support/frameworks.ts';
import { runsMain, runsRest } from '../support/parts.ts';

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

const post = (url: string, body: unknown = { urls: [master] }): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
const expectTokens = async (url: string): Promise<void> => {
  const response = await post(url);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(
    expect.objectContaining({ tokens: [expect.objectContaining({ url: master })] }),
  );
  expect((await post(url, { urls: [] })).status).toBe(400);
  expect((await post(url, { urls: ['https://cdn.example.com/x'] })).status).toBe(403);
  expect((await fetch(url, { method: 'OPTIONS' })).status).toBe(204);
};
const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
