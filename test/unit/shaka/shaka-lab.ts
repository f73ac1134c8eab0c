import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';
import type shaka from 'shaka-player';
import { onTestFinished, vi } from 'vitest';
import type { TokenRequest, TokensAnswer } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/shaka/src/index.ts';
import type { Response, SchemePlugin } from '../../../packages/shaka/src/shaka-types.ts';

type Shaka = typeof shaka;

export const CDN = 'https://cdn.test';

/** A published file of Shaka Player, which looks at the browser when it is loaded. @param name as it is imported */
export function loadShaka(name: string): Shaka {
  const { window } = new JSDOM('', { url: 'https://page.test/', runScripts: 'outside-only' });
  const { document, navigator, location } = window as unknown as Window;
  for (const [member, value] of Object.entries({ self: globalThis, window, document, navigator, location }))
    vi.stubGlobal(member, value);
  return createRequire(import.meta.url)(name) as Shaka;
}

/** A status with a body that arrives in parts. */
interface Streamed {
  readonly status: number;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** A status, or what the loader fails with in place of one. */
type Outcome = number | Streamed | ((uri: string) => unknown);

/** An edge in place of the network, which answers with these outcomes, one after the other, and then with 200. */
function edge({ util }: Shaka, outcomes: Outcome[], sent: string[]): SchemePlugin {
  return (uri, { streamDataCallback }) => {
    sent.push(uri);
    const outcome = outcomes.shift() ?? 200;
    if (typeof outcome === 'function') return util.AbortableOperation.failed(outcome(uri) as never) as never;
    const { status, parts } = typeof outcome === 'number' ? { status: outcome, parts: [] } : outcome;
    // as its HttpFetchPlugin until 5.2.7, whatever the status
    const streamed = async (): Promise<void> => {
      for (const part of parts) await streamDataCallback?.(part);
    };
    const { RECOVERABLE, CRITICAL } = util.Error.Severity;
    const { NETWORK } = util.Error.Category;
    // as Shaka 4: its HttpPluginUtils
    const severity = status === 401 || status === 403 ? CRITICAL : RECOVERABLE;
    const answer = (): Response => {
      if (status >= 400)
        throw new util.Error(severity, NETWORK, util.Error.Code.BAD_HTTP_STATUS, uri, status, '', {}, 1);
      return { uri, originalUri: uri, data: new ArrayBuffer(1), status, headers: {} } as unknown as Response;
    };
    return util.AbortableOperation.notAbortable(streamed().then(answer));
  };
}

/** A networking engine of Shaka, and an endpoint that answers as `getTokens` does. */
export function createShakaLab(
  name: 'shaka-player' | 'shaka-player-4.11',
  getTokens: (request: TokenRequest) => Promise<TokensAnswer | TokensAnswer['tokens']>,
  outcomes: Outcome[] = [],
  media: object | null = null,
) {
  const lib = loadShaka(name);
  const sent: string[] = [];
  const engine = new lib.net.NetworkingEngine();
  // as a player does, since 5
  const { configure } = engine as Partial<typeof engine>;
  configure?.call(engine, { forceHTTP: false, forceHTTPS: false, minBytesForProgressEvents: 0 } as never);
  lib.net.NetworkingEngine.registerScheme('http', edge(lib, outcomes, sent));
  lib.net.NetworkingEngine.registerScheme('https', edge(lib, outcomes, sent));
  const source = createTokenSource({ getTokens, protect: CDN, random: () => 0, retry: { limit: 0 } });
  const player = {
    getNetworkingEngine: () => engine,
    getMediaElement: () => media as HTMLMediaElement | null,
    getAssetUri: () => null,
    dispatchEvent: () => true,
  };
  secureToken(player, source);
  onTestFinished(() => source.destroy());
  const request = (
    maxAttempts = 1,
    streamDataCallback: shaka.extern.Request['streamDataCallback'] = null,
  ): shaka.extern.IAbortableOperation<Response> => {
    const retryParameters = {
      ...lib.net.NetworkingEngine.defaultRetryParameters(),
      maxAttempts,
      baseDelay: 0,
      fuzzFactor: 0,
    };
    return engine.request(
      lib.net.NetworkingEngine.RequestType.SEGMENT,
      lib.net.NetworkingEngine.makeRequest([`${CDN}/s-1.m4s`], retryParameters, streamDataCallback),
    );
  };
  return { lib, engine, player, source, sent, request };
}

export const failureOf = ({ promise }: { readonly promise: Promise<unknown> }): Promise<shaka.util.Error> =>
  promise.then(
    () => {
      throw new Error('it has not failed');
    },
    (error: unknown) => error as shaka.util.Error,
  );
