import { describe, expect, test } from 'vitest';
import { dash, hls, list } from 'secure-token-core/playlists';
import { predictNames } from '../../../packages/core/src/playlists/predict-names.ts';
import type { Answer, Lab } from './lab.ts';
import { CDN, FOLDER, MEDIA, START, advanceSeconds, after, each, fail, fakeTime, folder, lab, range } from './lab.ts';
import { segment, tokenOf, watch } from './lab.ts';

fakeTime();

describe('names of a live stream are predicted', () => {
  test.each<[string, string[], string[]]>([
    ['a counter', ['7.ts', '8.ts', '9.ts'], ['10.ts', '11.ts']],
    ['padding', ['s-007', 's-008', 's-009'], ['s-010', 's-011']],
    ['several counters, and one that stays', ['01/7-100', '01/8-150', '01/9-200'], ['01/10-250', '01/11-300']],
    ['numbers beyond what a number holds', range(7, 9, (n) => `1234567890123456789${n}0`), ['123456789012345679000']],
    ['parts of a segment', range(0, 8, (n) => `${3 + Math.floor(n / 3)}.${n % 3}`), ['6.0', '6.1', '6.2', '7.0']],
    ['a pattern that has begun anew', ['ad1', 'ad2', '1', '2', '3'], ['4']],
    ['a query', ['a?t=2', 'a?t=4', 'a?t=6'], ['a?t=8']],
    ['no escapes', ['%201', '%202', '%203'], ['%204']],
    ['not the host', range(1, 4, (n) => `https://cdn${n}.test/a`), []],
    ['nothing without a pattern', ['a3', 'a7', 'a8', 'a30'], []],
    ['nothing that counts down, or stands still', ['3', '2', '1', '1', '1'], []],
    ['nothing from two names', ['1', '2'], []],
  ])('%s', (_, names, expected) => {
    expect(predictNames(names, Math.max(1, expected.length))).toEqual(expected);
  });
});

/** A live playlist of six segments of a second. */
const live = (last: number, name = (n: number): string => `${n}.ts`): string =>
  ['#EXTM3U', `#EXT-X-MEDIA-SEQUENCE:${last - 5}`, ...range(last - 5, last, (n) => `#EXTINF:1,\n${name(n)}`), ''].join(
    '\n',
  );

interface Viewer extends Lab {
  /** The requests that had to wait for a token. */
  readonly waits: string[];
  readonly reload: (count: number, text?: (last: number) => string) => Promise<void>;
  /** The number of the newest segment. */
  last: number;
}
/** A player at the live edge, which reloads the playlist each second, and requests the newest segment. */
async function viewerOf(
  answer = each(20),
  options: Parameters<typeof lab>[1] = {},
  name?: (n: number) => string,
): Promise<Viewer> {
  const reload = async (count: number, text = (last: number) => live(last, name)): Promise<void> => {
    for (let left = count; left > 0; left--) {
      if (viewer.last > 5) await advanceSeconds(1);
      const newest = text(++viewer.last);
      for (const url of [MEDIA, new URL(newest.trim().split('\n').at(-1)!, MEDIA).href]) {
        if (!viewer.source.signNow(url)) viewer.waits.push(url);
        watch(viewer.source.sign(url));
        await advanceSeconds();
        if (url === MEDIA) viewer.source.learn(MEDIA, hls(newest));
      }
      await advanceSeconds();
    }
  };
  const viewer: Viewer = Object.assign(lab(answer, options), { waits: [], last: 5, reload });
  await viewer.reload(1);
  return viewer;
}
const media = (viewer: Lab): string[] =>
  viewer
    .asked()
    .flat()
    .filter((url) => url !== MEDIA);

describe('at the live edge, names that the playlist does not list yet are signed ahead', () => {
  test('for three quarters of the lifetime, and a minute at most', async () => {
    expect((await viewerOf()).asked()).toEqual([[MEDIA], range(6, 21)]);
    expect((await viewerOf(each(3600))).asked()[1]).toEqual(range(6, 66));
  });

  test.each([
    [20, 4],
    [5, 1.5],
    [60, 12],
  ])('so that with tokens of %i s no request waits: a call for %d requests', async (lifetime, requests) => {
    const viewer = await viewerOf(each(lifetime));
    await viewer.reload(120);
    expect(viewer.waits).toEqual([MEDIA, segment(6)]);
    expect(240 / viewer.calls.length).toBeGreaterThanOrEqual(requests);
    expect(viewer.asked().flat().length / 240, 'few that are not used').toBeLessThan(1.5);
  });

  test('spread over the audience: who joined in one second comes back at different times', async () => {
    const times = [];
    for (const share of [0, 0.5, 1]) {
      const viewer = await viewerOf(each(20), { jitter: 0.25, random: () => share });
      const from = viewer.calls.at(-1)!.at;
      await viewer.reload(20);
      times.push(
        viewer.calls
          .slice(2)
          .map(({ at }) => Math.round(at - from))
          .slice(0, 2)
          .join(),
      );
    }
    expect(new Set(times).size).toBe(3);
  });

  test.each<[string, Answer | undefined, object, ((n: number) => string) | undefined, number]>([
    ['readAhead: 0', undefined, { readAhead: 0 }, undefined, 6],
    ['names without a pattern', undefined, {}, (n) => `${((n * 2654435761) % 2 ** 32).toString(36)}x.ts`, 6],
    ['a token for the folder', folder(20), {}, undefined, 0],
    [
      'names on servers that no playlist has named',
      undefined,
      { protect: /test/ },
      (n) => `https://cdn${n}.test/s.ts`,
      6,
    ],
    ['names that are not protected', undefined, { protect: (url: URL) => !/\/1\d\./.test(url.href) }, undefined, 16],
  ])('but none: %s', async (_, answer, options, name, count) => {
    const viewer = await viewerOf(answer, options, name);
    await viewer.reload(5);
    const asked = media(viewer).filter((url) => !/\/1\d\.ts/.test(url) || count < 16);
    expect(asked.length).toBeLessThanOrEqual(count);
  });

  test('and none for a stream that has ended or stands still, or a viewer who pauses or has gone back', async () => {
    const ended = await viewerOf();
    await ended.reload(12, (last) => live(Math.min(last, 8)).replace('#EXTM3U', '#EXTM3U\n#EXT-X-ENDLIST'));
    expect(media(ended)).toEqual(range(6, 21));
    for (const isPaused of [true, false]) {
      const viewer = await viewerOf();
      for (let last = 7; last < 200; last++) {
        await advanceSeconds(1);
        await viewer.source.sign(MEDIA);
        viewer.source.learn(MEDIA, hls(live(isPaused ? last : 6)));
      }
      expect(media(viewer).length).toBeLessThan(36);
    }
    const back = lab(each(20));
    await back.source.sign(MEDIA);
    back.source.learn(MEDIA, hls(['#EXTM3U', ...range(1, 100, (n) => `#EXTINF:1,\n${n}.ts`)].join('\n')));
    await back.source.sign(segment(50));
    expect(back.asked()[1]).toEqual(range(50, 65));
  });

  test('whether the player has a text or a list; a delta update, and other directives or another query, go on', async () => {
    const names = (last: number) => range(last - 5, last, (n) => `${n}.ts`);
    const texts: ((last: number) => [string, Parameters<Lab['source']['learn']>[1]])[] = [
      (last) => [MEDIA, hls(live(last))],
      (last) => [
        MEDIA,
        list(
          names(last).map((url) => ({ url, seconds: 1 })),
          { isLive: true },
        ),
      ],
      (last) => [`${MEDIA}?_HLS_msn=${last}&_HLS_part=0`, hls(live(last))],
      (last) => [`${MEDIA}?t=${last}`, hls(live(last))],
      (last) => [
        MEDIA,
        hls(
          last > 6
            ? `#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n${names(last)
                .slice(-2)
                .map((it) => `#EXTINF:1,\n${it}`)
                .join('\n')}`
            : live(last),
        ),
      ],
      (last) => [MEDIA, hls(live(last).replaceAll('.ts', `.ts?st=stale${last}`))],
    ];
    for (const [kind, text] of texts.entries()) {
      const viewer = lab(each(20, { anyQuery: true }));
      await viewer.source.sign(MEDIA);
      for (let last = 6; last < 36; last++) {
        viewer.source.learn(...text(last));
        if (last > 6) expect(viewer.source.signNow(segment(last)), `${kind}: ${last}`).toBeDefined();
        await viewer.source.sign(segment(last));
        await advanceSeconds(1);
      }
      expect(viewer.calls.length).toBeLessThan(14);
    }
  });

  test('of several renditions, in one call', async () => {
    const viewer = lab(each(60));
    for (let last = 6; last < 66; last++) {
      for (const name of ['video', 'audio', 'text']) {
        const url = (it: string): string => `${CDN}/${name}/${it}`;
        await viewer.source.sign(url('i.m3u8'));
        viewer.source.learn(url('i.m3u8'), hls(live(last)));
        await viewer.source.sign(url(`${last}.ts`));
      }
      await advanceSeconds(1);
    }
    const calls = viewer.calls.filter(({ at }) => at > 5).map(({ urls }) => urls);
    expect(calls.length).toBeLessThanOrEqual(8);
    for (const urls of calls)
      expect([
        ['video', 'audio', 'text'].every((name) => urls.some((url) => url.includes(name))),
        urls.length <= 100,
      ]).toEqual([true, true]);
  });

  test('of low latency: the parts, and few of the segments that nobody requests', async () => {
    const viewer = lab(each(20, { anyQuery: true }));
    const waits: string[] = [];
    for (let count = 40; count < 200; count++) {
      const [n, made] = [Math.floor(count / 4), count % 4];
      const parts = range(n - 3, n, String).flatMap((it) => [
        ...range(0, Number(it) < n ? 3 : made - 1, (part) => `#EXT-X-PART:DURATION=0.25,URI="${it}.${part}.ts"`),
        ...(Number(it) < n ? [`#EXTINF:1,\n${it}.ts`] : []),
      ]);
      const text = ['#EXTM3U', ...parts, `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${n}.${made}.ts"`].join('\n');
      for (const url of [`${MEDIA}?_HLS_msn=${n}&_HLS_part=${made}`, `${FOLDER}${n}.${made}.ts`]) {
        if (!viewer.source.signNow(url)) waits.push(url);
        await viewer.source.sign(url);
        if (url.includes('_HLS')) viewer.source.learn(url, hls(text));
      }
      await advanceSeconds(0.25);
    }
    expect(waits).toHaveLength(2);
    expect(viewer.calls.length, 'in 40 s').toBeLessThan(14);
    expect(media(viewer).filter((url) => /\/\d+\.ts/.test(url)).length).toBeLessThan(20);
  });

  test('of DASH: the rendition that is played, as time passes and the manifest goes on', async () => {
    const rules = '<SegmentTemplate duration="2" startNumber="0" media="s-$RepresentationID$-$Number$.ts"/>';
    const start = new Date((START - 100) * 1000).toISOString();
    const manifest = `<MPD type="dynamic" availabilityStartTime="${start}"><Period id="0" start="PT0S"><AdaptationSet>${rules}<Representation id="1"/><Representation id="2"/></AdaptationSet></Period></MPD>`;
    const { source, asked } = lab(each());
    await source.sign(MEDIA);
    for (let n = 49; n < 80; n++) {
      if (n % 5 === 4) source.learn(MEDIA, dash(manifest));
      if (n > 49) expect(source.signNow(`${FOLDER}s-1-${n}.ts`)).toBeDefined();
      await source.sign(`${FOLDER}s-1-${n}.ts`);
      await advanceSeconds(2);
    }
    const [, ...calls] = asked();
    expect([calls.flat().every((url) => url.includes('s-1-') || url === MEDIA), calls.length < 12]).toEqual([
      true,
      true,
    ]);
  });
});

describe('an endpoint that signs no names that do not exist', () => {
  const isReal = (viewer: Viewer) => (url: string) =>
    url === MEDIA || Number(/(\d+)\.ts/.exec(url)?.[1]) <= viewer.last;
  const some =
    (viewer: Viewer, more: (left: string[]) => object): Answer =>
    (call) => ({
      ...(each(20)({ ...call, urls: call.urls.filter(isReal(viewer)) }) as object),
      ...more(call.urls.filter((url) => !isReal(viewer)(url))),
    });
  test.each<[string, (viewer: Viewer) => Answer]>([
    ...[400, 401, 403, 404, 413, 500].map((status): [string, (viewer: Viewer) => Answer] => [
      `answers ${status}`,
      (viewer) => (call) => (call.urls.every(isReal(viewer)) ? each(20)(call) : fail(status)(call)),
    ]),
    ['denies them', (viewer) => some(viewer, (denied) => ({ denied }))],
    ['leaves them out', (viewer) => some(viewer, () => ({}))],
  ])('%s: no event, no denial; it is asked without them for a minute', async (_, answer) => {
    const viewer = await viewerOf();
    viewer.calls.length = 0;
    viewer.answer = answer(viewer);
    const guesses: number[] = [];
    const { answer: answering } = viewer;
    viewer.answer = (call) => (call.urls.every(isReal(viewer)) || guesses.push(call.at), answering(call));
    await viewer.reload(90);
    expect(new Set(viewer.types())).toEqual(new Set(['tokenrenewed']));
    expect([guesses.length, Math.round(guesses[1]! - guesses[0]!)]).toEqual([2, 60]);
    expect(tokenOf(viewer.source.signNow(segment(viewer.last)))).toBeDefined();
  });

  test.each<[string, Answer]>([
    ['brings it', after(3, each(20))],
    ['fails', after(3, fail(404))],
  ])('a request joins the call for its predicted name, and asks for itself if that %s', async (_, answer) => {
    const viewer = await viewerOf();
    viewer.answer = answer;
    while (viewer.calls.length < 3) await viewer.reload(1);
    const name = viewer.calls[2]!.urls.at(-1)!;
    const request = watch(viewer.source.sign(name));
    await advanceSeconds(1);
    expect(viewer.calls).toHaveLength(3);
    viewer.answer = each(20);
    await advanceSeconds(2);
    expect(request.state).toBe('done');
  });
});
