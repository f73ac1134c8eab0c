import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, vi } from 'vitest';
import type { Token, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';

const file = Buffer.from('0123456789');

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Answers as edges should, with a part if a part is asked for. */
export const serve: Answer = ({ headers }, response) => {
  const [, start, end = '9'] = /^bytes=(\d+)-(\d?)/.exec(headers.range ?? '') ?? [];
  if (start === undefined) return response.writeHead(200, { 'content-type': 'video/mp4' }).end(file);
  const last = Math.min(9, Number(end || 9));
  return response
    .writeHead(206, { 'content-range': `bytes ${start}-${last}/10`, etag: '"1"' })
    .end(file.subarray(Number(start), last + 1));
};
export const refuse =
  (status: number): Answer =>
  (_, response) =>
    response.writeHead(status).end();

/** The outcome of a fetch event. */
interface Asked {
  readonly answers: boolean;
  readonly response: Promise<Response>;
  /** Promises that keep the worker alive. */
  readonly held: readonly Promise<unknown>[];
}

/** An edge, a token source, and `handleFetch` in a worker that Chromium runs. */
export class FetchLab {
  origin = '';
  source!: TokenSource;
  #ownSource!: TokenSource;
  /** Requests that the edge got. */
  requests!: { url: string; headers: IncomingHttpHeaders }[];
  /** Answers of the edge, one after the other; then the edge serves. */
  answers!: Answer[];
  carrier!: Partial<Token>;
  /** Messages to pages, each with the id of its page. */
  told!: unknown[];
  #server!: Server;
  #handleFetch!: (event: Event, source: TokenSource) => boolean;

  async start(): Promise<void> {
    [this.requests, this.answers, this.told] = [[], [], []];
    this.carrier = { query: { st: 'secret' } };
    this.#server = createServer((request, response) => {
      this.requests.push({ url: request.url!, headers: request.headers });
      (this.answers.shift() ?? serve)(request, response);
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    let count = 0;
    const getTokens = vi.fn(() => {
      count++;
      const { query } = this.carrier;
      const expires = Date.now() / 1000 + 60;
      const carrier = { ...this.carrier, ...(query && { query: { st: `${query.st}${count}` } }) };
      return Promise.resolve({ prefix: `${this.origin}/vod/`, expires, ...carrier });
    });
    this.#ownSource = createTokenSource({ getTokens, protect: `${this.origin}/vod/` });
    this.source = this.#ownSource;
    vi.stubGlobal('location', { origin: 'https://www.example' });
    vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 Chrome/156.0.0.0' });
    vi.stubGlobal('clients', {
      get: (id: string) => Promise.resolve({ postMessage: (message: unknown) => this.told.push([id, message]) }),
    });
    vi.resetModules();
    const { handleFetch } = await import('../../../packages/worker/src/worker/handle-fetch.ts');
    this.#handleFetch = handleFetch;
  }

  /** A fetch event as the player of a browser causes it. */
  ask(
    path: string,
    { destination = 'video', mode = 'no-cors', ...init }: RequestInit & { destination?: string } = {},
  ): Asked {
    const request = Object.defineProperties(new Request(this.origin + path, init), {
      destination: { value: destination },
      mode: { value: mode },
    });
    const held: Promise<unknown>[] = [];
    let response: Promise<Response> | undefined;
    const event = {
      request,
      clientId: 'page',
      respondWith: (given: Promise<Response> | Response) => {
        response = Promise.resolve(given);
      },
      waitUntil: (work: Promise<unknown>) => held.push(work),
    };
    return { answers: this.#handleFetch(event as never, this.source), response: response!, held };
  }

  async stop(): Promise<void> {
    this.#ownSource.destroy();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Starts a lab anew for each test. */
export function fetchLab(): FetchLab {
  const lab = new FetchLab();
  beforeEach(() => lab.start());
  afterEach(() => lab.stop());
  return lab;
}
