import { expect, test } from 'vitest';
import { dash, hls, list } from 'secure-token-core/playlists';
import { predictNames } from '../../../packages/core/src/playlists/predict-names.ts';
import type { Answer } from './lab-answers.ts';
import { each, fail, folder } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { fakeTime, lab, watch } from './lab.ts';
import { START, advanceSeconds } from './lab-time.ts';
import { FOLDER, MEDIA, range, segment } from './lab-urls.ts';

fakeTime();

test.each<[string, string[], string[]]>([
  ['a counter', ['7.ts', '8.ts', '9.ts'], ['10.ts', '11.ts']],
  ['padding', ['s-007', 's-008', 's-009'], ['s-010', 's-011']],
  ['several counters, and one that stays', ['01/7-100', '01/8-150', '01/9-200'], ['01/10-250', '01/11-300']],
  ['numbers beyond what a number holds', range(7, 9, (n) => `1234567890123456789${n}0`), ['123456789012345679000']],
  ['parts of a segment', range(0, 8, (n) => `${3 + Math.floor(n / 3)}.${n % 3}`), ['6.0', '6.1', '6.2', '7.0']],
  ['a pattern that has begun anew', ['ad1', 'ad2', '1', '2', '3'], ['4']],
  ['not the host', range(1, 4, (n) => `https://cdn${n}.test/a`), []],
  ['nothing that counts down', ['3', '2', '1'], []],
  ['nothing without a pattern', ['a3', 'a7', 'a8', 'a30'], []],
])('names of a live stream are predicted: %s', (_, names, expected) => {
  expect(predictNames(names, Math.max(1, expected.length))).toEqual(expected);
});

/** A live playlist of six segments of a second. */
const live = (last: number, name = (n: number): string => `${n}.ts`): string =>
  `#EXTM3U\n${range(last - 5, last, (n) => `#EXTINF:1,\n${name(n)}`).join('\n')}`;

interface Viewer extends Lab {
  readonly reload: (count: number, text?: (last: number) => string) => Promise<void>;
  readonly requests: ReturnType<typeof watch>[];
  /** The number of the newest segment. */
  last: number;
}
/** A player at the live edge, which reloads the playlist each second, and requests the newest segment. */
async function viewerOf(answer = each(20), options: Parameters<typeof lab>[1] = {}, name?: (n: number) => string) {
  const reload = async (count: number, text = (last: number) => live(last, name)): Promise<void> => {
    for (let left = count; left > 0; left--) {
      await advanceSeconds(viewer.last > 5 ? 1 : 0);
      const newest = text(++viewer.last);
      for (const url of [MEDIA, new URL(newest.split('\n').at(-1)!, MEDIA).href]) {
        viewer.requests.push(watch(viewer.source.sign(url)));
        await advanceSeconds();
        if (url === MEDIA) viewer.source.learn(MEDIA, hls(newest));
      }
      await advanceSeconds();
    }
  };
  const viewer: Viewer = Object.assign(lab(answer, options), { last: 5, requests: [], reload });
  await viewer.reload(1);
  return viewer;
}
const media = ({ asked }: Lab): string[] => asked().flatMap((urls) => urls.filter((url) => url !== MEDIA));

test('names to come are signed for three quarters of the lifetime, and a minute at most', async () => {
  expect((await viewerOf(each(3600))).asked()[1]).toEqual(range(6, 66));
  const viewer = await viewerOf();
  await viewer.reload(9);
  expect(viewer.asked().slice(0, 2)).toEqual([[MEDIA], range(6, 21)]);
  expect(viewer.asked()[2], 'with a successor for the playlist').toContain(MEDIA);
});

const hash = (n: number): string => `${((n * 2654435761) % 2 ** 32).toString(36)}x.ts`;
test.each<[string, Answer | undefined, object, ((n: number) => string) | undefined]>([
  ['readAhead: 0', undefined, { readAhead: 0 }, undefined],
  ['names without a pattern', undefined, {}, hash],
  ['a token for the folder', folder(20), {}, undefined],
  ['names that are not protected', undefined, { protect: ({ href }: URL) => !/1\d\.ts/.test(href) }, undefined],
])('no name to come is signed: %s', async (_, answer, options, name) => {
  const viewer = await viewerOf(answer, options, name);
  await viewer.reload(4);
  expect(media(viewer).filter((url) => !/2\d\.ts/.test(url)).length).toBeLessThanOrEqual(5);
});

test('no name to come is signed of a stream that has ended, or for a viewer who pauses', async () => {
  const viewer = await viewerOf();
  await viewer.reload(12, (last) => live(Math.min(last, 8)).replace('#EXTM3U', '#EXTM3U\n#EXT-X-ENDLIST'));
  expect(media(viewer)).toEqual(range(6, 21));
  const paused = await viewerOf();
  for (let last = 7; last < 200; last++) {
    await paused.source.sign(MEDIA).then(() => advanceSeconds(1));
    paused.source.learn(MEDIA, hls(live(last)));
  }
  expect(media(paused).length).toBeLessThan(36);
});

const listed = (last: number) => range(last - 5, last).map((url) => ({ url, seconds: 1 }));
const delta = (last: number): string => live(last).replace(/(#EXTINF.*\n.*\n){4}/, '#EXT-X-SKIP:SKIPPED-SEGMENTS=4\n');
const two = (last: number): string => (last > 6 ? delta(last).replace(/#EXT-X-SKIP.*/, '') : live(last));
const start = new Date((START - 7) * 1000).toISOString();
const rules = '<SegmentTemplate duration="1" startNumber="0" media="$Number$.ts"/><Representation id="1"/>';
const period = `<Period id="0" start="PT0S"><AdaptationSet>${rules}</AdaptationSet></Period>`;
test.each<[string, (last: number) => Parameters<Lab['source']['learn']>]>([
  ['a text', (last) => [MEDIA, hls(live(last))]],
  ['a list', (last) => [MEDIA, list(listed(last), { isLive: true })]],
  ['other directives', (last) => [`${MEDIA}?_HLS_msn=${last}&_HLS_part=0`, hls(live(last))]],
  ['another query', (last) => [`${MEDIA}?t=${last}`, hls(two(last))]],
  ['a delta update', (last) => [MEDIA, hls(last > 6 ? delta(last) : live(last))]],
  ['other stale tokens', (last) => [MEDIA, hls(live(last).replaceAll('.ts', `.ts?st=${last}`))]],
  ['DASH', () => [MEDIA, dash(`<MPD type="dynamic" availabilityStartTime="${start}">${period}</MPD>`)]],
])('a reload goes on where the one before was: %s', async (_, reload) => {
  const { source, calls } = lab(each(20));
  await source.sign(MEDIA);
  for (let last = 6; last < 126; last++) {
    source.learn(...reload(last));
    if (last > 6) expect(source.signNow(segment(last)), `${last}`).toBeDefined();
    await source.sign(segment(last)).then(() => advanceSeconds(1));
  }
  expect(calls.length).toBeLessThan(50);
});

test('of low latency the parts are signed, and few of the segments that nobody requests', async () => {
  const viewer = lab(each(20, { anyQuery: true }));
  const part = (n: number) => (at: number) => `#EXT-X-PART:DURATION=0.25,URI="${n}.${at}.ts"`;
  let waits = 0;
  for (let count = 40; count < 200; count++) {
    const [n, made] = [Math.floor(count / 4), count % 4];
    const whole = [n - 3, n - 2, n - 1].flatMap((it) => [...range(0, 3, part(it)), `#EXTINF:1,\n${it}.ts`]);
    const text = ['#EXTM3U', ...whole, ...range(0, made - 1, part(n)), part(n)(made).replace('PART', 'PRELOAD-HINT')];
    for (const url of [`${MEDIA}?_HLS_msn=${n}&_HLS_part=${made}`, `${FOLDER}${n}.${made}.ts`]) {
      waits += viewer.source.signNow(url) ? 0 : 1;
      await viewer.source.sign(url);
      if (url.includes('_HLS')) viewer.source.learn(url, hls(text.join('\n')));
    }
    await advanceSeconds(0.25);
  }
  const segments = media(viewer).filter((url) => /\/\d+\.ts/.test(url));
  expect(waits).toBe(2);
  expect(viewer.calls.length).toBeLessThan(14);
  expect(segments.length).toBeLessThan(20);
});

const refusals = [400, 401, 403, 404, 413, 500, 'denied', 'left out'];
test.each(refusals)('an endpoint that signs no names to come (%s) costs no event: they rest a minute', async (how) => {
  const viewer = await viewerOf();
  const isReal = (url: string): boolean => url === MEDIA || Number(/(\d+)\.ts/.exec(url)?.[1]) <= viewer.last;
  const guesses: number[] = [];
  viewer.answer = (call) => {
    const left = call.urls.filter((url) => !isReal(url));
    if (left.length) guesses.push(call.at);
    if (left.length && typeof how === 'number') return fail(how)(call);
    const answer = each(20)({ ...call, urls: call.urls.filter(isReal) }) as object;
    return how === 'denied' ? { ...answer, denied: left } : answer;
  };
  await viewer.reload(90);
  expect(new Set(viewer.types())).toEqual(new Set(['tokenrenewed']));
  expect(guesses).toHaveLength(2);
  expect(Math.round(guesses[1]! - guesses[0]!)).toBe(60);
  expect(viewer.requests.filter(({ state }) => state !== 'done')).toEqual([]);
});
