import { describe, expect, test } from 'vitest';
import { CDN, FOLDER, MASTER, after, each, fakeTime, fail, folder, inTurn, lab, pass, playlist, segment, sleep, st, watch } from './lab.ts';

fakeTime();

const MEDIA = `${FOLDER}media.m3u8`;
const range = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => segment(from + i));

/** A player with a playlist in hand; calls are counted from here on. */
async function playing(text: string, ...[answer = each(), options]: Parameters<typeof lab>): Promise<ReturnType<typeof lab>> {
  const it = lab(answer, options);
  await it.source.sign(MEDIA);
  it.source.learn(MEDIA, text);
  await pass();
  it.calls.length = 0;
  return it;
}

describe('createTokenSource', () => {
  describe('reading ahead', () => {
    test('signing one segment also signs the next six, in the same call', async () => {
      const { source, asked, calls } = await playing(playlist(1, 20));
      expect(calls).toHaveLength(0);
      await source.sign(segment(1));
      expect(asked()).toEqual([range(1, 7)]);
      expect(range(2, 7).map((url) => st(source.peek(url)))).toEqual(range(2, 7).map(() => 't2'));
    });

    test('further ones are signed only when fewer than half of them are ready', async () => {
      const { source, asked } = await playing(playlist(1, 30));
      const waits: number[] = [];
      for (let i = 1; i <= 30; i++) {
        if (!source.peek(segment(i))) {
          waits.push(i);
          await source.sign(segment(i));
        }
        await pass(4);
      }
      expect(waits).toEqual([1]);
      expect(asked()).toEqual([range(1, 7), range(8, 13), range(14, 19), range(20, 25), range(26, 30)]);
    });

    test('a seek signs from there on', async () => {
      const { source, asked } = await playing(playlist(1, 90));
      await source.sign(segment(1));
      await source.sign(segment(50));
      expect(asked()[1]).toEqual(range(50, 56));
    });

    test('the last segments: no more than there are', async () => {
      const { source, asked } = await playing(playlist(1, 20));
      await source.sign(segment(19));
      expect(asked()).toEqual([range(19, 20)]);
    });

    test.each([
      [2, [range(1, 3)]],
      [0, [range(1, 1)]],
    ])('readAhead: %i', async (readAhead, expected) => {
      const { source, asked } = await playing(playlist(1, 20), each(), { readAhead });
      await source.sign(segment(1));
      expect(asked()).toEqual(expected);
    });

    test('readAhead 0 also ignores the reloads of a live playlist', async () => {
      const { source, calls } = await playing(playlist(1, 5, false), each(), { readAhead: 0 });
      source.learn(MEDIA, playlist(2, 6, false));
      await pass();
      expect(calls).toHaveLength(0);
    });

    test('what is already asked for is not asked for again', async () => {
      const { source, asked } = await playing(playlist(1, 20), inTurn(each(), after(1, each())));
      watch(source.sign(segment(1)));
      await pass(0.1);
      watch(source.sign(segment(2)));
      await pass(0.1);
      expect(asked()[0]).toEqual(range(1, 7));
      expect(asked().slice(1).flat().filter((url) => range(1, 7).includes(url))).toEqual([]);
    });

    test('tokens that died before use are replaced', async () => {
      const { source, asked, reasons } = await playing(playlist(1, 20), each(60));
      await source.sign(segment(1));
      await sleep(100);
      await source.sign(segment(2));
      expect(asked()[1]).toEqual(range(2, 8));
      expect(reasons()).toEqual(['initial', 'expired']);
    });

    test('a segment in its window is attached and not renewed: it is asked for once', async () => {
      const { source, calls } = await playing(playlist(1, 3), each(60));
      await source.sign(segment(1));
      await pass(50);
      expect(st(source.peek(segment(2)))).toBe('t2');
      await pass();
      expect(calls.flatMap(({ urls }) => urls)).toEqual(range(1, 3));
    });

    test('a file that is asked for range by range is asked for often: it never waits', async () => {
      const { source, calls } = lab(each(60));
      source.learn(MEDIA, `#EXTM3U\n${[0, 1, 2].map((n) => `#EXTINF:4,\n#EXT-X-BYTERANGE:100@${n}00\nall.m4s`).join('\n')}`);
      await source.sign(`${FOLDER}all.m4s`);
      for (let time = 0; time < 300; time += 4) {
        expect(source.peek(`${FOLDER}all.m4s`), `at ${time} s`).toBeDefined();
        await pass(4);
      }
      expect(calls.length).toBeLessThan(8);
    });

    test('a failed read-ahead disturbs nobody', async () => {
      const { source, types } = await playing(playlist(1, 20), inTurn(each(), each(), fail(400)));
      await source.sign(segment(1));
      for (let i = 2; i < 8; i++) expect(source.peek(segment(i))).toBeDefined();
      await pass(60);
      expect(types()).toContain('tokenerror');
    });

    test('while the endpoint is down, playing on does not hammer it', async () => {
      const it = await playing(playlist(1, 200), each(3600), { readAhead: 50, random: () => 0.5 });
      await it.source.sign(segment(1));
      it.answer = fail(503);
      it.calls.length = 0;
      for (let i = 2; i <= 50; i++) {
        expect(it.source.peek(segment(i))).toBeDefined();
        await pass(4);
      }
      expect(it.calls.length).toBeGreaterThan(3);
      expect(it.calls.length).toBeLessThan(60);
    });

    test('an endpoint that answers only for the first URL is lived with', async () => {
      const { source } = await playing(playlist(1, 20), (call) => each()({ ...call, urls: call.urls.slice(0, 1) }));
      for (let i = 1; i <= 5; i++) expect((await source.sign(segment(i))).source).toBe(segment(i));
    });

    test('a token for the folder makes reading ahead needless', async () => {
      const { source, calls } = await playing(playlist(1, 20), folder());
      source.peek(segment(1));
      source.learn(MEDIA, playlist(2, 21, false));
      await pass();
      expect(calls).toHaveLength(0);
    });
  });

  describe('learn', () => {
    test('at the live edge a reload signs the new segments before the player asks', async () => {
      const { source, asked, reasons } = await playing(playlist(1, 5, false));
      source.learn(MEDIA, playlist(2, 6, false));
      await pass();
      expect(asked()).toEqual([[segment(6)]]);
      expect(reasons()).toEqual(['initial']);
      expect(st(source.peek(segment(6)))).toBeDefined();
      source.learn(MEDIA, playlist(3, 7, false));
      await pass();
      expect(asked()).toEqual([[segment(6)], [segment(7)]]);
    });

    test('a reload without news asks for nothing', async () => {
      const { source, calls } = await playing(playlist(1, 5, false));
      source.learn(MEDIA, playlist(1, 5, false));
      await pass();
      expect(calls).toHaveLength(0);
    });

    test('a reload with other directives is the same playlist', async () => {
      const { source, asked } = await playing(playlist(1, 5, false));
      source.learn(`${MEDIA}?_HLS_msn=6&_HLS_part=0`, playlist(2, 6, false));
      await pass();
      expect(asked()).toEqual([[segment(6)]]);
    });

    test('a reload after a long pause asks for no more than readAhead', async () => {
      const { source, asked } = await playing(playlist(1, 5, false));
      source.learn(MEDIA, playlist(4, 70, false));
      await pass();
      expect(asked()).toEqual([range(6, 11)]);
    });

    test('an on-demand playlist that is loaded again asks for nothing', async () => {
      const { source, calls } = await playing(playlist(1, 20));
      source.learn(MEDIA, playlist(1, 20));
      await pass();
      expect(calls).toHaveLength(0);
    });

    test('a multivariant playlist has no order: nobody plays one variant after the other', async () => {
      const { source, asked } = lab(each());
      await source.sign(MASTER);
      source.learn(MASTER, ['#EXTM3U', ...range(1, 9).flatMap((url) => ['#EXT-X-STREAM-INF:BANDWIDTH=1', url])].join('\n'));
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
      expect(asked()).toEqual([['init.mp4', 'key', 'a.mp4', 'b.mp4', 'b.1.mp4', 'b.2.mp4'].map((name) => FOLDER + name)]);
    });

    test('a key before each segment does not end the order', async () => {
      const lines = range(1, 20).flatMap((url) => ['#EXT-X-KEY:METHOD=AES-128,URI="key"', '#EXTINF:4,', url]);
      const { source, asked } = await playing(['#EXTM3U', ...lines, '#EXT-X-ENDLIST'].join('\r\n'));
      await source.sign(segment(3));
      expect(asked()).toEqual([range(3, 9)]);
    });

    test('URIs are resolved against the playlist, and lose the token that the server wrote into them', async () => {
      const text = '#EXTM3U\n#EXTINF:4,\n../8/1.ts?st=stale\n#EXTINF:4,\n/x/2.ts\n#EXTINF:4,\nhttps://cdn.test/y/3.ts?st=stale&x=1\n#EXT-X-ENDLIST';
      const { source, asked } = await playing(text);
      await source.sign(`${CDN}/vod/8/1.ts?st=stale`);
      expect(asked()).toEqual([[`${CDN}/vod/8/1.ts`, `${CDN}/x/2.ts`, `${CDN}/y/3.ts?x=1`]]);
    });

    test('unprotected URIs are skipped', async () => {
      const text = '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\nhttps://ads.test/ad.ts\n#EXTINF:4,\n2.ts\n#EXT-X-ENDLIST';
      const it = lab(each(), { protect: CDN });
      await it.source.sign(MEDIA);
      it.source.learn(MEDIA, text);
      await it.source.sign(segment(1));
      expect(it.asked()[1]).toEqual(range(1, 2));
    });

    test('URIs with variables are left to the player', async () => {
      const text = '#EXTM3U\n#EXT-X-DEFINE:NAME="x",VALUE="1"\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n{$x}.ts\n#EXTINF:4,\n2.ts\n#EXT-X-ENDLIST';
      const { source, asked } = await playing(text);
      await source.sign(segment(1));
      expect(asked()).toEqual([range(1, 2)]);
    });

    test('a delta update goes on where the playlist was', async () => {
      const { source, asked } = await playing(playlist(1, 9, false));
      source.learn(MEDIA, '#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=6\n#EXTINF:4,\n8.ts\n#EXTINF:4,\n9.ts\n#EXTINF:4,\n10.ts');
      await pass();
      expect(asked()).toEqual([[segment(10)]]);
      await source.sign(segment(7));
      expect(asked()[1]).toEqual(range(7, 9));
    });

    test('anything else is ignored', async () => {
      const { source, calls } = lab(each());
      source.learn('', playlist(1, 3));
      source.learn('data:,x', playlist(1, 3));
      source.learn(MEDIA, '');
      source.learn(MEDIA, '<html>');
      await pass();
      expect(calls).toHaveLength(0);
    });
  });
});
