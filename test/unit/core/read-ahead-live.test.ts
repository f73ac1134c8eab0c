import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import { knownFrom } from '../../support/learnt.ts';
import type { Answer } from './lab.ts';
import { CDN, FOLDER, MEDIA, each, fakeTime, folder, lab, advanceSeconds, range, seconds, segment } from './lab.ts';
import { live, media, liveViewer } from './live-viewer.ts';

fakeTime();

describe('names that are signed ahead of a live playlist', () => {
  test('three quarters of the lifetime, along with the first segment', async () => {
    const viewer = await liveViewer();
    expect(viewer.asked()).toEqual([[MEDIA], range(6, 21)]);
  });

  test('are filled up when less than half of the lifetime is left, with a successor for the playlist', async () => {
    const viewer = await liveViewer();
    await viewer.watch(5);
    expect(viewer.calls).toHaveLength(2);
    await viewer.watch(1);
    expect(viewer.asked()[2]).toEqual([MEDIA, ...range(22, 27)]);
    expect(viewer.calls[2]!.at).toBe(6);
  });

  test('a playlist whose renewal brings no token is asked for once, and not with each refill', async () => {
    const viewer = await liveViewer();
    viewer.answer = (call) => each(20)({ ...call, urls: call.urls.filter((url) => url !== MEDIA) });
    await viewer.watch(15);
    const calls = viewer.asked().slice(2);
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.map((urls) => urls.includes(MEDIA))).toEqual(calls.map((_, index) => index === 0));
  });

  test.each([
    [20, 6],
    [5, 2],
    [60, 12],
  ])('tokens of %i s: a call for %i requests, no wait, and few that are not used', async (lifetime, requests) => {
    const viewer = await liveViewer(each(lifetime));
    await viewer.watch(120);
    expect(viewer.requests / viewer.calls.length).toBeGreaterThanOrEqual(requests);
    expect(viewer.waits).toEqual([MEDIA, segment(6)]);
    expect(viewer.asked().flat().length / viewer.requests).toBeLessThan(1.5);
  });

  test('no more than a minute, however long tokens live, and no more than a call takes', async () => {
    const viewer = await liveViewer(each(3600));
    expect(viewer.asked()[1]).toEqual(range(6, 66));
    const fast = await liveViewer(each(3600), {}, (n) => `${n}.ts\n#EXTINF:0.2,\n${n}b.ts`);
    expect(fast.asked().every(({ length }) => length <= 100)).toBe(true);
  });

  test('readAhead 0: none', async () => {
    const viewer = await liveViewer(each(20), { readAhead: 0 });
    await viewer.watch(5);
    expect(media(viewer)).toEqual(range(6, 11));
  });

  test('names without a pattern: none, and the same calls as before', async () => {
    const hash = (n: number): string => `${((n * 2654435761) % 2 ** 32).toString(36)}x.ts`;
    const viewer = await liveViewer(each(20), {}, hash);
    await viewer.watch(20);
    const names = range(6, 26, (n) => FOLDER + hash(n));
    expect(media(viewer)).toEqual(names);
  });

  test('a token for the folder: none', async () => {
    const viewer = await liveViewer(folder(20));
    await viewer.watch(5);
    expect(viewer.asked()).toEqual([[MEDIA]]);
  });

  test('a token for the folder of each segment: none', async () => {
    const name = (n: number): string => `${n}/s.ts`;
    const answer: Answer = ({ urls }) => ({
      tokens: urls.map((url) => ({ prefix: url.replace('s.ts', ''), query: { st: 't' }, expires: seconds() + 20 })),
    });
    const viewer = await liveViewer(answer, { protect: /ts$/ }, name);
    await viewer.watch(5);
    expect(viewer.asked().flat()).toEqual(range(6, 11, (n) => FOLDER + name(n)));
  });

  test('how far is known from the first token only: until then, none', async () => {
    const viewer = await liveViewer(each(20), { protect: /ts$/ });
    expect(viewer.asked()).toEqual([[segment(6)], range(7, 21)]);
  });

  test('of URLs that are not protected: none', async () => {
    const viewer = await liveViewer(each(20), { protect: (url) => !/1\d\.ts/.test(url.href) });
    expect(media(viewer)).toEqual([...range(6, 9), ...range(20, 21)]);
  });

  test('only for origins that the names have', async () => {
    const viewer = await liveViewer(each(20), { protect: /test/ }, (n) => `https://cdn${n}.test/s.ts`);
    expect(media(viewer)).toEqual(['https://cdn6.test/s.ts']);
  });

  test('a playlist that has ended: none', async () => {
    const viewer = await liveViewer();
    const calls = viewer.calls.length;
    await viewer.watch(12, (last) => live(Math.min(last, 8)).replace('#EXTM3U', '#EXTM3U\n#EXT-X-ENDLIST'));
    expect(media(viewer, calls)).toEqual([]);
  });

  test('a viewer who pauses while reloads go on: none any more', async () => {
    const viewer = await liveViewer();
    const before = media(viewer).length;
    for (let last = 7; last < 200; last++) {
      await advanceSeconds(1);
      await viewer.source.sign(MEDIA);
      viewer.source.learn(MEDIA, hlsOrDash(live(last)));
    }
    expect(media(viewer).length - before).toBeLessThan(20);
  });

  test('a viewer who has gone back: what follows there, not what comes at the edge', async () => {
    const viewer = lab(each(20));
    const text = ['#EXTM3U', ...range(1, 100, String).map((n) => `#EXTINF:1,\n${n}.ts`), ''].join('\n');
    await viewer.source.sign(MEDIA);
    viewer.source.learn(MEDIA, hlsOrDash(text));
    await viewer.source.sign(segment(50));
    expect(viewer.asked()[1]).toEqual(range(50, 65));
  });

  test('a stream that stands still: none any more', async () => {
    const viewer = await liveViewer();
    const before = media(viewer).length;
    for (let n = 0; n < 300; n++) {
      await advanceSeconds(1);
      await viewer.source.sign(MEDIA);
      viewer.source.learn(MEDIA, hlsOrDash(live(6)));
    }
    expect(media(viewer).length - before).toBeLessThan(20);
  });
});

describe('an audience that joined in one second', () => {
  const joined = (share: number): ReturnType<typeof liveViewer> =>
    liveViewer(each(20), { jitter: 0.25, random: () => share });

  test.each([
    [0, 21, [6, 12, 18]],
    [0.5, 18, [3.5, 9.5, 15.5]],
    [1, 16, [2, 8, 14, 20]],
  ])('comes back at any time, and stays spread: random %f', async (share, last, times) => {
    const viewer = await joined(share);
    await viewer.watch(20);
    expect(viewer.asked()[1], 'at first').toEqual(range(6, last));
    expect(viewer.calls.slice(2).map(({ at }) => at)).toEqual(times);
    const later = viewer.calls.slice(2).map(({ urls }) => urls.filter((url) => url !== MEDIA).length);
    expect(later).toEqual(times.map(() => 6));
  });

  test('a refill that was put off is dropped with the source', async () => {
    const viewer = await joined(1);
    await viewer.watch(1);
    await advanceSeconds(0.5);
    viewer.source.destroy();
    expect(vi.getTimerCount()).toBe(0);
    await advanceSeconds(60);
    expect(viewer.calls).toHaveLength(2);
  });
});

describe('several renditions', () => {
  test('are signed ahead in one call', async () => {
    const viewer = lab(each(60));
    const names = ['video', 'audio', 'text'];
    const of = (name: string, n: number | string): string => `${CDN}/${name}/${n}`;
    for (let last = 6; last < 66; last++) {
      for (const name of names) {
        const url = of(name, 'i.m3u8');
        if (!viewer.source.signNow(url)) await viewer.source.sign(url);
        viewer.source.learn(url, hlsOrDash(live(last)));
        if (!viewer.source.signNow(of(name, `${last}.ts`))) await viewer.source.sign(of(name, `${last}.ts`));
      }
      await advanceSeconds(1);
    }
    const calls = viewer.calls.filter(({ at }) => at > 5);
    expect(calls.length).toBeLessThanOrEqual(60 / 10);
    for (const { urls } of calls) {
      for (const name of names) expect(urls.some((url) => url.includes(name))).toBe(true);
      expect(urls.length).toBeLessThanOrEqual(100);
    }
  });
});

describe('low latency', () => {
  const part = (n: number, i: number): string => `${n}.${i}.m4s`;
  /** Segments of four parts of a quarter of a second; `count` parts have been made. */
  const parts = (count: number): string => {
    const current = Math.floor(count / 4);
    const lines = ['#EXTM3U', '#EXT-X-TARGETDURATION:1', '#EXT-X-PART-INF:PART-TARGET=0.25'];
    for (let n = current - 5; n <= current; n++) {
      const made = n < current ? 4 : count % 4;
      for (let i = 0; n > current - 4 && i < made; i++) {
        lines.push(`#EXT-X-PART:DURATION=0.25,URI="${part(n, i)}"`);
      }
      if (n < current) lines.push('#EXTINF:1,', `${n}.m4s`);
    }
    return [...lines, `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${part(current, count % 4)}"`, ''].join('\n');
  };

  test.each([
    ['one part', ['9.0.m4s'], true, true],
    ['three parts', ['8.2.m4s', '8.3.m4s', '9.0.m4s'], false, true],
    ['three parts, with a key in between', ['8.2.m4s', '8.3.m4s', 'key', '9.0.m4s'], false, true],
    ['a segment before two parts', ['7.m4s', '8.3.m4s', '9.0.m4s'], true, true],
    ['three segments', ['6.m4s', '7.m4s', '8.m4s'], true, false],
    ['three segments and a part', ['6.m4s', '7.m4s', '8.m4s', '9.0.m4s'], true, true],
  ])('after %s: segments and parts that come next', (_, asked, ...wanted) => {
    const text = parts(40).replace('#EXTINF', '#EXT-X-KEY:METHOD=AES-128,URI="key"\n#EXTINF');
    const known = knownFrom(MEDIA, text);
    for (const key of asked) known.noteAsked(key, 0, true);
    const names = known.namesWithin(10).map(({ key }) => key);
    expect([/^\d+\.m4s/, /\.\d\.m4s/].map((kind) => names.some((key) => kind.test(key)))).toEqual(wanted);
  });

  test('where both come, the parts are as long as their segment', () => {
    const known = knownFrom(MEDIA, parts(40));
    known.noteAsked('9.1.m4s', 0, true);
    expect([known.nameSeconds, ...known.namesWithin(0.8).map(({ end }) => end)]).toEqual([0.25, 0.25, 0.5, 0.5, 0.75]);
  });

  test('of parts that nobody can tell the names of: none, and the segments all the same', async () => {
    const unknownName = (name: string): string => `${btoa(name)}.m4s`;
    const unknown = (count: number): string => parts(count).replace(/\d+\.\d\.m4s/g, unknownName);
    const viewer = lab(each(20, { anyQuery: true }));
    await viewer.source.sign(MEDIA);
    viewer.source.learn(MEDIA, hlsOrDash(unknown(40)));
    await viewer.source.sign(`${FOLDER}9.m4s`);
    const hint = `${FOLDER}${unknownName('10.0.m4s')}`;
    expect(viewer.asked()[1]).toEqual([`${FOLDER}9.m4s`, hint, ...range(10, 24, (n) => `${FOLDER}${n}.m4s`)]);
  });

  test('parts are signed ahead, and the segments that nobody asks for are not: a call for several seconds', async () => {
    const viewer = lab(each(20, { anyQuery: true }));
    const waits: string[] = [];
    let requests = 0;
    const load = async (url: string): Promise<void> => {
      requests++;
      if (viewer.source.signNow(url)) return;
      waits.push(url);
      await viewer.source.sign(url);
    };
    for (let count = 40; count < 200; count++) {
      const url = `${MEDIA}?_HLS_msn=${Math.floor(count / 4)}&_HLS_part=${count % 4}`;
      await load(url);
      viewer.source.learn(url, hlsOrDash(parts(count)));
      await load(FOLDER + part(Math.floor(count / 4), count % 4));
      await advanceSeconds(0.25);
    }
    expect(waits).toHaveLength(2);
    expect(viewer.calls.length, 'in 40 s').toBeLessThan(12);
    const asked = viewer.asked().flat();
    expect(asked.filter((url) => /\/\d+\.m4s/.test(url)).length).toBeLessThan(20);
    expect(asked.length / requests).toBeLessThan(1.5);
  });
});
