import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import type { NodeHandlerOptions } from '../../../../packages/server/src/index.ts';
import { gate, startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';

let running: NodeServer | undefined;
const serve = async (
  handler: (request: Request) => Response | Promise<Response>,
  options?: NodeHandlerOptions,
): Promise<string> => {
  running = await startNodeServer(toNodeHandler(handler, options));
  return running.origin;
};
afterEach(() => running?.stop());

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
  test('reads no more of a body than the handler asks for', async () => {
    const opened = gate();
    const origin = await serve(async (request) => {
      await opened.promise;
      return new Response(String((await request.arrayBuffer()).byteLength));
    });
    const request = httpRequest(origin, { method: 'POST' });
    const answered = once(request, 'response');
    const chunk = Buffer.alloc(1_000_000);
    const isTaken = Array.from({ length: 20 }, () => request.write(chunk));
    expect(isTaken).toContain(false);
    expect(await settled(() => request.writableLength)).toBeGreaterThan(1_000_000);
    opened.resolve();
    request.end();
    const [message] = (await answered) as [IncomingMessage];
    expect(await text(message)).toBe('20000000');
  });

  test('streams the answer no faster than it is read', async () => {
    let made = 0;
    const origin = await serve(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              made += 1;
              if (made > 400) controller.close();
              else controller.enqueue(new Uint8Array(100_000));
            },
          }),
        ),
    );
    const [message] = (await once(httpRequest(origin).end(), 'response')) as [IncomingMessage];
    expect(await settled(() => made)).toBeLessThan(400);
    let length = 0;
    for await (const chunk of message) length += (chunk as Buffer).byteLength;
    expect(length).toBe(40_000_000);
  });

  test('sends the headers before there is a body', async () => {
    const opened = gate();
    const origin = await serve(
      () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              await opened.promise;
              controller.enqueue(new TextEncoder().encode('late'));
              controller.close();
            },
          }),
        ),
    );
    const response = await fetch(origin);
    opened.resolve();
    expect(await response.text()).toBe('late');
  });

  test('a body that breaks half-way breaks the connection', async () => {
    const onError = vi.fn();
    const pulls = [
      (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(10)),
      (controller: ReadableStreamDefaultController) => controller.error(new Error('the origin is gone')),
    ];
    const origin = await serve(
      () =>
        new Response(new ReadableStream({ pull: (controller) => pulls.shift()?.(controller) }, { highWaterMark: 0 })),
      { onError },
    );
    await expect(fetch(origin).then((response) => response.text())).rejects.toThrow();
    expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('the origin is gone'));
  });

  test('a viewer who has left before the listener is called is answered nothing, and the handler is not called', async () => {
    const hasLeft = gate();
    const isOver = gate();
    const handler = vi.fn(() => new Response('for nobody'));
    const listener = toNodeHandler(handler);
    running = await startNodeServer((req, res) => {
      // a middleware that reads the body first: nothing but the socket says that the viewer has left
      req.resume().once('end', () => req.socket.once('close', () => setImmediate(() => hasLeft.resolve())));
      void hasLeft.promise.then(() => {
        listener(Object.assign(req, { body: 'read' }), res);
        setImmediate(() => isOver.resolve());
      });
    });
    const request = httpRequest(running.origin, { method: 'POST' }).end('read');
    request.on('error', () => undefined);
    running.server.once('request', (req) => req.once('end', () => request.destroy()));
    await isOver.promise;
    expect(handler).not.toHaveBeenCalled();
  });
});
