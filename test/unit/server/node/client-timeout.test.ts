import { once } from 'node:events';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import { startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';

// time stands still but for what a test lets pass; sockets do not notice
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
const passes = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
const happens = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 1, timeout: 30_000 });

let running: NodeServer | undefined;
const clients: Socket[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const client of clients.splice(0)) client.destroy();
  await running?.stop();
});

const serve = async (handler: (request: Request) => Response | Promise<Response>): Promise<string> => {
  running = await startNodeServer(toNodeHandler(handler));
  return running.origin;
};
/** Sends `text`, and reads nothing yet. */
const send = (origin: string, text: string): Socket => {
  const client = connect(Number(new URL(origin).port), '127.0.0.1').pause();
  clients.push(client.on('error', () => undefined));
  client.write(text);
  return client;
};
const ask = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

const chunks = (count: number, length: number): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (let i = 0; i < count; i++) controller.enqueue(new Uint8Array(length));
      controller.close();
    },
  });

/** Reads until `bytes` more have come, or all. */
const read = (client: Socket, bytes: number): Promise<number> =>
  new Promise((resolve) => {
    let count = 0;
    const stop = (): void => {
      client.pause().off('data', take).off('close', stop);
      resolve(count);
    };
    const take = (chunk: Buffer): void => {
      count += chunk.byteLength;
      if (count >= bytes) stop();
    };
    client.on('data', take).once('close', stop).resume();
  });

/** Waits until the buffers of both sockets are full. */
const settled = async (value: () => number): Promise<void> => {
  let [before, same] = [-1, 0];
  await happens(() => {
    same = value() === before ? same + 1 : 0;
    before = value();
    expect(same).toBeGreaterThan(100);
  });
};

describe('toNodeHandler, a client that is waited for', () => {
  test('and takes nothing for a minute loses its connection, and the body is let go', async () => {
    let made = 0;
    const isCancelled = vi.fn();
    const signals: AbortSignal[] = [];
    const origin = await serve(({ signal }) => {
      signals.push(signal);
      return new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(++made)),
          cancel: isCancelled,
        }),
      );
    });
    send(origin, ask);
    await settled(() => made);
    await passes(58);
    expect(isCancelled).not.toHaveBeenCalled();
    await passes(2);
    await happens(() => expect(isCancelled).toHaveBeenCalled());
    await happens(() => expect(signals[0]!.aborted).toBe(true));
    await once(running!.server.close(), 'close');
  });

  test('and takes a part of one long chunk each 50 seconds gets all of it', async () => {
    const length = 20_000_000;
    const origin = await serve(() => new Response(new Uint8Array(length)));
    let written = (): number => 0;
    running!.server.once('connection', (socket: Socket) => (written = () => socket.bytesWritten));
    const client = send(origin, ask);
    let taken = 0;
    while (taken < length && !client.closed) {
      // the server has to have noticed what was taken
      await settled(written);
      await passes(50);
      taken += await read(client, 3_000_000);
    }
    expect(taken).toBeGreaterThan(length);
  });

  test('and sends half of a body loses its connection after a minute, and the handler hears of it', async () => {
    const failed = vi.fn();
    const signals: AbortSignal[] = [];
    const origin = await serve(async (request) => {
      signals.push(request.signal);
      await request.text().catch(failed);
      return new Response('for nobody');
    });
    const client = send(origin, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    await happens(() => expect(signals).toHaveLength(1));
    await passes(59);
    expect(failed).not.toHaveBeenCalled();
    client.write('.');
    await happens(() => expect(client.writableLength).toBe(0));
    await passes(61);
    await happens(() => expect(failed).toHaveBeenCalledOnce());
    await happens(() => expect(signals[0]!.aborted).toBe(true));
    await once(running!.server.close(), 'close');
  });

  test('for whom the handler works, or who has all of an answer, is left alone', async () => {
    let answer: (response: Response) => void = () => undefined;
    const handler = vi.fn(() => new Promise<Response>((resolve) => (answer = resolve)));
    const closed = vi.fn();
    const client = send(await serve(handler), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n').once('close', closed);
    await happens(() => expect(handler).toHaveBeenCalled());
    await passes(600);
    answer(new Response('late'));
    await read(client, 1);
    await passes(600);
    expect(closed).not.toHaveBeenCalled();
  });

  test.each([
    ['nothing more', () => new Response(new Uint8Array(20_000_000))],
    // the window of a stream has 65,535 bytes; what is beyond is not enough to wait for a drain
    ['all but the end', () => new Response(chunks(7, 10_000))],
  ])('over HTTP/2 and takes %s of an answer for a minute sees its stream reset, not ended', async (_, answer) => {
    const server = createHttp2Server(toNodeHandler(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ':path': '/' }).on('error', () => undefined);
    const isReset = new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode)));
    await once(stream, 'response');
    await happens(() => expect(stream.readableLength).toBeGreaterThan(60_000));
    await passes(61);
    stream.resume();
    expect(await isReset).toBe(2);
    session.close();
    server.close();
  });

  test('over HTTP/2, who closes a stream without an error, and leaves, holds no connection after a minute', async () => {
    const server = createHttp2Server(toNodeHandler(() => new Response(new Uint8Array(20_000_000))));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const aborted = vi.fn();
    server.once('stream', (opened) => opened.once('aborted', aborted));
    const stream = session.request({ ':path': '/' });
    await once(stream, 'response');
    await happens(() => expect(stream.readableLength).toBeGreaterThan(60_000));
    stream.close(0);
    await happens(() => expect(aborted).toHaveBeenCalled());
    session.destroy();
    const closed = vi.fn();
    server.close(closed);
    await passes(61);
    await happens(() => expect(closed).toHaveBeenCalled());
  });

  test.each([0, -1, NaN, Infinity, '60', 3e9])('a clientTimeout of %s is told at once', (clientTimeout) => {
    expect(() => toNodeHandler(() => new Response(), { clientTimeout } as never)).toThrow(/^clientTimeout:/);
  });
});
