import { createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { describe, expect, test, vi } from 'vitest';
import {
  bunny,
  cloudFront,
  createSigningEndpoint,
  jsonForScript,
  tokensFor,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import type { TokensForOptions } from '../../../../packages/server/src/index.ts';
import { rsaKey } from '../../../support/format-samples.ts';
import { HOST, NOW, making, format, master, post } from '../../../support/signing-endpoint.ts';

const clock = (): number => NOW * 1000 + 999;
const tokens = (urls: readonly string[], options: Partial<TokensForOptions> = {}) =>
  tokensFor(urls, { format, ttl: 300, clock, ...options });
const wrong = (message: RegExp) =>
  expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) });

/** A multivariant playlist that names what lies beside it, and what does not. */
const playlists: Readonly<Record<string, string>> = {
  '/vod/7/master.m3u8':
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhd/i.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\n/vod/8/i.m3u8\n',
  '/vod/7/hd/i.m3u8': '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4,\ns1.m4s\n#EXTINF:4,\ns2.m4s\n#EXT-X-ENDLIST\n',
};
const expand = {
  fetch: (url: string): Promise<Response> => {
    const text = playlists[new URL(url).pathname];
    return Promise.resolve(text === undefined ? new Response(null, { status: 404 }) : new Response(text));
  },
};

describe('tokensFor', () => {
  test('gives what the signing endpoint answers', async () => {
    const urls = [master, `${HOST}/vod/7/a.mp4?x=1`];
    for (const each of [{}, { expand, allow: `${HOST}/vod/` }]) {
      const endpoint = createSigningEndpoint({
        format,
        ttl: 300,
        clock,
        authorize: () => true,
        allow: `${HOST}/vod/`,
        ...each,
      });
      const answer = (await (await endpoint(post({ urls }))).json()) as { tokens: unknown };
      expect(await tokens(urls, each)).toEqual(answer.tokens);
    }
  });

  test('answers for the children of a playlist in its own folder, or below `allow`', async () => {
    const names = async (options: Partial<TokensForOptions>) =>
      (await tokens([master], options)).map(({ url }) => url!.slice(`${HOST}/vod/`.length)).sort();
    const own = ['7/hd/i.m3u8', '7/hd/init.mp4', '7/hd/s1.m4s', '7/hd/s2.m4s', '7/master.m3u8'];
    expect(await names({ expand })).toEqual(own);
    expect(await names({ expand, allow: `${HOST}/vod/` })).toEqual([...own, '8/i.m3u8']);
    expect(await names({})).toEqual(['7/master.m3u8']);
  });

  test('a player with these tokens makes no call', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>();
    const page = `<script>window.tokens = ${jsonForScript(await tokens([master], { expand }))}</script>`;
    const rendered = JSON.parse(/= (.*)<\/script>/.exec(page)![1]!) as never;
    const source = createTokenSource({ endpoint: 'https://app.example.com/token', tokens: rendered, clock, fetch });
    (source as AdapterSource).allow(master);
    for (const url of [master, `${HOST}/vod/7/hd/i.m3u8`, `${HOST}/vod/7/hd/s1.m4s`]) {
      const signed = source.signNow(url)?.url ?? (await source.sign(url)).url;
      expect(await verifyUrl(signed, { format, now: NOW })).toMatchObject({ ok: true, url });
    }
    expect(fetch).not.toHaveBeenCalled();
    source.destroy();
  });

  test.each<[string, string[], Partial<TokensForOptions>, RegExp]>([
    ['a path', ['/vod/a.mp4'], {}, /absolute/],
    ['a URL with two readings', [`${HOST}/vod//a.mp4`], {}, /is not signed/],
    ['a URL outside allow', [master], { allow: `${HOST}/live/` }, /is not signed/],
    [
      'a token that opens more than allow',
      [`${HOST}/vod/a`],
      { allow: `${HOST}/vod/a`, format: bunny({ secret: 'a' }) },
      /is not signed/,
    ],
    [
      'a token that opens another URL',
      [master],
      { format: making({ url: `${HOST}/x` }, { opens: () => ({ kind: 'url', href: master }) }) },
      /made a token that opens more than/,
    ],
    ['no lifetime', [master], { ttl: 0 }, /ttl/],
    ['a lifetime beyond maxTtl', [master], { ttl: 90_000 }, /ttl/],
  ])('refuses %s', async (_, urls, options, message) => {
    await expect(tokens([...urls, master], options)).rejects.toEqual(wrong(message));
  });

  test('repeats nothing of a URL that is not signed: a token of another format may be in it', async () => {
    const signed = `${HOST}/t/S3CRET//a.m3u8?session=1`;
    await expect(tokens([master, signed])).rejects.toThrow(
      /^urls: The URL at index 1 is not signed(?!.*(?:S3CRET|session))/,
    );
  });

  test('cookies cannot be set by a page', async () => {
    const cookies = cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }], cookie: { domain: 'example.com' } });
    await expect(tokens([master], { format: cookies })).rejects.toEqual(wrong(/cookies/));
  });
});

describe('jsonForScript', () => {
  test('leaves a script element and a line of JavaScript whole', () => {
    const value = { a: '</script><!-- <script>', b: '\u2028\u2029', c: '&amp;' };
    const text = jsonForScript(value);
    expect(text).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});
