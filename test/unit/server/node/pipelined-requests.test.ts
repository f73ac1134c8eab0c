import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import type { NodeHandlerOptions } from '../../../../packages/server/src/index.ts';
import { gate, startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';

/** Options for whatever ends by itself: no test waits for it, and it is no measure of a busy machine. */
const patient = { timeout: 30_000 };

let running: NodeServer | undefined;
const clients: Socket[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await running?.stop();
});

const serve = async (
  handler: (request: Request) => Response | Promise<Response>,
  options?: NodeHandlerOptions,
): Promise<string> => {
  running = await startNodeServer(toNodeHandler(handler, options));
  return running.origin;
};

/** Sends requests for `paths` at once, and reads nothing before it is told to. */
const pipeline = (origin: string, paths: readonly string[]): Socket => {
  const client = connect(Number(new URL(origin).port), '127.0.0.1').pause();
  clients.push(client.on('error', () => undefined));
  client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a.example\r\n\r\n`).join(''));
  return client;
};
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `/film-${i}`);

/** A body that never ends, and whether it is open. */
class Film {
  static opened = 0;
  static open = 0;
  readonly response: Response;

  constructor() {
    Film.opened++;
    Film.open++;
    this.response = new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
        cancel: () => {
          Film.open--;
        },
      }),
    );
  }
}

describe('toNodeHandler, requests that a client sends before their answers are there,', () => {
  test('all end with the connection: each body is cancelled, each signal aborted, and no further one begins', async () => {
    [Film.opened, Film.open] = [0, 0];
    const signals: AbortSignal[] = [];
    const onError = vi.fn();
    const origin = await serve(
      ({ signal }) => {
        signals.push(signal);
        return new Film().response;
      },
      { onError },
    );
    const client = pipeline(origin, numbered(10));
    await vi.waitFor(() => expect(Film.open).toBeGreaterThan(0), patient);
    client.destroy();
    await vi.waitFor(() => expect(Film.open).toBe(0), patient);
    const { opened } = Film;
    await once(running!.server.close(), 'close');
    expect([Film.opened, Film.open]).toEqual([opened, 0]);
    expect(signals.map(({ aborted }) => aborted)).toEqual(signals.map(() => true));
    expect(onError).not.toHaveBeenCalled();
  });

  test('are handled one after the other, and answered in their order', async () => {
    const gates = numbered(4).map(() => gate());
    const begun: string[] = [];
    const origin = await serve(async (request) => {
      const { pathname } = new URL(request.url);
      begun.push(pathname);
      await gates[Number(pathname.at(-1))]!.promise;
      return new Response(pathname);
    });
    const client = pipeline(origin, numbered(4));
    let seen = '';
    client.on('data', (chunk) => (seen += chunk.toString())).resume();
    for (const [i, { resolve }] of gates.entries()) {
      await vi.waitFor(() => expect(begun).toHaveLength(i + 1), patient);
      resolve();
    }
    await vi.waitFor(() => expect(seen.match(/\/film-\d/g)).toEqual(numbered(4)), patient);
    expect(begun).toEqual(numbered(4));
  });
});
