import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import {
  CDN,
  MASTER,
  MEDIA,
  after,
  code,
  each,
  fail,
  fakeTime,
  hurry,
  inTurn,
  lab,
  advanceSeconds,
  range,
  seconds,
  segment,
  sleep,
} from './lab.ts';

fakeTime();

const asset = (n: number): string => `${CDN}/asset/${n}/a.m3u8`;
/** A token for the folder of each URL. */
const folders =
  (lifetime: number, isDenied: (url: string) => boolean = () => false): Answer =>
  ({ urls }) => ({
    now: seconds(),
    tokens: urls
      .filter((url) => !isDenied(url))
      .map((url) => ({ prefix: url.replace(/[^/]*$/, ''), expires: seconds() + lifetime, query: {} })),
    denied: urls.filter(isDenied),
  });

describe('renew() asks for what is in use now', () => {
  test('not for the folders that were visited before', async () => {
    const { source, asked, calls } = lab(folders(30));
    for (let n = 0; n < 100; n++) {
      await source.sign(asset(n));
      // and once more with its second token
      await hurry(25, 5);
      await source.sign(asset(n));
      await hurry(40, 10);
    }
    await source.sign(asset(999));
    calls.length = 0;
    await source.renew();
    expect(asked()).toEqual([[asset(999)]]);
  });

  test("a slow answer sets the endpoint's clock ahead: what was used within a lifetime is still in use", async () => {
    const { source, asked, calls } = lab(inTurn(folders(30), after(9, folders(30)), folders(30)));
    await source.sign(asset(1));
    await advanceSeconds(15);
    void source.sign(asset(2));
    await advanceSeconds(10);
    calls.length = 0;
    await source.renew();
    expect(asked().flat().sort()).toEqual([asset(1), asset(2)]);
  });

  test('segments that were played with tokens of six hours: one call', async () => {
    const { source, calls } = lab(each(6 * 3600), { readAhead: 0 });
    for (const url of range(1, 400)) {
      await source.sign(url);
      await advanceSeconds(4);
    }
    calls.length = 0;
    await source.renew();
    expect(calls).toHaveLength(1);
    expect(calls[0]!.urls.at(-1)).toBe(segment(400));
  });

  test('a playlist that is used again and again is among them, however long ago its token came', async () => {
    const { source, asked, calls } = lab(each(6 * 3600), { readAhead: 0 });
    await source.sign(MEDIA);
    for (const url of range(1, 120)) {
      await source.sign(url);
      source.signNow(MEDIA);
      await advanceSeconds(4);
    }
    calls.length = 0;
    await source.renew();
    expect(asked().flat()).toContain(MEDIA);
  });

  test('a denial of what was left two hours ago is none of its business', async () => {
    let denied = '';
    const { source } = lab(folders(300, (url) => url === denied));
    await source.sign(asset(1));
    await advanceSeconds(250);
    await source.sign(asset(1));
    denied = asset(1);
    await hurry(7200, 60);
    await source.sign(asset(2));
    expect(await code(source.renew())).toBeUndefined();
  });

  test('what was used last, however long ago: its player may wait to go on', async () => {
    const viewer = lab(folders(60));
    await viewer.source.sign(MASTER);
    await hurry(3600, 10);
    viewer.calls.length = 0;
    viewer.answer = fail(403);
    expect(await code(viewer.source.renew())).toBe('ERR_DENIED');
    expect(viewer.asked()).toEqual([[MASTER]]);
  });
});

// of what was used before something else
test.each([
  [59, 60, true],
  [60, 60, false],
])('%i s after its use a token of %i s is in use: %s', async (time, lifetime, isInUse) => {
  const { source, asked, calls } = lab(folders(lifetime));
  await source.sign(asset(1));
  await sleep(time);
  await source.sign(asset(2));
  calls.length = 0;
  await source.renew();
  expect(asked().flat()).toEqual(isInUse ? [asset(1), asset(2)] : [asset(2)]);
});

describe('a catalogue', () => {
  test.each([0, 0.4, 0.7, 1])(
    'an asset that was left is not renewed: one call a hop (jitter: random %f)',
    async (random) => {
      const { source, asked } = lab(folders(300), { jitter: 0.3, random: () => random });
      for (let hop = 0; hop < 5; hop++) {
        // a minute of each asset, a segment every four seconds
        for (let n = 0; n < 15; n++) {
          await source.sign(asset(hop).replace('a.m3u8', `${n}.ts`));
          await advanceSeconds(4);
        }
      }
      await advanceSeconds(600);
      expect(asked()).toHaveLength(5);
    },
  );

  test('an asset is renewed whose viewer has a minute buffered when its renewal is due', async () => {
    const { source, reasons } = lab(folders(300));
    // segments of four seconds, up to two minutes before its end
    for (let n = 0; n < 45; n++) {
      await source.sign(segment(n));
      await advanceSeconds(4);
    }
    await advanceSeconds(65);
    expect(reasons()).toEqual(['initial', 'expiring']);
  });

  test('a player whose requests are far apart is still there', async () => {
    const { source, reasons } = lab(folders(20));
    // segments of ten seconds: longer than half of the lifetime
    for (let n = 0; n < 30; n++) {
      await source.sign(segment(n));
      await advanceSeconds(12);
    }
    expect(new Set(reasons())).toEqual(new Set(['initial', 'expiring']));
  });
});

test('the token of one URL is renewed from its second request on: a segment is asked for once', async () => {
  const { source, asked } = lab(each(60), { readAhead: 0 });
  await source.sign(MEDIA);
  await source.sign(segment(1));
  await advanceSeconds(50);
  source.signNow(MEDIA);
  await advanceSeconds();
  expect(asked()).toEqual([[MEDIA], [segment(1)], [MEDIA]]);
  // signed before the page was there, and not used yet
  const preset = lab(each(60), { tokens: [{ url: segment(2), query: { st: 'p' }, expires: seconds() + 60 }] });
  await advanceSeconds(50);
  preset.source.signNow(segment(2));
  await advanceSeconds();
  expect(preset.calls).toHaveLength(0);
});
