import { describe, expect, test, vi } from 'vitest';
import { azion, tokensFor, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { attachToken } from '../../../../packages/server/src/token/attach-token.ts';
import { HOST, NOW, ask, master } from '../../../support/signing-endpoint.ts';

const format = azion({ secret: 'mysecret', depth: 2 });
const folder = `${HOST}/vod/7/`;
const urls = [master, `${folder}hd/i.m3u8`, `${folder}hd/s1.m4s`];

describe('the signing endpoint with folder tokens of azion', () => {
  test('one token for all URLs of the folder', async () => {
    const { body } = await ask({ urls: [...urls, `${HOST}/vod/8/a.m3u8`, `${HOST}/vod/a.mp4`] }, { format });
    expect(body.tokens.map(({ url, prefix }) => prefix ?? url)).toEqual([
      folder,
      `${HOST}/vod/8/`,
      `${HOST}/vod/a.mp4`,
    ]);
    for (const url of urls) {
      const signed = attachToken(url, body.tokens[0]!);
      expect(await verifyUrl(signed, { format, now: NOW })).toMatchObject({ ok: true, expires: NOW + 300 });
    }
    expect(body.denied).toEqual([]);
  });

  test('what is denied in the folder denies its token, and `allow` holds for the whole of it', async () => {
    const authorize = () => ({ denied: [`${folder}premium/`] });
    expect((await ask({ urls: [master, `${HOST}/vod/8/a.m3u8`] }, { format, authorize })).body.denied).toEqual([
      master,
    ]);
    expect((await ask({ urls: [master] }, { format, allow: `${folder}hd/` })).status).toBe(403);
    expect((await ask({ urls: [`${folder}hd/i.m3u8`] }, { format, allow: `${folder}hd/` })).status).toBe(403);
    expect((await ask({ urls: [`${folder}hd/i.m3u8`] }, { format, allow: folder })).status).toBe(200);
  });

  /** A playlist beside the folders of its renditions, and one within a folder. */
  const playlists: Readonly<Record<string, string>> = {
    '/vod/master.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n7/i.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\nlow.m3u8\n',
    '/vod/7/i.m3u8': '#EXTM3U\n#EXTINF:4,\ns1.m4s\n#EXT-X-ENDLIST\n',
    '/vod/low.m3u8': '#EXTM3U\n#EXTINF:4,\nlow1.m4s\n#EXT-X-ENDLIST\n',
  };
  const fetch = vi.fn(async (url: string) => new Response(playlists[new URL(url).pathname] ?? null));
  const named = (tokens: readonly { url?: string; prefix?: string }[]) =>
    tokens.map(({ url, prefix }) => (prefix ?? url)!.slice(HOST.length)).sort();

  test('expand: the folder opens its children by itself, a playlist beside folders is read', async () => {
    expect(named((await ask({ urls: [`${folder}i.m3u8`] }, { format, expand: { fetch } })).body.tokens)).toEqual([
      '/vod/7/',
    ]);
    expect(fetch).not.toHaveBeenCalled();
    // The folder that it names is not handed out: nobody was asked about it.
    const expected = ['/vod/low.m3u8', '/vod/low1.m4s', '/vod/master.m3u8'];
    const beside = `${HOST}/vod/master.m3u8`;
    expect(named((await ask({ urls: [beside] }, { format, expand: { fetch } })).body.tokens)).toEqual(expected);
    const clock = () => NOW * 1000;
    expect(named(await tokensFor([beside], { format, ttl: 300, clock, expand: { fetch } }))).toEqual(expected);
  });

  test('expand hands out no folder that the hook has not seen', async () => {
    const trailer = `${HOST}/vod/master.m3u8`;
    const authorize = vi.fn<SigningEndpointOptions['authorize']>((_request, _urls, scopes) =>
      scopes.every(({ href }) => !href.includes('/vod/7')),
    );
    const call = { urls: [trailer], reason: 'initial' };
    expect(named((await ask(call, { format, authorize, expand: { fetch } })).body.tokens)).not.toContain('/vod/7/');
    expect((await ask({ urls: [`${folder}i.m3u8`] }, { format, authorize, expand: { fetch } })).status).toBe(403);
    const options = { format, ttl: 300, expand: { fetch }, allow: `${HOST}/vod/` };
    expect(named(await tokensFor([trailer, `${folder}i.m3u8`], options))).toContain('/vod/7/');
  });
});
