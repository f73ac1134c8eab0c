import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import { startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';

let running: NodeServer | undefined;
afterEach(() => running?.stop());

/** Resolves to all that the server says to two requests that share a connection. */
async function saidToTwo(answer: () => Response): Promise<{ said: string; errors: unknown[] }> {
  const errors: unknown[] = [];
  running = await startNodeServer(toNodeHandler(answer, { onError: (error) => errors.push(error) }));
  const socket = connect(Number(new URL(running.origin).port), '127.0.0.1');
  socket.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n');
  socket.write('GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  return { said: await text(socket), errors };
}
const withLength = (body: BodyInit | null, length: string): Response =>
  new Response(body, { headers: { 'Content-Length': length } });
const streamed = (...parts: string[]): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

describe('toNodeHandler: a body is as long as its Content-Length, or the connection ends', () => {
  test('a body that is longer is cut before the surplus, the connection is closed, and the log hears of it', async () => {
    const isCancelled = vi.fn();
    const { said, errors } = await saidToTwo(() => {
      const parts = ['abc', 'HTTP/1.1 200 OK\r\n\r\n'];
      return withLength(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new TextEncoder().encode(parts.shift() ?? 'endless')),
          cancel: isCancelled,
        }),
        '5',
      );
    });
    expect(said.split('\r\n\r\n')).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 200/),
      expect.stringMatching(/^(?:abc)?$/),
    ]);
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('does not match the content-length') }),
    ]);
    expect(isCancelled).toHaveBeenCalledOnce();
  });

  test.each([
    ['that is shorter', () => withLength(streamed('abc'), '5')],
    ['that is empty', () => withLength(streamed(), '5')],
  ])('a body %s ends with the connection: what follows is never read as its rest', async (_, answer) => {
    const { said, errors } = await saidToTwo(answer);
    expect(said.split('\r\n\r\n')).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 200/),
      expect.stringMatching(/^(?:abc)?$/),
    ]);
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('does not match the content-length') }),
    ]);
  });

  test('a length that is right stays, of a HEAD and a 304 too', async () => {
    const { said } = await saidToTwo(() => withLength(streamed('abc', 'de'), '5'));
    expect([said.match(/content-length: 5/gi)?.length, said.match(/abcde/g)?.length]).toEqual([2, 2]);
    await running?.stop();
    const answers = [withLength(streamed('abcde'), '5'), new Response(null, { status: 304 })];
    answers[1]!.headers.set('Content-Length', '5');
    running = await startNodeServer(toNodeHandler(() => answers.shift()!));
    for (const method of ['HEAD', 'GET']) {
      const { headers } = await fetch(running.origin, { method });
      expect(headers.get('Content-Length')).toBe('5');
    }
  });
});
