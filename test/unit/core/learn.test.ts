import { describe, expect, test } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import {
  CDN,
  FOLDER,
  MASTER,
  MEDIA,
  each,
  fakeTime,
  lab,
  advanceSeconds,
  playing,
  playlist,
  range,
  segment,
  tokenOf,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('learn', () => {
    test('at the live edge a reload signs the new segments before the player asks', async () => {
      const { source, asked, reasons } = await playing(playlist(1, 5, false));
      source.learn(MEDIA, hlsOrDash(playlist(2, 6, false)));
      await advanceSeconds();
      expect(asked()).toEqual([[segment(6)]]);
      expect(reasons()).toEqual(['initial']);
      expect(tokenOf(source.signNow(segment(6)))).toBeDefined();
      source.learn(MEDIA, hlsOrDash(playlist(3, 7, false)));
      await advanceSeconds();
      expect(asked(), 'and once it has asked, those to come').toEqual([[segment(6)], range(7, 21)]);
    });

    test('a reload without news asks for nothing', async () => {
      const { source, calls } = await playing(playlist(1, 5, false));
      source.learn(MEDIA, hlsOrDash(playlist(1, 5, false)));
      await advanceSeconds();
      expect(calls).toHaveLength(0);
    });

    test('a reload with other directives is the same playlist', async () => {
      const { source, asked } = await playing(playlist(1, 5, false));
      source.learn(`${MEDIA}?_HLS_msn=6&_HLS_part=0`, hlsOrDash(playlist(2, 6, false)));
      await advanceSeconds();
      expect(asked()).toEqual([[segment(6)]]);
    });

    test('a reload after a long pause asks for no more than readAhead', async () => {
      const { source, asked } = await playing(playlist(1, 5, false));
      source.learn(MEDIA, hlsOrDash(playlist(4, 70, false)));
      await advanceSeconds();
      expect(asked()).toEqual([range(6, 11)]);
    });

    test('an on-demand playlist that is loaded again asks for nothing', async () => {
      const { source, calls } = await playing(playlist(1, 20));
      source.learn(MEDIA, hlsOrDash(playlist(1, 20)));
      await advanceSeconds();
      expect(calls).toHaveLength(0);
    });

    test('a multivariant playlist has no order: nobody plays one variant after the other', async () => {
      const { source, asked } = lab(each());
      await source.sign(MASTER);
      source.learn(
        MASTER,
        hlsOrDash(['#EXTM3U', ...range(1, 9).flatMap((url) => ['#EXT-X-STREAM-INF:BANDWIDTH=1', url])].join('\n')),
      );
      await source.sign(segment(1));
      expect(asked()).toEqual([[MASTER], [segment(1)]]);
    });

    test('init segments, keys, parts and hints stand in the order, each once', async () => {
      const text = `#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-PART-INF:PART-TARGET=1
#EXT-X-MAP:URI="init.mp4",BYTERANGE="9@0"
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x1
#EXTINF:4,
#EXT-X-BYTERANGE:10@0
a.mp4
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x2
#EXTINF:4,
#EXT-X-BYTERANGE:10@10
a.mp4
#EXT-X-KEY:METHOD=NONE
#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x"
#EXT-X-KEY:METHOD=AES-128,URI="data:text/plain;base64,AAAA"
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4,title, with "URI=x"
  b.mp4
#EXT-X-PART:DURATION=1,INDEPENDENT=YES,URI="b.1.mp4"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="b.2.mp4"
`.replaceAll('\n  b', '\nb');
      const { source, asked } = await playing(text, each(), { readAhead: 20 });
      await source.sign(`${FOLDER}init.mp4`);
      expect(asked()).toEqual([
        ['init.mp4', 'key', 'a.mp4', 'b.mp4', 'b.1.mp4', 'b.2.mp4'].map((name) => FOLDER + name),
      ]);
    });

    test('a key before each segment does not end the order', async () => {
      const lines = range(1, 20).flatMap((url) => ['#EXT-X-KEY:METHOD=AES-128,URI="key"', '#EXTINF:4,', url]);
      const { source, asked } = await playing(['#EXTM3U', ...lines, '#EXT-X-ENDLIST'].join('\r\n'));
      await source.sign(segment(3));
      expect(asked()).toEqual([range(3, 9)]);
    });

    test('URIs are resolved against the playlist, and lose the token that the server wrote into them', async () => {
      const text =
        '#EXTM3U\n#EXTINF:4,\n../8/1.ts?st=stale\n#EXTINF:4,\n/x/2.ts\n' +
        '#EXTINF:4,\nhttps://cdn.test/y/3.ts?st=stale&x=1\n#EXT-X-ENDLIST';
      const { source, asked } = await playing(text);
      await source.sign(`${CDN}/vod/8/1.ts?st=stale`);
      expect(asked()).toEqual([[`${CDN}/vod/8/1.ts`, `${CDN}/x/2.ts`, `${CDN}/y/3.ts?x=1`]]);
    });

    test('unprotected URIs are skipped', async () => {
      const text = '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\nhttps://ads.test/ad.ts\n#EXTINF:4,\n2.ts\n#EXT-X-ENDLIST';
      const viewer = lab(each(), { protect: CDN });
      await viewer.source.sign(MEDIA);
      viewer.source.learn(MEDIA, hlsOrDash(text));
      await viewer.source.sign(segment(1));
      expect(viewer.asked()[1]).toEqual(range(1, 2));
    });

    test('URIs with variables are left to the player', async () => {
      const text =
        '#EXTM3U\n#EXT-X-DEFINE:NAME="x",VALUE="1"\n' +
        '#EXTINF:4,\n1.ts\n#EXTINF:4,\n{$x}.ts\n#EXTINF:4,\n2.ts\n#EXT-X-ENDLIST';
      const { source, asked } = await playing(text);
      await source.sign(segment(1));
      expect(asked()).toEqual([range(1, 2)]);
    });

    test('a delta update goes on where the playlist was', async () => {
      const { source, asked } = await playing(playlist(1, 9, false));
      source.learn(
        MEDIA,
        hlsOrDash('#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=6\n#EXTINF:4,\n8.ts\n#EXTINF:4,\n9.ts\n#EXTINF:4,\n10.ts'),
      );
      await advanceSeconds();
      expect(asked()).toEqual([[segment(10)]]);
      await source.sign(segment(7));
      expect(asked()[1], 'and those to come').toEqual([...range(7, 9), ...range(11, 22)]);
    });

    test('beyond fifty thousand URLs the order of those before is forgotten', async () => {
      const { source, asked } = await playing(playlist(1, 20));
      source.learn(`${FOLDER}other.m3u8`, hlsOrDash(playlist(101, 50_101)));
      await source.sign(segment(1));
      expect(asked()).toEqual([[segment(1)]]);
    });

    test('of a playlist that is longer than that, the order of the last ones stands', async () => {
      const { source, asked } = await playing(playlist(1, 50_020));
      await source.sign(segment(50_010));
      expect(asked()).toEqual([range(50_010, 50_016)]);
    });

    test('anything else is ignored', async () => {
      const { source, calls } = lab(each());
      source.learn('', hlsOrDash(playlist(1, 3)));
      source.learn('data:,x', hlsOrDash(playlist(1, 3)));
      source.learn(MEDIA, hlsOrDash(''));
      source.learn(MEDIA, hlsOrDash('<html>'));
      await advanceSeconds();
      expect(calls).toHaveLength(0);
    });
  });
});
