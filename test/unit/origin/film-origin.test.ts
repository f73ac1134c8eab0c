import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createFilmOrigin } from '../../../examples/origin/film-origin.mjs';
import { repeatPlaylist } from '../../../examples/origin/repeat-playlist.mjs';

const media = new URL('../../media/', import.meta.url).pathname;
const origin = createFilmOrigin({ root: media, times: 3 });
const ask = (path: string, headers: Record<string, string> = {}) =>
  origin(new Request(`http://edge.test/film/${path}`, { headers }));

describe('repeatPlaylist', () => {
  it('repeats segments, keys and init segments under URIs of their own', () => {
    const text = [
      '#EXTM3U',
      '#EXT-X-TARGETDURATION:2',
      '#EXT-X-MAP:URI="init.mp4"',
      '#EXT-X-KEY:METHOD=AES-128,URI="k0.bin",IV=0x01',
      '#EXTINF:2,',
      'a.ts',
      '#EXT-X-ENDLIST',
      '',
    ].join('\n');
    expect(repeatPlaylist(text, 2).split('\n').slice(2)).toEqual([
      '#EXT-X-MAP:URI="init.mp4"',
      '#EXT-X-KEY:METHOD=AES-128,URI="k0.bin",IV=0x01',
      '#EXTINF:2,',
      'a.ts',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="r1/init.mp4"',
      '#EXT-X-KEY:METHOD=AES-128,URI="r1/k0.bin",IV=0x01',
      '#EXTINF:2,',
      'r1/a.ts',
      '#EXT-X-ENDLIST',
      '',
    ]);
  });

  it('leaves multivariant playlists, live playlists and a single repetition as they are', () => {
    for (const text of ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n', '#EXTM3U\n#EXTINF:2,\na.ts\n']) {
      expect(repeatPlaylist(text, 3)).toBe(text);
    }
    const film = '#EXTM3U\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n';
    expect(repeatPlaylist(film, 1)).toBe(film);
  });
});

describe('createFilmOrigin', () => {
  it.each(['ts/hi/i.m3u8', 'fmp4/hi/i.m3u8', 'fmp4/en/i.m3u8', 'fmp4/sub/i.m3u8', 'aes/i.m3u8', 'range/i.m3u8'])(
    'makes %s three times as long, with every URI in it found',
    async (path) => {
      const text = await (await ask(path)).text();
      expect(text.match(/^#EXTINF/gm)).toHaveLength(30);
      expect(text.match(/^#EXT-X-DISCONTINUITY$/gm)).toHaveLength(2);
      for (const [, attribute, line] of text.matchAll(/URI="([^"]+)"|^([^#\s]+)$/gm)) {
        const url = new URL((attribute ?? line)!, `http://edge.test/film/${path}`);
        expect((await origin(new Request(url))).status, url.pathname).toBe(200);
      }
    },
  );

  it('serves the same bytes in every repetition, ranges too', async () => {
    const response = await ask('range/r2/all.m4s', { Range: 'bytes=0-99' });
    expect(response.status).toBe(206);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.equals((await readFile(`${media}range/all.m4s`)).subarray(0, 100))).toBe(true);
  });

  it('serves a multivariant playlist as it is', async () => {
    expect(await (await ask('ts/master.m3u8')).text()).toBe(await readFile(`${media}ts/master.m3u8`, 'utf8'));
  });

  it.each(['ts/hi/r0/s000.ts', 'ts/hi/r1/r2/s000.ts', 'r1/ts/hi/s000.ts', 'nothing', ''])(
    'does not find %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );
});
