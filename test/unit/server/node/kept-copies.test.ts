import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toNodeHandler } from '../../../../packages/server/src/index.ts';
import { setUp, signed } from '../../../support/edge.ts';
import { gate, startNodeServer } from '../../../support/node-server.ts';
import type { NodeServer } from '../../../support/node-server.ts';

let running: NodeServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Keeps a copy of each response, which nobody reads for now, as a cache does. */
const kept: Response[] = [];
const keeping = (response: Response): Response => {
  kept.push(response.clone());
  return response;
};
const film = (init?: ResponseInit): Response => keeping(new Response('x'.repeat(200_000), init));

const status = async (handler: (request: Request) => Response | Promise<Response>, init?: RequestInit) => {
  running = await startNodeServer(toNodeHandler(handler, { onError: () => undefined }));
  return (await fetch(`${running.origin}/film.mp4`, init)).status;
};

describe('toNodeHandler: of a body of which the handler keeps a copy', () => {
  test('nothing is sent to HEAD, which is answered all the same', async () => {
    expect(await status(() => film(), { method: 'HEAD' })).toBe(200);
  });

  test('nothing is sent beside a header that Node refuses: it is a 500', async () => {
    expect(await status(() => film({ headers: { 'X-Title': 'a\u0001b' } }))).toBe(500);
  });

  test('nothing is sent to a viewer on HTTP/2 who has given up a hundred requests: the next one is served', async () => {
    const isReady = gate();
    const signals: AbortSignal[] = [];
    const handler = toNodeHandler(async ({ signal, url }) => {
      if (url.endsWith('/last')) return new Response('media');
      signals.push(signal);
      await isReady.promise;
      return film();
    });
    const server = createServer((request, response) => handler(request as never, response as never));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const ask = (path: string) => session.request({ ':path': path }).on('error', () => undefined);
    try {
      const streams = Array.from({ length: 100 }, (_, number) => ask(`/${number}`));
      await vi.waitFor(() => expect(signals).toHaveLength(100), { timeout: 10_000 });
      for (const stream of streams) stream.close(8);
      await vi.waitFor(() => expect(signals.every(({ aborted }) => aborted)).toBe(true), { timeout: 10_000 });
      isReady.resolve();
      await vi.waitFor(() => expect(kept.length).toBeGreaterThanOrEqual(100), { timeout: 10_000 });
      const [headers] = (await once(ask('/last'), 'response')) as [Record<string, unknown>];
      expect(headers[':status']).toBe(200);
    } finally {
      session.destroy();
      server.close();
    }
  });
});

describe('createEdgeHandler with a function that keeps a copy of a playlist', () => {
  const playlist = '#EXTM3U\n#EXTINF:4,\n1.ts\n';
  const origin = (request: Request): Response => {
    const isPart = request.headers.has('Range');
    return keeping(
      new Response(isPart ? playlist.slice(0, 5) : playlist, {
        status: isPart ? 206 : 200,
        headers: { 'Content-Type': 'application/vnd.apple.mpegurl' },
      }),
    );
  };
  const { get } = setUp({ signPlaylists: true, origin });

  test('answers HEAD', async () => {
    expect((await get(await signed('/vod/live'), { method: 'HEAD' })).status).toBe(200);
  });

  test('signs all of it where a part was asked for', async () => {
    const response = await get(await signed('/vod/live'), { headers: { Range: 'bytes=0-4' } });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('1.ts?st=')]);
  });
});
