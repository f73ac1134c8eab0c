import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';
import type shaka from 'shaka-player';
import { onTestFinished, vi } from 'vitest';
import type { Token, TokenRequest, TokenSource, TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/shaka/src/index.ts';
import type { Operation, Request, Response, SchemePlugin } from '../../../packages/shaka/src/shaka-types.ts';

export type Shaka = typeof shaka;

export const CDN = 'https://cdn.test';
export const VERSIONS = ['shaka-player', 'shaka-player-4.11'] as const;
export type Version = (typeof VERSIONS)[number];

/** A published file of Shaka Player, which looks at the browser when it is loaded. */
export function loadShaka(version: Version): Shaka {
  const { window } = new JSDOM('', { url: 'https://page.test/', runScripts: 'outside-only' });
  const { document, navigator, location } = window as unknown as Window;
  for (const [member, value] of Object.entries({ self: globalThis, window, document, navigator, location }))
    vi.stubGlobal(member, value);
  return createRequire(import.meta.url)(version) as Shaka;
}

/** A status with a body that arrives in parts. */
interface Streamed {
  readonly status: number;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** A status, or what the loader fails with in place of one. */
export type Outcome = number | Streamed | ((uri: string) => unknown);

/** An edge in place of the network, which answers with these outcomes, one after the other, and then with 200. */
export function edge({ util }: Shaka, outcomes: Outcome[], sent: string[]): SchemePlugin {
  return (uri, { streamDataCallback }) => {
    sent.push(uri);
    const outcome = outcomes.shift() ?? 200;
    if (typeof outcome === 'function') return util.AbortableOperation.failed(outcome(uri) as never) as never;
    const { status, parts } = typeof outcome === 'number' ? { status: outcome, parts: [] } : outcome;
    const { Severity, Category, Code } = util.Error;
    const answer = async (): Promise<Response> => {
      // as the plugin of Shaka until 5.2.7, whatever the status
      for (const part of parts) await streamDataCallback?.(part);
      if (status >= 400)
        throw new util.Error(Severity.RECOVERABLE, Category.NETWORK, Code.BAD_HTTP_STATUS, uri, status, '', {}, 1);
      return { uri, originalUri: uri, data: new ArrayBuffer(1), status, headers: {} } as unknown as Response;
    };
    return util.AbortableOperation.notAbortable(answer());
  };
}

let count = 0;
/** Answers with tokens `t1`, `t2`, … */
export const numbered = ({ urls }: TokenRequest): Promise<Token[]> =>
  Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: `t${++count}` } })));
export const never = (): Promise<never> => new Promise(() => undefined);

/** A player of Shaka as far as the plugin knows it, on an edge with these outcomes. */
export function createShakaLab(
  version: Version,
  getTokens: (request: TokenRequest) => Promise<Token[]>,
  outcomes: Outcome[] = [],
) {
  const lib = loadShaka(version);
  const { NetworkingEngine } = lib.net;
  const sent: string[] = [];
  const engine = new NetworkingEngine();
  // as a player does, since 5
  const { configure } = engine as Partial<typeof engine>;
  configure?.call(engine, { forceHTTP: false, forceHTTPS: false, minBytesForProgressEvents: 0 } as never);
  NetworkingEngine.registerScheme('http', edge(lib, outcomes, sent));
  NetworkingEngine.registerScheme('https', edge(lib, outcomes, sent));
  const dispatchEvent = vi.fn<(event: object) => boolean>();
  const player = {
    getNetworkingEngine: () => engine,
    getMediaElement: () => null,
    getAssetUri: () => null,
    dispatchEvent,
  };
  /** Calls `secureToken()` once more. */
  const secure = (options: Partial<TokenSourceOptions> | TokenSource): TokenSource => {
    const source = secureToken(player, { protect: CDN, random: () => 0, retry: { limit: 0 }, ...options });
    onTestFinished(() => source.destroy());
    return source;
  };
  const source = secure({ getTokens });
  const retryParameters = { ...NetworkingEngine.defaultRetryParameters(), maxAttempts: 1 };
  const request = (changes: Partial<Request> = {}): Operation =>
    engine.request(
      NetworkingEngine.RequestType.SEGMENT,
      Object.assign(NetworkingEngine.makeRequest([`${CDN}/s-1.m4s`], retryParameters), changes),
    );
  return { lib, engine, player, source, sent, secure, request, dispatchEvent };
}

export const failureOf = ({ promise }: Operation): Promise<shaka.util.Error> =>
  promise.then(
    () => {
      throw new Error('it has not failed');
    },
    (error: unknown) => error as shaka.util.Error,
  );
