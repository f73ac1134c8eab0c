import type shaka from 'shaka-player';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenRequest, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { secureToken } from '../../../packages/shaka/src/index.ts';
import { CDN, loadShaka } from './shaka-lab.ts';

const BUILDS = [
  'shaka-player',
  'shaka-player/dist/shaka-player.compiled.debug.js',
  'shaka-player-4.11',
  'shaka-player-4.11/dist/shaka-player.compiled.debug.js',
];

let source: TokenSource;
afterEach(() => {
  source.destroy();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A player whose events are looked at, and a token source that denies the second call. */
async function secured(build: string) {
  const lib = loadShaka(build);
  const engine = new lib.net.NetworkingEngine();
  let calls = 0;
  source = createTokenSource({
    protect: CDN,
    getTokens: ({ urls }) => {
      if (++calls > 1) throw Object.assign(new Error('no'), { status: 403 });
      return Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 'a' } })));
    },
  });
  // all that a player has to do with events it has from the same class as its engine
  const player = Object.assign(engine, {
    getNetworkingEngine: () => engine,
    getMediaElement: () => null,
    getAssetUri: () => null,
  });
  const dispatch = vi.spyOn(player, 'dispatchEvent');
  secureToken(player, source);
  await new Promise((resolve) => setTimeout(resolve));
  return { lib, player, heard: () => dispatch.mock.calls.map(([event]) => event) };
}

test('called again, with the source that it has returned: that lives until the player is destroyed', async () => {
  const lib = loadShaka('shaka-player');
  const engine = new lib.net.NetworkingEngine();
  const player = Object.assign(engine, {
    getNetworkingEngine: () => engine,
    getMediaElement: () => null,
    getAssetUri: () => null,
  });
  const getTokens = ({ urls }: TokenRequest): Promise<Token[]> =>
    Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 'a' } })));
  source = secureToken(player, { getTokens, protect: CDN });
  expect(secureToken(player, source)).toBe(source);
  await expect(source.sign(`${CDN}/a`)).resolves.toMatchObject({ token: { query: { st: 'a' } } });
  await engine.destroy();
  await expect(source.sign(`${CDN}/a`)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
});

describe.each(BUILDS)('%s', (build) => {
  test('token events are events of Shaka, with what they tell, and nothing is asserted against', async () => {
    const assert = vi.spyOn(console, 'assert').mockImplementation(() => undefined);
    const { lib, heard } = await secured(build);
    await source.sign(`${CDN}/a`);
    await source.sign(`${CDN}/b`).catch(() => undefined);
    expect(heard().map(({ type }) => type)).toEqual(['tokenrenewed', 'tokendenied']);
    const [renewed, denied] = heard() as [Event & { urls: string[]; detail: object }, Event & { error: object }];
    expect(renewed.constructor).toBe((lib.util as unknown as { FakeEvent: unknown }).FakeEvent);
    expect(renewed.urls).toEqual([`${CDN}/a`]);
    expect(renewed.detail).toMatchObject({ urls: [`${CDN}/a`], reason: 'initial' });
    expect(denied.error).toMatchObject({ code: 'ERR_DENIED' });
    expect(assert.mock.calls.filter(([isTrue]) => !isTrue)).toEqual([]);
  });

  test('nothing stays in Shaka of how the class of its events is found', async () => {
    const { lib, player } = await secured(build);
    const { configure } = player as Partial<typeof player>;
    configure?.call(player, { forceHTTP: false, forceHTTPS: false } as never);
    const failure = player.request(lib.net.NetworkingEngine.RequestType.APP, {
      uris: ['secure-token-event:'],
    } as shaka.extern.Request);
    // that scheme is as unknown as before
    await expect(failure.promise).rejects.toMatchObject({ code: lib.util.Error.Code.UNSUPPORTED_SCHEME });
  });
});
