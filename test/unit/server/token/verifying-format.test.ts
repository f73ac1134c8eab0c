import { describe, expect, test, vi } from 'vitest';
import {
  createEdgeHandler,
  signPlaylist,
  signUrl,
  tokensFor,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { ask, master } from '../../../support/signing-endpoint.ts';

/** A format as a store's would be: the store judges its tokens by itself. */
const store: TokenFormat = {
  name: 'store',
  scope: 'url',
  sign: ({ href }, expires) => ({ url: href, expires, query: { sig: 'x', until: String(expires) } }),
};
const cannotVerify = expect.objectContaining({
  code: 'ERR_OPTIONS',
  message: expect.stringMatching(/^format: store only signs: .*Send the request there, or give a format that verifies/),
}) as Error;
const origin = (): Response => new Response('content');

describe('a format without verify', () => {
  test('signs URLs, playlists, tokens of a page, and for the signing endpoint', async () => {
    expect(await signUrl(master, { format: store, expires: 2e9 })).toBe(`${master}?sig=x&until=2000000000`);
    const playlist = await signPlaylist('#EXTM3U\na.mp4', master, { format: store, expires: 2e9 });
    expect(playlist).toContain('a.mp4?sig=x&until=2000000000');
    expect(await tokensFor([master], { format: store, ttl: 60 })).toMatchObject([{ url: master }]);
    expect((await ask({ urls: [master] }, { format: store })).body).toMatchObject({ tokens: [{ url: master }] });
  });

  test('verifies nothing: verifyUrl and createEdgeHandler say what to do', async () => {
    await expect(verifyUrl(`${master}?sig=x`, { format: store })).rejects.toEqual(cannotVerify);
    expect(() => createEdgeHandler({ format: store, origin })).toThrow(cannotVerify);
  });

  test('that a function returns lets nothing through the edge: 503, and onError hears why', async () => {
    const [content, onError] = [vi.fn(origin), vi.fn()];
    const edge = createEdgeHandler({ format: () => store, origin: content, onError });
    expect((await edge(new Request(`${master}?sig=x`))).status).toBe(503);
    expect(onError.mock.calls).toEqual([[cannotVerify]]);
    expect(content).not.toHaveBeenCalled();
  });
});
