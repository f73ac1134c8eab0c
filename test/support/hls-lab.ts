import { readFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Token } from '../../packages/core/src/index.ts';
import type { LabFormat } from './lab-tokens.ts';
import { labToken, verifyLabToken } from './lab-tokens.ts';
import { inPart } from './parts.ts';

export interface LabRequest {
  /** Path without the token. */
  readonly path: string;
  /** URL as asked for, token and all. */
  readonly url: string;
  readonly host: 'here' | 'elsewhere';
  readonly method: string;
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface LabCall {
  readonly urls: string[];
  readonly reason: string;
}

export type Answer =
  | string
  | Buffer
  | {
      status?: number;
      headers?: Record<string, string>;
      body?: string | Buffer;
      /** Seconds between the two halves. */ pause?: number;
    };

interface LabSettings {
  format: LabFormat;
  /** Seconds that a token lives. */
  ttl: number;
  /** Seconds before the endpoint answers. */
  wait: number;
  /** The endpoint answers this instead; 0 is off. */
  failWith: number;
  /** Calls that ask for none of these URLs do not fail. */
  failsFor: (url: string) => boolean;
  denied: (url: string) => boolean;
  /** Extra answers, by path: `(url, number of the request)`. Paths under `/v/` are protected. */
  routes: Record<
    string,
    (url: URL, times: number, body: string, headers: IncomingMessage['headers']) => Answer | Promise<Answer>
  >;
  /** Refusals to come: `times` requests to a path are refused although their token is good. */
  refusals: { path: RegExp; status: number; times: number }[];
}

const root = new URL('../..', import.meta.url).pathname;

const versions = { '1.5': 'hls.js-1.5', '1.6': 'hls.js-1.6', '1.7': 'hls.js' } as const;
export type LabVersion = keyof typeof versions;
/** The newest in `npm test`, the others in `npm run test:all`. */
export const labVersions: readonly LabVersion[] = inPart(['1.7'], ['1.6', '1.5']);

const types: Record<string, string> = {
  m3u8: 'application/vnd.apple.mpegurl',
  mjs: 'text/javascript',
  js: 'text/javascript',
  html: 'text/html',
  json: 'application/json',
};

/** One page, one server that is its origin, signing endpoint and edge, and one on another origin, for ads. */
export class Lab implements LabSettings {
  format: LabFormat = 'path';
  ttl = 60;
  wait = 0;
  failWith = 0;
  failsFor: (url: string) => boolean = () => true;
  denied: (url: string) => boolean = () => false;
  routes: LabSettings['routes'] = {};
  refusals: LabSettings['refusals'] = [];
  readonly requests: LabRequest[] = [];
  readonly calls: LabCall[] = [];
  page!: Page;
  origin = '';
  elsewhere = '';
  readonly #servers: Server[] = [];
  readonly #plugin: string;
  readonly #times = new Map<string, number>();
  #serial = 0;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.close();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  /** Requests to protected URLs. */
  get guarded(): LabRequest[] {
    return this.requests.filter(({ path, host }) => host === 'here' && path.startsWith('/v/'));
  }

  /** `403 /v/x.ts` for each request that was not answered 2xx or 3xx. */
  get refused(): string[] {
    return this.requests.filter(({ status }) => status >= 400).map(({ status, path }) => `${status} ${path}`);
  }

  /** Counts the requests for a path. */
  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  listen(host: LabRequest['host']): Promise<string> {
    const server = createServer((request, response) => {
      this.#answer(host, request, response).catch((error: unknown) => {
        console.error(error);
        response.writeHead(500).end();
      });
    });
    this.#servers.push(server);
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
    );
  }

  async #answer(host: LabRequest['host'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const origin = host === 'here' ? this.origin : this.elsewhere;
    const url = new URL(origin + request.url!);
    const cors = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'cache-control': 'no-store',
    };
    if (method === 'OPTIONS') return void response.writeHead(204, cors).end();
    if (url.pathname === '/token') return this.#sign(JSON.parse(body.toString()) as LabCall, response);

    const { path, verdict } = verifyLabToken(host === 'here' ? this.format : 'none', url);
    let status = verdict;
    const refusal = this.refusals.find((rule) => rule.times && rule.path.test(path));
    if (status === 200 && refusal) {
      refusal.times--;
      status = refusal.status;
    }
    const isServed = host === 'elsewhere' || path.startsWith('/v/') || path in this.routes;
    const answer = status === 200 ? await this.#content(path, url, body.toString('latin1'), headers) : { status };
    const full = typeof answer === 'string' || Buffer.isBuffer(answer) ? { body: answer } : answer;
    status = full.status ?? 200;
    let content = Buffer.from(full.body ?? '');
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    let range = {};
    if (from && status === 200) {
      const { length } = content;
      content = content.subarray(Number(from), to ? Number(to) + 1 : undefined);
      status = 206;
      range = { 'content-range': `bytes ${from}-${Number(from) + content.length - 1}/${length}` };
    }
    if (isServed)
      this.requests.push({ path, url: url.href, host, method, status, headers, body: body.toString('latin1') });
    response.writeHead(status, {
      ...cors,
      'content-type': types[path.split('.').at(-1)!] ?? 'application/octet-stream',
      'content-length': content.length,
      ...range,
      ...full.headers,
    });
    if (full.pause) {
      response.write(content.subarray(0, content.length / 2));
      content = content.subarray(content.length / 2);
      await delay(full.pause * 1000);
    }
    response.end(content);
  }

  async #content(path: string, url: URL, body: string, headers: IncomingMessage['headers']): Promise<Answer> {
    const times = (this.#times.get(path) ?? 0) + 1;
    this.#times.set(path, times);
    const route = this.routes[path];
    if (route) return route(url, times, body, headers);
    if (path === '/') {
      const version = url.search.slice(1);
      return {
        headers: { 'content-type': 'text/html' },
        body: `<!doctype html><link rel=icon href=data:,>
          <video id=video muted></video><video id=other muted></video><script src=/plugin.js></script>
          <script type=module>
            import * as all from '/hls-${version}.mjs';
            window.hlsModule = all;
            window.Hls = all.default;
          </script>`,
      };
    }
    if (path === '/plugin.js') return this.#plugin;
    const [, version] = /^\/hls-(.*)\.mjs$/.exec(path) ?? [];
    if (version) return readFile(`${root}node_modules/${versions[version as LabVersion]}/dist/hls.mjs`);
    return this.file(path);
  }

  /** The media file of a path, or 404. */
  file(path: string): Promise<Answer> {
    return readFile(`${root}test/media/${path.replace(/^\/v\//, '').replaceAll('..', '')}`).catch(() => ({
      status: 404,
    }));
  }

  async #sign({ urls, reason }: LabCall, response: ServerResponse): Promise<void> {
    this.calls.push({ urls, reason });
    if (this.wait) await delay(this.wait * 1000);
    if (this.failWith && urls.some(this.failsFor)) return void response.writeHead(this.failWith).end();
    const denied = urls.filter((url) => this.denied(url));
    const tokens = urls.filter((url) => !denied.includes(url)).map((url) => this.token(url));
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ now: Date.now() / 1000, tokens, denied }));
  }

  /** A token for `url`, unlike any before. */
  token(url: string): Token {
    return labToken(this.format, url, { ttl: this.ttl, serial: ++this.#serial });
  }
}
