import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import type { NodeHandlerOptions } from '../../../../packages/server/src/index.ts';
import { gate, startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Options for whatever ends by itself: no test waits for it, and it is no measure of a busy machine. */
const patient = { timeout: 30_000 };

let running: NodeServer | undefined;
afterEach(() => running?.stop());
const serve = async (
  handler: (request: Request) => Response | Promise<Response>,
  options?: NodeHandlerOptions,
): Promise<string> => {
  running = await startNodeServer(toNodeHandler(handler, options));
  return running.origin;
};
const never = new Promise<Response>(() => undefined);
/** A body of these parts, the last of which may be an error. */
const bodyOf = (...parts: (string | Error)[]): ReadableStream =>
  new ReadableStream(
    {
      pull(controller) {
        const part = parts.shift();
        if (part instanceof Error) controller.error(part);
        else if (part === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(part));
      },
    },
    { highWaterMark: 0 },
  );

/** Waits until the buffers of both sockets are full. */
async function settled(value: () => number): Promise<number> {
  let before = -1;
  await vi.waitFor(
    () => {
      const [last, now] = [before, value()];
      before = now;
      expect(now).toBe(last);
    },
    { interval: 200, timeout: 30_000 },
  );
  return before;
}

describe('toNodeHandler', () => {
  test('sends the headers at once, and the body no faster than it is read', async () => {
    let made = 0;
    const opened = gate();
    const origin = await serve(() => {
      const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
        await opened.promise;
        if (made++ >= 400) controller.close();
        else controller.enqueue(new Uint8Array(100_000));
      };
      return new Response(new ReadableStream({ pull }));
    });
    const [message] = (await once(httpRequest(origin).end(), 'response')) as [IncomingMessage];
    opened.resolve();
    expect(await settled(() => made)).toBeLessThan(400);
    let length = 0;
    for await (const chunk of message) length += (chunk as Buffer).byteLength;
    expect(length).toBe(40_000_000);
  });

  test.each([
    ['is longer than its length', () => bodyOf('abc', 'HTTP/1.1 200 OK\r\n\r\n'), 'content-length'],
    ['breaks half-way', () => bodyOf('abc', new Error('the origin is gone')), 'the origin is gone'],
  ])('closes the connection if a body %s, so that nothing else is read as its rest', async (_, body, reason) => {
    const onError = vi.fn();
    const answer = () => new Response(body(), { headers: { 'Content-Length': '5' } });
    const socket = connect(Number(new URL(await serve(answer, { onError })).port), '127.0.0.1');
    socket.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await text(socket)).split('\r\n\r\n')).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 200/),
      expect.stringMatching(/^(?:abc)?$/),
    ]);
    expect(String(onError.mock.calls)).toContain(reason);
  });

  test('tells a handler that keeps nothing but the signal of its request that the client leaves', async () => {
    const signals: AbortSignal[] = [];
    const origin = await serve(({ signal }) => {
      signals.push(signal);
      return never;
    });
    const leaving = new AbortController();
    const answers = Array.from({ length: 20 }, () => fetch(origin, { signal: leaving.signal }).catch(() => 'left'));
    await vi.waitFor(() => expect(signals).toHaveLength(20), patient);
    for (let round = 0; round < 5; round++) {
      collectGarbage();
      // what is collected is told in a later turn of the event loop
      await new Promise((resolve) => setImmediate(resolve));
    }
    leaving.abort();
    await Promise.all(answers);
    await vi.waitFor(() => expect(signals.filter(({ aborted }) => aborted)).toHaveLength(20), patient);
  });
});

describe('requests that a client sends over HTTP/1.1 before their answers are there', () => {
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `/film-${i}`);
  const pipeline = (origin: string, count: number) => {
    const client = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => undefined);
    client.write(
      numbered(count)
        .map((path) => `GET ${path} HTTP/1.1\r\nHost: a.example\r\n\r\n`)
        .join(''),
    );
    return client;
  };

  test('all end with the connection: each body is cancelled, each signal aborted, and no further one begins', async () => {
    const signals: AbortSignal[] = [];
    let open = 0;
    const origin = await serve(({ signal }) => {
      signals.push(signal);
      open++;
      const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(65_536));
      return new Response(
        new ReadableStream({
          pull,
          cancel: () => {
            open--;
          },
        }),
      );
    });
    const client = pipeline(origin, 10).pause();
    await vi.waitFor(() => expect(open).toBe(1), patient);
    client.destroy();
    await vi.waitFor(() => expect(open).toBe(0), patient);
    await once(running!.server.close(), 'close');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

test('a header that Node refuses is a 500 with headers of its own, and the body is cancelled', async () => {
  const isCancelled = gate();
  const origin = await serve(
    () =>
      new Response(new ReadableStream({ cancel: () => isCancelled.resolve() }), {
        headers: { 'Content-Length': '1000', 'Content-Encoding': 'gzip', 'X-Title': 'a\u0001b' },
      }),
    { onError: () => undefined },
  );
  const { status, headers } = await fetch(origin);
  expect(status).toBe(500);
  expect(headers.get('content-encoding')).toBeNull();
  expect(headers.get('content-length')).not.toBe('1000');
  await isCancelled.promise;
});
