import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenSource } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { PlayerEvents } from 'secure-token-core/adapter';
import { SourceMiddleware } from '../../../packages/videojs/src/native-source.ts';
import type { Session } from '../../../packages/videojs/src/session.ts';
import type { Videojs } from '../../../packages/videojs/src/vhs.ts';

/** Options for whatever ends by itself: no test waits for it, and it is no measure of a busy machine. */
const patient = { timeout: 30_000 };

const url = 'https://cdn.example.com/film.mp4';
const expires = Date.now() / 1000 + 600;

let source: TokenSource;
const failure = { show: vi.fn(), note: vi.fn(), forget: vi.fn() };
const next = vi.fn();

/** A player whose source the browser plays by itself, and the token that is at hand or comes. */
function setSource({ atHand, comes = [] }: { atHand?: Token; comes?: readonly Token[] }): SourceMiddleware {
  source = createTokenSource({
    protect: 'https://cdn.example.com/',
    tokens: atHand ? [atHand] : [],
    getTokens: () => Promise.resolve(comes),
  });
  const tech = { tech: () => undefined, readyState: () => 0 };
  const player = { options_: {}, tag: null, crossOrigin: () => null, ready: vi.fn(), ...tech };
  const events = new PlayerEvents(source, () => undefined);
  const session = { player, source, failure, events, waits: new Set() } as unknown as Session;
  const videojs = { getTech: () => ({ selectSourceHandler: () => null }) } as unknown as Videojs;
  const middleware = new SourceMiddleware(videojs, session);
  middleware.setSource({ src: url }, next);
  return middleware;
}

beforeEach(() => {
  vi.clearAllMocks();
  vi.stubGlobal('document', { baseURI: 'https://www.example.com/' });
});
afterEach(() => {
  source.destroy();
  vi.unstubAllGlobals();
});

const byQuery = { url, expires, query: { st: '1' } };
const byHeader = { url, expires, headers: { 'x-token': '1' } };

describe('a source that the browser plays by itself', () => {
  test('its token is at hand: it is given at once, as Video.js gives one without the plugin', () => {
    setSource({ atHand: byQuery });
    expect(next).toHaveBeenCalledExactlyOnceWith(null, { src: `${url}?st=1` });
  });

  test('its token is on the way: it is given when that is there', async () => {
    setSource({ comes: [byQuery] });
    expect(next).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(next).toHaveBeenCalledExactlyOnceWith(null, { src: `${url}?st=1` }), patient);
  });

  test('its token comes after another source was set: it does not replace that one', async () => {
    const middleware = setSource({ comes: [byQuery] });
    middleware.setSource({ src: 'https://open.example.com/2.mp4' }, next);
    await source.sign(url);
    expect(next).toHaveBeenCalledExactlyOnceWith(null, { src: 'https://open.example.com/2.mp4' });
  });

  test('a worker may sign it: that is asked before it is given, also where a token is at hand', async () => {
    vi.stubGlobal('navigator', { serviceWorker: { controller: { scriptURL: 'https://www.example.com/w.js' } } });
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 204 })));
    setSource({ atHand: byQuery });
    expect(next).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(next).toHaveBeenCalledExactlyOnceWith(null, { src: url }), patient);
  });

  test('its token is at hand, and cannot travel in a URL: it is not given, and the viewer reads why', async () => {
    setSource({ atHand: byHeader });
    await vi.waitFor(() => expect(failure.show).toHaveBeenCalledOnce(), patient);
    expect(failure.show.mock.calls[0]![0]).toMatchObject({ code: 'ERR_SIGNING_RESPONSE' });
    expect(next).not.toHaveBeenCalled();
  });
});
