import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, vi } from 'vitest';
import { download } from '../../../packages/progressive/src/download.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

export const SIZE = 100_000;
export const file = randomBytes(SIZE);
/** The content of another version of the file. */
export const other = randomBytes(SIZE);

const begin = ({ headers }: IncomingMessage): number => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);

/** Answers as servers should, with a part if a part is asked for. */
export const serve =
  ({ data = file, etag = '"1"', isKnown = true, until = Infinity } = {}): Answer =>
  (request, response) => {
    const start = begin(request);
    const body = data.subarray(start);
    const range = { 'content-range': `bytes ${start}-${data.length - 1}/${isKnown ? data.length : '*'}` };
    response.writeHead(request.headers.range ? 206 : 200, {
      etag,
      'content-length': body.length,
      ...(request.headers.range && range),
    });
    if (until >= body.length) response.end(body);
    else response.write(body.subarray(0, until), () => response.destroy());
  };
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end();
export const half = serve({ until: SIZE / 2 });

/** A server, and downloads from it. */
export class DownloadLab {
  url = '';
  /** Requests that the server got. */
  requests!: { method: string; headers: IncomingHttpHeaders }[];
  /** Number of tokens that were handed out. */
  tokens = 0;
  #answers: Answer[] = [];
  #server!: Server;

  async start(): Promise<void> {
    this.requests = [];
    this.tokens = 0;
    this.#server = createServer((request, response) => {
      this.requests.push({ method: request.method!, headers: request.headers });
      void (this.#answers.shift() ?? serve())(request, response);
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.url = `${origin}/film.mp4`;
    vi.stubGlobal('document', { baseURI: `${origin}/page` });
    vi.stubGlobal('location', { origin });
    vi.stubGlobal('navigator', { onLine: true });
    vi.stubGlobal('addEventListener', () => undefined);
    // the shortest pauses
    vi.spyOn(Math, 'random').mockReturnValue(0);
  }

  async stop(): Promise<void> {
    vi.restoreAllMocks();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Ends each pause between tries at once, as the browser does when the network is back. */
  skipPauses(): void {
    vi.stubGlobal('addEventListener', (_: string, onOnline: () => void) => setImmediate(onOnline));
  }

  /** Downloads from a server that answers as in `script`, and then as it should. */
  async run(script: Answer[], more: object = {}): Promise<Buffer> {
    return Buffer.from(await (await this.blob(script, more)).arrayBuffer());
  }

  /** Does the same, and resolves to the blob. */
  blob(script: Answer[], more: object = {}): Promise<Blob> {
    this.#answers = script;
    return download(this.url, { getTokens: this.#getTokens, ...more });
  }

  /** Downloads into a stream, from a server that answers as in `script`, and then as it should. */
  stream(script: Answer[], more: object = {}): { as: WritableStream<Uint8Array>; done: Promise<Buffer> } {
    const pieces: Uint8Array[] = [];
    this.#answers = script;
    const as = new WritableStream<Uint8Array>({
      write: (piece) => {
        pieces.push(piece);
      },
    });
    const done = download(this.url, { getTokens: this.#getTokens, as, ...more }).then(() => Buffer.concat(pieces));
    return { as, done };
  }

  /** Ranges that were asked for. */
  ranges(): (string | undefined)[] {
    return this.requests.map(({ headers }) => headers.range);
  }

  readonly #getTokens = ({ urls }: { urls: readonly string[] }) => {
    this.tokens++;
    const query = { token: `secret${this.tokens}` };
    return Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query })));
  };
}

/** Starts a lab anew for each test. */
export function downloadLab(): DownloadLab {
  const lab = new DownloadLab();
  beforeEach(() => lab.start());
  afterEach(() => lab.stop());
  return lab;
}
