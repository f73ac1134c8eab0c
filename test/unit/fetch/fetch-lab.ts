import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, vi } from 'vitest';
import type { Token, TokenSource, TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import type { SecureFetch } from '../../../packages/fetch/src/index.ts';
import { secureFetch } from '../../../packages/fetch/src/index.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

export const answer =
  (body: string, headers: Record<string, string> = {}, status = 200): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
export const refuse = (status: number): Answer => answer('refused', {}, status);

/** An edge in Node, a token source, and a fetch that signs what goes to `/vod/`. */
export class FetchLab {
  origin = '';
  /** Requests that the edge got. */
  requests: IncomingMessage[] = [];
  /** Answers of the edge, one after the other; then the edge serves the text `media`. */
  answers: Answer[] = [];
  /** Members of a token that say how tokens travel. */
  carrier = (count: number): Partial<Token> => ({ query: { st: `t${count}` } });
  /** Replaces the way to get tokens. */
  getTokens: TokenSourceOptions['getTokens'];
  /** URLs that tokens were asked for. */
  asked: (readonly string[])[] = [];
  source!: TokenSource;
  /** A spy in front of Node's fetch. */
  fetch = vi.fn(globalThis.fetch);
  secure!: SecureFetch;
  #server!: Server;

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      (this.answers.shift() ?? answer('media'))(request, response);
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    this.source = createTokenSource({
      protect: this.url('vod/'),
      retry: { limit: 0 },
      // pauses are none
      random: () => 0,
      getTokens: (request) => {
        this.asked.push(request.urls);
        return this.getTokens?.(request) ?? Promise.resolve(this.token(this.asked.length));
      },
    });
    this.secure = secureFetch(this.source, this.fetch);
  }

  /** The token of a number, which opens all that is protected. */
  token(count: number): Token {
    return { prefix: this.url('vod/'), expires: Date.now() / 1000 + 60, ...this.carrier(count) };
  }

  url(path = 'vod/1.m4s'): string {
    return `${this.origin}/${path}`;
  }

  /** The URLs that the edge was asked for. */
  get seen(): string[] {
    return this.requests.map(({ url }) => url!);
  }

  async stop(): Promise<void> {
    this.source.destroy();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Starts a lab anew for each test. */
export function fetchLab(): { readonly now: FetchLab } {
  const lab = { now: new FetchLab() };
  beforeEach(() => {
    lab.now = new FetchLab();
    return lab.now.start();
  });
  afterEach(() => lab.now.stop());
  return lab;
}
