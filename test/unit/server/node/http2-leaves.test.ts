import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream, Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';

let server: Http2Server;
let session: ClientHttp2Session;
const signals: AbortSignal[] = [];

afterEach(() => {
  session.destroy();
  server.close();
  signals.length = 0;
});

interface Client {
  readonly stream: ClientHttp2Stream;
  readonly hasHeaders: Promise<void>;
  readonly isClosed: Promise<void>;
}

/** A client of HTTP/2 whose request has come to the handler. */
async function asked(answer: () => Response | Promise<Response>): Promise<Client> {
  const handler = toNodeHandler((request) => {
    signals.push(request.signal);
    return answer();
  });
  server = createServer((request, response) => handler(request as never, response as never));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => undefined);
  const stream = session.request({ ':path': '/' });
  stream.on('error', () => undefined).resume();
  const hasHeaders = new Promise<void>((resolve) => stream.once('response', () => resolve()));
  const isClosed = new Promise<void>((resolve) => stream.once('close', resolve));
  await vi.waitFor(() => expect(signals).toHaveLength(1), { timeout: 10_000 });
  return { stream, hasHeaders, isClosed };
}

const endless = (first = ''): Response =>
  new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(first)) }));
const never = new Promise<Response>(() => undefined);

const ends: readonly [string, (stream: ClientHttp2Stream) => void][] = [
  ['resets its stream', (stream) => stream.close(8)],
  ['closes its stream without an error', (stream) => stream.close(0)],
  ['drops the connection', () => session.destroy()],
];

describe.each(ends)('HTTP/2: a client that %s', (_, leave) => {
  test.each([
    ['before the headers', () => never, false],
    ['after the headers', () => endless(), true],
    ['after a part of the body', () => endless('part'), true],
  ] as const)('%s: the signal of its request aborts', async (_when, answer, answers) => {
    const client = await asked(answer);
    if (answers) await client.hasHeaders;
    expect(signals[0]!.aborted).toBe(false);
    leave(client.stream);
    await vi.waitFor(() => expect(signals[0]!.aborted).toBe(true), { timeout: 10_000 });
  });
});

test('HTTP/2: a client that has taken all of its answer has not left', async () => {
  const { isClosed } = await asked(() => new Response('all'));
  await isClosed;
  session.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  expect(signals[0]!.aborted).toBe(false);
});
