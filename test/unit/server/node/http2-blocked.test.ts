import { once } from 'node:events';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream, Http2Server, ServerHttp2Session } from 'node:http2';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';

// time stands still but for what a test lets pass; sockets do not notice
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
const passes = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
const happens = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 1, timeout: 30_000 });
/** Waits until `value` changes no more. */
const settled = async (value: () => unknown): Promise<void> => {
  let [before, same]: [unknown, number] = [undefined, 0];
  await happens(() => {
    same = value() === before ? same + 1 : 0;
    before = value();
    expect(same).toBeGreaterThan(100);
  });
};

const stops: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const stop of stops.splice(0).reverse()) stop();
});

const portOf = (server: Server | Http2Server): number => (server.address() as AddressInfo).port;

/** A wire between a client and a server, which takes no bytes of the server while it is cut. */
interface Wire {
  readonly port: number;
  cut(): void;
  mend(): void;
}

async function wireTo(port: number): Promise<Wire> {
  const sockets: Socket[] = [];
  const wire = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    sockets.push(client, server);
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    client.pipe(server);
    server.pipe(client);
  });
  await once(wire.listen(0, '127.0.0.1'), 'listening');
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    wire.close();
  });
  return {
    port: portOf(wire),
    cut: () => sockets[1]!.unpipe().pause(),
    mend: () => sockets[1]!.pipe(sockets[0]!),
  };
}

interface Stage {
  readonly wire: Wire;
  readonly session: ClientHttp2Session;
  /** The connection as the server sees it. */
  readonly connection: ServerHttp2Session;
  readonly isClosed: ReturnType<typeof vi.fn>;
  ask(path: string): ClientHttp2Stream;
  /** Waits until the server writes no more. */
  isBlocked(): Promise<void>;
}

const endless = (): Response =>
  new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }));

/** A client that takes any number of bytes: only the wire holds them up. */
async function staged(handler: (request: Request) => Response | Promise<Response>): Promise<Stage> {
  const server = createHttp2Server(toNodeHandler(handler));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stops.push(() => server.close());
  const isClosed = vi.fn();
  server.once('connection', (socket: Socket) => socket.once('close', isClosed));
  const arrived = once(server, 'session') as Promise<[ServerHttp2Session]>;
  const wire = await wireTo(portOf(server));
  const session = connectHttp2(`http://127.0.0.1:${wire.port}`, { settings: { initialWindowSize: 2 ** 31 - 1 } });
  session.on('error', () => undefined);
  stops.push(() => session.destroy());
  await once(session, 'remoteSettings');
  session.setLocalWindowSize(2 ** 31 - 1);
  const [connection] = await arrived;
  const ask = (path: string): ClientHttp2Stream => {
    const stream = session.request({ ':path': path });
    stream.on('error', () => undefined);
    return stream;
  };
  return { wire, session, connection, isClosed, ask, isBlocked: () => settled(() => connection.socket.bytesWritten) };
}

/** Resolves with the code that a stream is closed with; `once` would reject for a reset. */
const codeOf = (stream: ClientHttp2Stream): Promise<number | undefined> =>
  new Promise((resolve) => stream.once('close', () => resolve(stream.rstCode)));

/** Streams that the server writes to as long as it can. */
async function fill({ ask, wire, isBlocked }: Stage): Promise<readonly ClientHttp2Stream[]> {
  const streams = Array.from({ length: 50 }, () => ask('/endless').resume());
  await Promise.all(streams.map((stream) => once(stream, 'response')));
  wire.cut();
  await isBlocked();
  return streams;
}

describe('toNodeHandler over HTTP/2, a client that stops reading its connection', () => {
  test('loses the connection after a minute, and the bodies are let go', async () => {
    const isCancelled = vi.fn();
    const stage = await staged(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
            cancel: isCancelled,
          }),
        ),
    );
    await fill(stage);
    await passes(58);
    expect(isCancelled).not.toHaveBeenCalled();
    await passes(2);
    await happens(() => expect(isCancelled).toHaveBeenCalledTimes(50));
    await passes(1);
    // unlike `happens`, this lets no time pass
    for (let i = 0; i < 1000 && stage.isClosed.mock.calls.length === 0; i++) await new Promise(setImmediate);
    expect(stage.isClosed).toHaveBeenCalled();
  });

  test('loses it also if the bodies follow the signal of their request', async () => {
    const stage = await staged(
      ({ signal }) =>
        new Response(
          new ReadableStream({
            start: (controller) => signal.addEventListener('abort', () => controller.error(signal.reason)),
            pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
          }),
        ),
    );
    await fill(stage);
    await passes(62);
    await happens(() => expect(stage.isClosed).toHaveBeenCalled());
  });

  test('loses it no sooner if the body of one of its responses fails', async () => {
    let fail: (error: Error) => void = () => undefined;
    const stage = await staged(({ url }) =>
      url.endsWith('/endless')
        ? endless()
        : new Response(new ReadableStream({ start: (controller) => (fail = (error) => controller.error(error)) })),
    );
    vi.spyOn(console, 'error').mockReturnValue();
    const stream = stage.ask('/');
    await once(stream, 'response');
    await fill(stage);
    await passes(50);
    fail(new Error('of the origin'));
    await happens(() => expect(console.error).toHaveBeenCalled());
    await passes(5);
    expect(stage.isClosed).not.toHaveBeenCalled();
    await passes(7);
    await happens(() => expect(stage.isClosed).toHaveBeenCalled());
  });

  test('and reads on in the last second keeps its other streams', async () => {
    let answer: (response: Response) => void = () => undefined;
    const stage = await staged(({ url }) =>
      url.endsWith('/endless') ? endless() : new Promise((resolve) => (answer = resolve)),
    );
    const other = stage.ask('/other');
    const streams = await fill(stage);
    await passes(60.5);
    const codes = Promise.all(streams.map(codeOf));
    stage.wire.mend();
    expect(await codes).toEqual(streams.map(() => 2));
    await passes(200);
    answer(new Response('all'));
    await once(other.resume(), 'end');
    expect(stage.isClosed).not.toHaveBeenCalled();
  });

  test('and reads on for a moment loses it a minute later', async () => {
    const stage = await staged(endless);
    await fill(stage);
    const given = stage.connection.socket.bytesWritten;
    await passes(30);
    // a stream that begins now waits for all that the others have written
    stage.wire.mend();
    await happens(() => expect(stage.connection.socket.bytesWritten).toBeGreaterThan(given));
    stage.wire.cut();
    await stage.isBlocked();
    await passes(32);
    expect(stage.isClosed).not.toHaveBeenCalled();
    await passes(30);
    await happens(() => expect(stage.isClosed).toHaveBeenCalled());
  });
});

test('toNodeHandler over HTTP/2, a client that reads all but one of its streams keeps the others', async () => {
  const stage = await staged(({ url }) =>
    url.endsWith('/endless') ? endless() : new Response(new Uint8Array(5_000_000)),
  );
  // takes 64 KiB of a stream that nobody reads
  stage.session.settings({ initialWindowSize: 65_535 });
  await happens(() => expect(stage.connection.remoteSettings.initialWindowSize).toBe(65_535));
  const [unread, read] = [stage.ask('/endless'), stage.ask('/')];
  const code = codeOf(unread);
  let taken = 0;
  read.on('data', (chunk: Buffer) => void (taken += chunk.byteLength));
  await happens(() => expect(taken).toBeGreaterThan(100_000));
  read.pause();
  await stage.isBlocked();
  await passes(59);
  read.resume();
  await happens(() => expect(taken).toBeGreaterThan(1_000_000));
  await passes(3);
  unread.resume();
  expect(await code).toBe(2);
  await happens(() => expect(taken).toBe(5_000_000));
  await passes(100);
  expect(stage.isClosed).not.toHaveBeenCalled();
});
