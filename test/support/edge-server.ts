import { setTimeout as delay } from 'node:timers/promises';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { createEdgeHandler } from '../../packages/server/src/index.ts';
import { listen } from './listen.ts';
import type { Carrier } from './token-formats.ts';
import { carriers, tokenFormat } from './token-formats.ts';

/** Settings that can be changed while the edge runs. */
export interface EdgeSettings {
  /** Secrets, any of which verifies. */
  secrets: readonly string[];
  /** Seconds by which the edge's clock is ahead of the machine's. */
  clockOffset: number;
  /**
   * Refuses every n-th request on average with a 403, picked by a generator with a fixed seed, but never the next
   * request for the same path; 0 is off.
   */
  refuseEvery: number;
  /** Body of refusals; other edges send a page or a text. */
  refusalBody: string | null;
  /** Whether refusals have CORS headers: without them a page sees status 0. */
  corsOnRefusals: boolean;
  /** Seconds before an answer begins. */
  latency: number;
  /** Bits a second of one response; 0 is unlimited. */
  bandwidth: number;
}

export interface EdgeRequest {
  readonly at: number;
  readonly method: string;
  /** URL as asked for, token and all. */
  readonly url: string;
  readonly carrier: Carrier;
  /** Path that the origin was asked for, such as `/vod/ts/master.m3u8`; empty for a request that was refused. */
  readonly path: string;
  readonly headers: Headers;
  /** Status; 0 until it is known, and where the origin was given up with the request: a page has been closed. */
  readonly status: number;
}

export interface Edge extends EdgeSettings {
  readonly origin: string;
  /** Requests without preflights, in order of arrival. */
  readonly requests: readonly EdgeRequest[];
  /** Returns the requests that the edge answered with 401, 403 or 410. */
  refusals(): EdgeRequest[];
  stop(): Promise<void>;
}

const defaults: Omit<EdgeSettings, 'secrets'> = {
  clockOffset: 0,
  refuseEvery: 0,
  refusalBody: null,
  corsOnRefusals: true,
  latency: 0,
  bandwidth: 0,
};

/** Numerical Recipes' generator: the same sequence in every run. */
function seededRandom(): () => number {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Our edge handler on a port of its own. `/<carrier>/<rest>` is verified by the format of that carrier; `origin` is
 * asked for `/<rest>`.
 */
export async function startEdge(options: {
  origin: (request: Request) => Promise<Response>;
  settings: Partial<EdgeSettings> & Pick<EdgeSettings, 'secrets'>;
}): Promise<Edge> {
  const edge = { ...defaults, ...options.settings };
  const requests: (EdgeRequest & { path: string; status: number })[] = [];
  const random = seededRandom();

  const unlucky = new Set<string>();
  const isUnlucky = ({ url, headers }: Pick<Request, 'url' | 'headers'>): boolean => {
    // without what a path token puts in front; players ask for several parts of a file at a time
    const part = new URL(url).pathname.replace(/^\/path\/[\w-]{22}\/\d+/, '') + (headers.get('range') ?? '');
    if (!edge.refuseEvery || unlucky.delete(part) || random() >= 1 / edge.refuseEvery) return false;
    unlucky.add(part);
    return true;
  };

  const formatNow = (): VerifyingTokenFormat => {
    const formats = new Map(
      [...carriers, 'whole' as const].map((carrier) => [carrier, tokenFormat(carrier, edge.secrets)]),
    );
    return {
      ...formats.get('exact')!,
      verify: (request, now) => {
        const format = formats.get(carrierOf(request.url));
        if (!format || isUnlucky(request)) return { ok: false, status: 403, reason: 'signature' };
        return format.verify(request, now);
      },
    };
  };
  const paths = new WeakMap<Request, string>();
  const handler = (asked: Request): ((request: Request) => Promise<Response>) =>
    createEdgeHandler({
      format: formatNow,
      origin: (request) => {
        const url = new URL(request.url);
        url.pathname = url.pathname.replace(/^\/\w+/, '');
        paths.set(asked, url.pathname);
        return options.origin(new Request(url, request));
      },
      cors: pageCors(asked),
      clock: () => Date.now() + edge.clockOffset * 1000,
    });

  const server = await listen(async (request) => {
    const { method, url, headers } = request;
    const entry = {
      at: Date.now(),
      method,
      url,
      carrier: carrierOf(url),
      path: '',
      headers,
      status: 0,
    };
    if (method !== 'OPTIONS') requests.push(entry);
    if (edge.latency) await delay(edge.latency * 1000);
    const response = await handler(request)(request);
    entry.path = paths.get(request) ?? '';
    const isGivenUp = response.status === 502 && request.signal.aborted;
    entry.status = isGivenUp ? 0 : response.status;
    if (isRefusal(entry) && !edge.corsOnRefusals) {
      for (const name of [...response.headers.keys()])
        if (name.startsWith('access-control-')) response.headers.delete(name);
    }
    if (isRefusal(entry)) return new Response(edge.refusalBody, response);
    return edge.bandwidth && response.body
      ? new Response(response.body.pipeThrough(throttle(edge.bandwidth)), response)
      : response;
  });

  return Object.assign(edge, {
    origin: server.origin,
    requests,
    refusals: () => requests.filter(isRefusal),
    stop: () => server.close(),
  });
}

const isRefusal = ({ status }: { status: number }): boolean => [401, 403, 410].includes(status);

const carrierOf = (url: string): Carrier => new URL(url).pathname.split('/')[1] as Carrier;

/** Allows any page, by its name where the token is a cookie: browsers want the name of the origin then. */
function pageCors(request: Request): { origins: '*' | string[]; credentials: boolean } {
  const origin = request.headers.get('origin');
  return carrierOf(request.url) === 'cookie' && origin
    ? { origins: [origin], credentials: true }
    : { origins: '*', credentials: false };
}

/** Keeps to a timetable: a timer that was late makes the next wait shorter. */
function throttle(bitsPerSecond: number): TransformStream<Uint8Array, Uint8Array> {
  const size = Math.max(1024, Math.round(bitsPerSecond / 8 / 20));
  let due = 0;
  return new TransformStream({
    async transform(chunk, controller) {
      due ||= performance.now();
      for (let start = 0; start < chunk.length; start += size) {
        const piece = chunk.subarray(start, start + size);
        due += (piece.length * 8 * 1000) / bitsPerSecond;
        await delay(Math.max(0, due - performance.now()));
        controller.enqueue(piece);
      }
    },
  });
}
