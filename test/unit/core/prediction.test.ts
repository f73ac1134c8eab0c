import { describe, expect, test } from 'vitest';
import type { Lab } from './lab.ts';
import {
  CDN,
  FOLDER,
  MEDIA,
  each,
  fail,
  fakeTime,
  folder,
  inTurn,
  lab,
  pass,
  range,
  segment,
  st,
  watch,
} from './lab.ts';

fakeTime();

/** A live playlist of six segments of a second; `name` says how they are called. */
const live = (last: number, name = (n: number): string => `${n}.ts`): string =>
  [
    '#EXTM3U',
    '#EXT-X-TARGETDURATION:1',
    `#EXT-X-MEDIA-SEQUENCE:${last - 5}`,
    ...range(last - 5, last, String).map((n) => `#EXTINF:1,\n${name(Number(n))}`),
    '',
  ].join('\n');

interface Viewer extends Lab {
  /** Reloads of one second each, in which the player asks for the newest segment; from the last one on. */
  watch: (reloads: number, text?: (last: number) => string) => Promise<void>;
  /** Requests that had to wait for a token. */
  readonly waits: string[];
  last: number;
  requests: number;
}

/** A player at the live edge that has begun to play segment 6. */
async function viewer(
  answer = each(20),
  options: Parameters<typeof lab>[1] = {},
  name?: (n: number) => string,
): Promise<Viewer> {
  const it: Viewer = Object.assign(lab(answer, options), {
    last: 6,
    requests: 0,
    waits: [],
    async watch(reloads: number, text = (last: number): string => live(last, name)) {
      for (let left = reloads; left > 0; left--) {
        if (it.last > 6 || it.requests > 0) await pass(1);
        const newest = text(it.last++);
        for (const url of [MEDIA, new URL(newest.trim().split('\n').at(-1)!, MEDIA).href]) {
          it.requests++;
          if (!it.source.peek(url)) {
            it.waits.push(url);
            watch(it.source.sign(url));
            await pass();
          }
          if (url === MEDIA) it.source.learn(MEDIA, newest);
        }
        await pass();
      }
    },
  });
  await it.watch(1);
  return it;
}

const media = (it: Lab, from = 0): string[] =>
  it
    .asked()
    .slice(from)
    .flat()
    .filter((url) => url !== MEDIA);

describe('names that are signed ahead of a live playlist', () => {
  test('three quarters of the lifetime, along with the first segment', async () => {
    const it = await viewer();
    expect(it.asked()).toEqual([[MEDIA], range(6, 21)]);
  });

  test('are filled up when less than half of the lifetime is left, with a successor for the playlist', async () => {
    const it = await viewer();
    await it.watch(5);
    expect(it.calls).toHaveLength(2);
    await it.watch(1);
    expect(it.asked()[2]).toEqual([MEDIA, ...range(22, 27)]);
    expect(it.calls[2]!.at).toBe(6);
  });

  test.each([
    [20, 6],
    [5, 2],
    [60, 12],
  ])('tokens of %i s: a call for %i requests, no wait, and few that are not used', async (lifetime, requests) => {
    const it = await viewer(each(lifetime));
    await it.watch(120);
    expect(it.requests / it.calls.length).toBeGreaterThanOrEqual(requests);
    expect(it.waits).toEqual([MEDIA, segment(6)]);
    expect(it.asked().flat().length / it.requests).toBeLessThan(1.5);
  });

  test('no more than a minute, however long tokens live, and no more than a call takes', async () => {
    const it = await viewer(each(3600));
    expect(it.asked()[1]).toEqual(range(6, 66));
    const fast = await viewer(each(3600), {}, (n) => `${n}.ts\n#EXTINF:0.2,\n${n}b.ts`);
    expect(fast.asked().every(({ length }) => length <= 100)).toBe(true);
  });

  test('readAhead 0: none', async () => {
    const it = await viewer(each(20), { readAhead: 0 });
    await it.watch(5);
    expect(media(it)).toEqual(range(6, 11));
  });

  test('names without a pattern: none, and the same calls as before', async () => {
    const hash = (n: number): string => `${((n * 2654435761) % 2 ** 32).toString(36)}x.ts`;
    const it = await viewer(each(20), {}, hash);
    await it.watch(20);
    const names = range(6, 26, (n) => FOLDER + hash(n));
    expect(media(it)).toEqual(names);
  });

  test('a token for the folder: none', async () => {
    const it = await viewer(folder(20));
    await it.watch(5);
    expect(it.asked()).toEqual([[MEDIA]]);
  });

  test('of URLs that are not protected: none', async () => {
    const it = await viewer(each(20), { protect: (url) => !/1\d\.ts/.test(url.href) });
    expect(media(it)).toEqual([...range(6, 9), ...range(20, 21)]);
  });

  test('only for origins that the names have', async () => {
    const it = await viewer(each(20), { protect: /test/ }, (n) => `https://cdn${n}.test/s.ts`);
    expect(media(it)).toEqual(['https://cdn6.test/s.ts']);
  });

  test('a playlist that has ended: none', async () => {
    const it = await viewer();
    const calls = it.calls.length;
    await it.watch(12, (last) => live(Math.min(last, 8)).replace('#EXTM3U', '#EXTM3U\n#EXT-X-ENDLIST'));
    expect(media(it, calls)).toEqual([]);
  });

  test('a viewer who pauses while reloads go on: none any more', async () => {
    const it = await viewer();
    const before = media(it).length;
    for (let last = 7; last < 200; last++) {
      await pass(1);
      await it.source.sign(MEDIA);
      it.source.learn(MEDIA, live(last));
    }
    expect(media(it).length - before).toBeLessThan(20);
  });

  test('a viewer who has gone back: what follows there, not what comes at the edge', async () => {
    const it = lab(each(20));
    const text = ['#EXTM3U', ...range(1, 100, String).map((n) => `#EXTINF:1,\n${n}.ts`), ''].join('\n');
    await it.source.sign(MEDIA);
    it.source.learn(MEDIA, text);
    await it.source.sign(segment(50));
    expect(it.asked()[1]).toEqual(range(50, 65));
  });

  test('a stream that stands still: none any more', async () => {
    const it = await viewer();
    const before = media(it).length;
    for (let n = 0; n < 300; n++) {
      await pass(1);
      await it.source.sign(MEDIA);
      it.source.learn(MEDIA, live(6));
    }
    expect(media(it).length - before).toBeLessThan(20);
  });
});

describe('names that come otherwise', () => {
  /** Segments of another counter from `first` on. */
  const broken = (first: number, by: number) => (last: number) =>
    live(last, (n) => (n < first ? `${n}.ts` : n === first ? `#EXT-X-DISCONTINUITY\n${n + by}.ts` : `${n + by}.ts`));

  test('a break with another counter: three of it are believed again', async () => {
    const it = await viewer();
    await it.watch(2);
    const calls = it.calls.length;
    it.waits.length = 0;
    await it.watch(12, broken(9, 500));
    expect(it.waits).toHaveLength(3);
    expect(media(it, calls)).toEqual(expect.arrayContaining(range(509, 526)));
    // each of the first three, and what is filled up
    expect(it.calls.length - calls).toBeLessThan(7);
  });

  test('surprised twice, a playlist is not predicted for a minute', async () => {
    const it = await viewer();
    const name = (n: number): string => `${n + (n < 9 ? 0 : n < 15 ? 500 : 2000)}.ts`;
    await it.watch(10, (last) => live(last, name));
    const calls = it.calls.length;
    await it.watch(55, (last) => live(last, name));
    expect(media(it, calls), 'one by one').toEqual(range(2017, 2071));
    await it.watch(30, (last) => live(last, name));
    expect(it.calls.length - calls - 55).toBeLessThan(25);
  });

  test('the first segment after a long absence is no surprise', async () => {
    const it = await viewer();
    await it.watch(3);
    it.last += 1000;
    await it.watch(3);
    it.last += 1000;
    await it.watch(2);
    expect(media(it)).toContain(segment(it.last + 5));
  });
});

describe('an endpoint that signs no names that do not exist', () => {
  const exists = (it: Viewer) => (url: string) => url === MEDIA || Number(/(\d+)\.ts/.exec(url)?.[1]) <= it.last;

  test.each([400, 401, 403, 404, 413, 500])(
    '%i: asked once more without them, and left alone for a minute',
    async (status) => {
      const it = await viewer();
      const isReal = exists(it);
      it.answer = (call) => (call.urls.every(isReal) ? each(20)(call) : fail(status)(call));
      await it.watch(60);
      expect(it.types().filter((type) => type !== 'tokenrenewed')).toEqual([]);
      expect(it.waits.length).toBeLessThan(60);
      const refused = it.calls.filter(({ urls }) => !urls.every(isReal) && urls.length > 1);
      const [first, second] = it.calls.slice(2);
      expect(first!.urls.length).toBeGreaterThan(1);
      expect(second!.at).toBe(first!.at);
      expect(refused.length, 'calls with names to come').toBeLessThan(4);
    },
  );

  test('401 also without them: that is a denial', async () => {
    const it = await viewer();
    it.answer = fail(401);
    await it.watch(8);
    expect(it.types()).toContain('tokendenied');
  });

  test('429: not asked again at once', async () => {
    const it = await viewer();
    it.answer = fail(429, { 'retry-after': '4' });
    await it.watch(20);
    const [first, second] = it.calls.slice(2);
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(4);
  });

  test('denied one by one: no denial, no event, and a real request is asked for', async () => {
    const it = await viewer();
    const isReal = exists(it);
    it.answer = (call) => ({
      ...(each(20)({ ...call, urls: call.urls.filter(isReal) }) as object),
      denied: call.urls.filter((url) => !isReal(url)),
    });
    await it.watch(40);
    expect(it.types().filter((type) => type !== 'tokenrenewed')).toEqual([]);
    expect(
      it.events.flatMap(({ urls = [] }) => urls).filter((url) => !isReal(url) && !range(6, 21).includes(url)),
    ).toEqual([]);
    expect(it.source.peek(segment(it.last - 1))).toBeDefined();
    expect(it.calls.length).toBeLessThan(45);
  });

  test('without a token in the answer: the same', async () => {
    const it = await viewer();
    const isReal = exists(it);
    it.answer = (call) => each(20)({ ...call, urls: call.urls.filter(isReal) });
    await it.watch(40);
    expect(it.types().filter((type) => type !== 'tokenrenewed')).toEqual([]);
    expect(it.source.peek(segment(it.last - 1))).toBeDefined();
  });

  test('a request that comes while its name is asked for as a prediction is asked for itself, if that fails', async () => {
    const it = await viewer();
    await it.watch(5);
    it.answer = inTurn(fail(404), fail(404), fail(404), each(20));
    await it.watch(1);
    const early = watch(it.source.sign(segment(30)));
    await pass(1);
    expect(early.state).toBe('done');
  });
});

describe('an endpoint that is away', () => {
  test('for 8 s, with tokens of 20 s: no request waits, whenever that begins', async () => {
    for (let begin = 10; begin < 18; begin++) {
      const it = await viewer(each(20), { random: () => 0.5 });
      await it.watch(begin);
      it.waits.length = 0;
      it.answer = fail(503);
      await it.watch(8);
      it.answer = each(20);
      await it.watch(20);
      // one that waits has its token at once
      expect(it.waits.length, `after ${begin} s`).toBeLessThan(2);
      expect(st(it.source.peek(segment(it.last - 1)))).toBeDefined();
    }
  });
});

describe('several renditions', () => {
  test('are signed ahead in one call', async () => {
    const it = lab(each(60));
    const names = ['video', 'audio', 'text'];
    const of = (name: string, n: number | string): string => `${CDN}/${name}/${n}`;
    for (let last = 6; last < 66; last++) {
      for (const name of names) {
        const url = of(name, 'i.m3u8');
        if (!it.source.peek(url)) await it.source.sign(url);
        it.source.learn(url, live(last));
        if (!it.source.peek(of(name, `${last}.ts`))) await it.source.sign(of(name, `${last}.ts`));
      }
      await pass(1);
    }
    const calls = it.calls.filter(({ at }) => at > 5);
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

  test('parts are signed ahead, and the segments that nobody asks for are not: a call for several seconds', async () => {
    const it = lab(each(20, { anyQuery: true }));
    const waits: string[] = [];
    let requests = 0;
    const load = async (url: string): Promise<void> => {
      requests++;
      if (it.source.peek(url)) return;
      waits.push(url);
      await it.source.sign(url);
    };
    for (let count = 40; count < 200; count++) {
      const url = `${MEDIA}?_HLS_msn=${Math.floor(count / 4)}&_HLS_part=${count % 4}`;
      await load(url);
      it.source.learn(url, parts(count));
      await load(FOLDER + part(Math.floor(count / 4), count % 4));
      await pass(0.25);
    }
    expect(waits).toHaveLength(2);
    expect(it.calls.length, 'in 40 s').toBeLessThan(12);
    const asked = it.asked().flat();
    expect(asked.filter((url) => /\/\d+\.m4s/.test(url)).length).toBeLessThan(20);
    expect(asked.length / requests).toBeLessThan(1.5);
  });
});
