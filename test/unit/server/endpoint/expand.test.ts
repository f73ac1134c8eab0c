import { describe, expect, test, vi } from 'vitest';
import type { ExpandOptions, SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { HOST, NOW, format, throughEdge } from '../../../support/presentation.ts';
import { endpoint, post } from '../../../support/signing-endpoint.ts';

const signing = (options: Partial<SigningEndpointOptions>) =>
  endpoint({ format, clock: () => NOW * 1000, expand: { fetch: throughEdge }, ...options });
/** The URLs of the tokens that an endpoint returns for one URL. */
const expand = async (
  url: string,
  options: Partial<SigningEndpointOptions> = {},
  expanding: ExpandOptions = {},
): Promise<string[]> => {
  const handler = signing({ expand: { fetch: throughEdge, ...expanding }, ...options });
  const { tokens } = await (await handler(post({ urls: [url] }))).json();
  return tokens.map((token: { url: string }) => token.url.replace(`${HOST}/vod/`, ''));
};

describe('expand', () => {
  test('a whole presentation in one answer: playlists, keys, init segments and the first segments', async () => {
    expect((await expand(`${HOST}/vod/7/master.m3u8`, {}, { segments: 3 })).sort()).toEqual([
      '7/audio.m3u8',
      '7/hi/hi.mp4',
      '7/hi/index.m3u8',
      '7/hi/seg0.m4s',
      '7/lo/index.m3u8',
      '7/lo/init.mp4',
      '7/lo/k.key',
      '7/lo/seg0.m4s',
      '7/lo/seg1.m4s',
      '7/lo/seg2.m4s',
      '7/master.m3u8',
      '7/seg0.m4s',
      '7/seg1.m4s',
    ]);
  });

  test('a live playlist: the edge of it, and the init segment in force there', async () => {
    expect(await expand(`${HOST}/vod/live.m3u8`, {}, { segments: 2 })).toEqual([
      'live.m3u8',
      'init.mp4',
      'seg7.m4s',
      'seg8.m4s',
      'p1.mp4',
      'p2.mp4',
    ]);
  });

  test('reads through the protected edge with a token of its own, and nothing outside `allow`', async () => {
    const fetch = vi.fn(throughEdge);
    await expand(`${HOST}/vod/7/master.m3u8`, {}, { fetch });
    const read = fetch.mock.calls.map(([url]) => url);
    expect(read).toHaveLength(4);
    for (const url of read)
      expect(url).toMatch(/^https:\/\/cdn\.example\.com\/vod\/7\/[\w/]+\.m3u8\?st=[\w-]{22}&e=\d{10}$/);
    expect(fetch.mock.calls.every(([, init]) => init.redirect === 'manual' && init.signal instanceof AbortSignal)).toBe(
      true,
    );
  });

  test('what the hook denies is not handed over by way of a playlist', async () => {
    const denied = [`${HOST}/vod/7/lo/index.m3u8`];
    const urls = await expand(`${HOST}/vod/7/master.m3u8`, { authorize: () => ({ denied }) });
    expect(urls.filter((url) => url.startsWith('7/lo'))).toEqual([]);
    expect(urls).toContain('7/hi/index.m3u8');
  });

  test('a playlist that the hook denies beside another one is not read, and opens none of its children', async () => {
    const fetch = vi.fn(throughEdge);
    const master = `${HOST}/vod/7/master.m3u8`;
    const handler = signing({ expand: { fetch }, authorize: () => ({ denied: [master] }) });
    const { tokens } = await (await handler(post({ urls: [master, `${HOST}/vod/live.ts`] }))).json();
    expect(tokens.map(({ url }: { url: string }) => url)).toEqual([`${HOST}/vod/live.ts`]);
    expect(fetch).not.toHaveBeenCalled();
  });

  test('of a blocking reload, reads the playlist as it is now', async () => {
    const fetch = vi.fn(throughEdge);
    const url = `${HOST}/vod/live.m3u8?_HLS_msn=9&a=1&_HLS_part=0&_HLS_skip=YES`;
    expect(await expand(url, {}, { fetch, segments: 2 })).toContain('seg8.m4s');
    expect(fetch.mock.calls[0]![0]).toMatch(/live\.m3u8\?a=1&st=[\w-]{22}&e=\d{10}$/);
  });

  const neverEnding = (): Promise<Response> => new Promise(() => undefined);
  test.each<[string, ExpandOptions['fetch']]>([
    ['is missing', () => Promise.resolve(new Response(null, { status: 404 }))],
    ['is not a playlist', () => Promise.resolve(new Response('<html>'))],
    ['is too long', () => Promise.resolve(new Response(`#EXTM3U\n${'x'.repeat(1_048_577)}`))],
    ['never comes, whatever the signal says', neverEnding],
    [
      'never ends',
      () =>
        Promise.resolve(
          new Response(new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('#EXTM3U\n')) })),
        ),
    ],
  ])('a playlist that %s costs the children, not the answer', async (_, fetch) => {
    expect(await expand(`${HOST}/vod/7/master.m3u8`, {}, { fetch: fetch!, timeout: 0.05 })).toEqual(['7/master.m3u8']);
  });

  test('a playlist that names itself, or hundreds of others, ends', async () => {
    const fetch = vi.fn(() =>
      Promise.resolve(
        new Response(
          ['#EXTM3U', ...Array.from({ length: 500 }, (_, i) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${i}.m3u8`)].join('\n'),
        ),
      ),
    );
    expect((await expand(`${HOST}/vod/0.m3u8`, {}, { fetch })).length).toBeLessThanOrEqual(201);
    expect(fetch.mock.calls.length).toBe(12);
  });
});
