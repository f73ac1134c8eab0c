import { describe, expect, test, vi } from 'vitest';
import {
  createEdgeHandler,
  createSigningEndpoint,
  signPlaylist,
  signUrl,
  tokensFor,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';

const HOST = 'https://store.example.com';
const url = `${HOST}/vod/a.mp4`;
const origin = (): Response => new Response('content');

/** A format as a store's would be: the store judges its tokens by itself. */
const store: TokenFormat = {
  name: 'store',
  scope: 'url',
  sign: ({ href }, expires) => ({ url: href, expires, query: { sig: 'x', until: String(expires) } }),
};
const cannotVerify = expect.objectContaining({
  name: 'SecureTokenError',
  code: 'ERR_OPTIONS',
  message: expect.stringMatching(/^format: store only signs: .*Send the request there, or give a format that verifies/),
});

describe('a format without verify', () => {
  test('signs: URLs, playlists, tokens of a page, and for the signing endpoint', async () => {
    const signed = `${url}?sig=x&until=2000000000`;
    expect(await signUrl(url, { format: store, expires: 2_000_000_000 })).toBe(signed);
    const playlist = await signPlaylist('#EXTM3U\na.mp4', `${HOST}/vod/i.m3u8`, { format: store, expires: 2e9 });
    expect(playlist).toContain('a.mp4?sig=x&until=2000000000');
    expect(await tokensFor([url], { format: store, ttl: 60 })).toMatchObject([{ url, query: { sig: 'x' } }]);
    const endpoint = createSigningEndpoint({ format: store, allow: `${HOST}/vod/`, ttl: 60, authorize: () => true });
    const asked = await endpoint(
      new Request('https://app.example.com/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ urls: [url], reason: 'initial' }),
      }),
    );
    expect(await asked.json()).toMatchObject({ tokens: [{ url, query: { sig: 'x' } }], denied: [] });
  });

  test('cannot be asked for a verdict: verifyUrl says so, and what to do, also for text that is no URL', async () => {
    await expect(verifyUrl(`${url}?sig=x`, { format: store })).rejects.toEqual(cannotVerify);
    await expect(verifyUrl('no URL', { format: store })).rejects.toEqual(cannotVerify);
  });

  test('makes no edge: createEdgeHandler throws at once, with signPlaylists and without', () => {
    expect(() => createEdgeHandler({ format: store, origin })).toThrow(cannotVerify);
    expect(() => createEdgeHandler({ format: store, origin, signPlaylists: true })).toThrow(cannotVerify);
  });

  test('that a function returns lets nothing through: 503, and onError hears why', async () => {
    const [content, onError] = [vi.fn(origin), vi.fn()];
    const edge = createEdgeHandler({ format: () => store, origin: content, onError });
    expect((await edge(new Request(`${url}?sig=x`))).status).toBe(503);
    expect(onError.mock.calls).toEqual([[cannotVerify]]);
    expect(content).not.toHaveBeenCalled();
  });

  test('what has no sign either is no format, for an edge and for an endpoint', () => {
    const none = { name: 'none', scope: 'url' } as unknown as TokenFormat;
    const message = /^format: this is an object\. Give a format such as azion/;
    expect(() => createEdgeHandler({ format: none, origin })).toThrow(message);
    expect(() => createSigningEndpoint({ format: none, allow: `${HOST}/`, ttl: 60, authorize: () => true })).toThrow(
      message,
    );
  });
});
