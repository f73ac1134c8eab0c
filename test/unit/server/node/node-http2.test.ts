import { once } from 'node:events';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { text } from 'node:stream/consumers';
import { describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';

describe('HTTP/2', () => {
  /** Sends a request, and resolves when it has come to the handler. */
  async function asked(answer: (url: string) => Response | Promise<Response>) {
    const signals: AbortSignal[] = [];
    const handler = toNodeHandler(
      ({ signal, url }) => {
        signals.push(signal);
        return answer(url);
      },
      { onError: () => undefined },
    );
    const server = createHttp2Server((req, res) => handler(req as never, res as never));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    session.on('error', () => undefined);
    const stream = session.request({ ':path': '/token?a=1', ':authority': 'app.example.com' });
    stream.on('error', () => undefined);
    const body = text(stream).catch(() => '');
    const hasHeaders = new Promise<void>((resolve) => stream.once('response', () => resolve()));
    const isClosed = new Promise<void>((resolve) => stream.once('close', resolve));
    await vi.waitFor(() => expect(signals).toHaveLength(1), { timeout: 30_000 });
    const stop = (): void => {
      session.destroy();
      server.close();
    };
    return { signal: signals[0]!, stream, session, body, hasHeaders, isClosed, stop };
  }

  test.each([
    ['resets its stream, before the headers', false, 8, () => new Promise<Response>(() => undefined)],
    ['drops the connection', true, undefined, () => new Response(new ReadableStream())],
  ] as const)('a client that %s, aborts the signal of its request', async (_, answers, code, answer) => {
    const { signal, stream, session, hasHeaders, stop } = await asked(answer);
    if (answers) await hasHeaders;
    if (code === undefined) session.destroy();
    else stream.close(code);
    await vi.waitFor(() => expect(signal.aborted).toBe(true), { timeout: 30_000 });
    stop();
  });

  test('a client that has taken all of the answer for its URL has not left', async () => {
    const { signal, body, isClosed, stop } = await asked((url) => new Response(url));
    expect(await body).toBe('http://app.example.com/token?a=1');
    await isClosed;
    stop();
    await new Promise((resolve) => setImmediate(resolve));
    expect(signal.aborted).toBe(false);
  });
});
