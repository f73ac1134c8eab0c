import { describe, expect, test, vi } from 'vitest';
import { HOST, NOW, setUp, signed } from '../../../support/edge.ts';

describe('signPlaylists', () => {
  const playlist = [
    '#EXTM3U',
    '#EXT-X-MAP:URI="init.mp4"',
    '#EXTINF:4,',
    'seg.m4s',
    '#EXTINF:4,',
    'https://ads.example/ad.ts',
  ].join('\n');
  const withPlaylists = (type = 'application/vnd.apple.mpegurl'): ReturnType<typeof setUp> => {
    const asked: Request[] = [];
    const origin = (request: Request): Response => {
      asked.push(request);
      const part = request.headers.has('Range');
      const body = part ? playlist.slice(0, 5) : playlist;
      return new Response(request.method === 'HEAD' ? null : body, {
        status: part ? 206 : 200,
        headers: {
          'Content-Type': type,
          ETag: '"1"',
          'Content-Length': String(playlist.length),
          'Cache-Control': 'max-age=9',
        },
      });
    };
    return { ...setUp({ signPlaylists: true, origin }), asked };
  };

  test('every URI carries a token that the edge accepts, until the token of the playlist ends', async () => {
    const { get } = withPlaylists();
    const response = await get(await signed('/vod/a.m3u8', NOW + 77));
    const text = await response.text();
    const uris = [...text.matchAll(/[\w.]+\?st=[\w-]{22}&e=(\d+)/g)];
    expect(uris.map(([, e]) => Number(e))).toEqual([NOW + 77, NOW + 77]);
    for (const [uri] of uris) expect((await get(new URL(uri, `${HOST}/vod/`).href)).status).toBe(200);
    expect(text).toContain('\nhttps://ads.example/ad.ts');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'content-length': String(text.length),
      'access-control-allow-origin': '*',
    });
    expect(response.headers.has('ETag')).toBe(false);
  });

  test('a body under the name of a playlist that does not end: 502, and the rest is not read', async () => {
    const chunk = new Uint8Array(2 ** 20).fill(97);
    let [sent, isCancelled] = [0, false];
    const errors: unknown[] = [];
    const { get } = setUp({
      signPlaylists: true,
      onError: (error) => errors.push(error),
      origin: () =>
        new Response(
          new ReadableStream<Uint8Array>({
            pull: (controller) => {
              sent++;
              controller.enqueue(chunk);
              // so that a reader without a limit fails instead of hanging
              if (sent === 50) controller.close();
            },
            cancel: () => {
              isCancelled = true;
            },
          }),
          { headers: { 'Content-Type': 'video/mp4' } },
        ),
    });
    const response = await get(await signed('/vod/film.mp4/x.m3u8'));
    expect(response.status).toBe(502);
    expect(isCancelled).toBe(true);
    expect(sent).toBeLessThan(20);
    expect(errors).toMatchObject([{ message: expect.stringContaining('10485760 bytes') as string }]);
  });

  test('a viewer who leaves ends the read of the playlist, also if the origin looks at no signal', async () => {
    const [cancel, onError] = [vi.fn(), vi.fn()];
    // begins, and stalls
    const start = (body: ReadableStreamDefaultController): void => body.enqueue(new TextEncoder().encode('#EXTM3U\n'));
    let isRead: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => {
      isRead = resolve;
    });
    const { get } = setUp({
      signPlaylists: true,
      onError,
      origin: () => new Response(new ReadableStream({ start, pull: () => isRead(), cancel })),
    });
    const viewer = new AbortController();
    const answer = get(await signed('/vod/a.m3u8'), { signal: viewer.signal });
    await beginning;
    expect(cancel).not.toHaveBeenCalled();
    viewer.abort();
    expect((await answer).status).toBe(502);
    expect(cancel).toHaveBeenCalledOnce();
    expect(onError).not.toHaveBeenCalled();
  });

  test('a playlist is fetched whole, whatever part a viewer asks for', async () => {
    const { get, asked } = withPlaylists('text/plain');
    const headers = { Range: 'bytes=0-4', 'If-None-Match': '"1"' };
    const response = await get(await signed('/vod/a.m3u8'), { headers });
    expect(response.status).toBe(200);
    expect(response.headers.has('Content-Range')).toBe(false);
    expect(asked.map((request) => [...request.headers.keys()])).toEqual([['accept-encoding', 'host']]);
    expect(await response.text()).toContain('seg.m4s?st=');
    expect(await (await withPlaylists().get(await signed('/vod/playlist'))).text()).toContain('seg.m4s?st=');
  });

  test.each(['application/vnd.apple.mpegurl', 'audio/MPEGURL; charset=utf-8', 'multipart/byteranges; boundary=x'])(
    'a playlist that only its type shows is fetched whole, too: %s',
    async (type) => {
      const cancel = vi.fn();
      const origin = vi.fn(({ headers }: Request) =>
        headers.has('Range')
          ? new Response(new ReadableStream({ cancel }), { status: 206, headers: { 'Content-Type': type } })
          : new Response(playlist, { headers: { 'Content-Type': 'application/x-mpegurl' } }),
      );
      const { get } = setUp({ signPlaylists: true, origin });
      const response = await get(await signed('/vod/playlist'), { headers: { Range: 'bytes=0-4', 'If-Range': '"1"' } });
      expect(response.status).toBe(200);
      expect(response.headers.has('Content-Range')).toBe(false);
      expect(await response.text()).toContain('seg.m4s?st=');
      expect(origin.mock.calls.map(([{ headers }]) => headers.has('If-Range'))).toEqual([true, false]);
      expect(cancel).toHaveBeenCalledOnce();
    },
  );

  test('a part of anything else stays a part, and an edge that signs no playlists passes parts on', async () => {
    const origin = () =>
      new Response('#EXTM', {
        status: 206,
        headers: { 'Content-Type': 'application/x-mpegurl', 'Content-Range': 'x' },
      });
    const range = { headers: { Range: 'bytes=0-4' } };
    expect((await setUp({ signPlaylists: true }).get(await signed('/vod/a.mp4'), range)).status).toBe(206);
    expect((await setUp({ origin }).get(await signed('/vod/playlist'), range)).status).toBe(206);
  });

  test('an origin that knows nothing but parts of a playlist is a 502: no part leaves unsigned', async () => {
    const [cancel, errors] = [vi.fn(), [] as unknown[]];
    const origin = () =>
      new Response(new ReadableStream({ cancel }), {
        status: 206,
        headers: { 'Content-Type': 'application/x-mpegurl' },
      });
    const { get } = setUp({ signPlaylists: true, origin, onError: (error) => errors.push(error) });
    for (const path of ['/vod/playlist', '/vod/a.m3u8']) expect((await get(await signed(path))).status).toBe(502);
    expect(cancel).toHaveBeenCalledTimes(4);
    expect(errors).toHaveLength(2);
  });

  test('what an origin says to caches in words of its CDN goes with a signed playlist, and stays with all else', async () => {
    const words = ['CDN-Cache-Control', 'Surrogate-Control', 'Edge-Cache-Tag', 'X-Accel-Expires', 'Expires'];
    const headers = Object.fromEntries(words.map((name) => [name, 'max-age=60']));
    const { get } = setUp({
      signPlaylists: true,
      origin: ({ url }) =>
        new Response(playlist, {
          headers: { ...headers, 'Content-Type': url.endsWith('.mp4') ? 'video/mp4' : 'text/plain' },
        }),
    });
    const { headers: sent } = await get(await signed('/vod/a.m3u8'));
    const { headers: kept } = await get(await signed('/vod/a.mp4'));
    expect(words.filter((name) => sent.has(name))).toEqual([]);
    expect(words.filter((name) => kept.has(name))).toEqual(words);
  });
});
