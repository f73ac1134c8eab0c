import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The bytes of each segment. */
export const segment = Buffer.alloc(300_000, 'a segment of 300 kB ');
const chunk = Buffer.alloc(65_536, 'film');
const playlist = ['#EXTM3U', ...Array.from({ length: 20 }, (_, i) => `#EXTINF:4,\nseg-${i}.ts`), '#EXT-X-ENDLIST'];

/** An origin with a playlist, segments, and a film of 64 MB that nobody stores. */
export class FilmOrigin {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FilmOrigin> {
    const server = createServer(({ url = '' }, response) => {
      if (url.startsWith('/free/film.mp4')) send(response, 1000);
      else if (url.startsWith('/vod/index.m3u8')) response.end(playlist.join('\n'));
      else response.setHeader('Content-Length', segment.length).end(segment);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FilmOrigin(server);
  }

  get href(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function send(response: ServerResponse, chunks: number): void {
  let left = chunks;
  while (left-- > 0) {
    if (response.write(chunk)) continue;
    response.once('drain', () => send(response, left));
    return;
  }
  response.end();
}
