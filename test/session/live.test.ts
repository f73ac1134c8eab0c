import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import { each, fail, folder } from '../unit/core/lab-answers.ts';
import { fakeTime, lab, tokenOf, watch } from '../unit/core/lab.ts';
import { advanceSeconds, elapsed, hurry, seconds, sleep } from '../unit/core/lab-time.ts';
import { FOLDER, MASTER, playlist, segment } from '../unit/core/lab-urls.ts';

vi.setConfig({ testTimeout: 60_000 });
fakeTime();

const HOUR = 3600;
const MEDIA = `${FOLDER}media.m3u8`;

describe('six hours of live', () => {
  test('a token for the folder, 300 s: 90 calls, and no request ever waits', async () => {
    const { source, calls, reasons } = lab(folder());
    await source.sign(MASTER);
    for (let n = 0; n < (6 * HOUR) / 4; n++) {
      expect(source.signNow(MEDIA), `at ${elapsed()} s`).toBeDefined();
      expect(source.signNow(segment(n))).toBeDefined();
      await hurry(4, 2);
    }
    // one at the start, then one every 240 s; the ninetieth renewal falls into the last second
    expect(calls.filter(({ at }) => at < 6 * HOUR - 1)).toHaveLength(90);
    expect(new Set(reasons())).toEqual(new Set(['initial', 'expiring']));
  });

  test('a token for the folder that lives six hours: one renewal', async () => {
    const { source, calls } = lab(folder(6 * HOUR));
    await source.sign(MASTER);
    for (let n = 0; n < (6 * HOUR) / 20; n++) {
      expect(source.signNow(segment(n))).toBeDefined();
      await hurry(20, 5);
    }
    expect(calls.map(({ at }) => Math.round(at / 10) * 10)).toEqual([0, 6 * HOUR - 60]);
  });

  test('a token for each URL: one call in three reloads, and no request ever waits', async () => {
    const { source, calls } = lab(each(60, { anyQuery: true }));
    await source.sign(MEDIA);
    source.learn(MEDIA, hlsOrDash(playlist(0, 5, false)));
    await source.sign(segment(3));
    const before = calls.length;
    const reloads = 900;
    for (let n = 1; n <= reloads; n++) {
      await hurry(4, 2);
      expect(source.signNow(`${MEDIA}?_HLS_msn=${n}`), `reload ${n}`).toBeDefined();
      source.learn(MEDIA, hlsOrDash(playlist(n, n + 5, false)));
      await advanceSeconds(0.1);
      expect(source.signNow(segment(n + 3)), `segment ${n + 3}`).toBeDefined();
    }
    const asked = calls.flatMap(({ urls }) => urls).filter((url) => url.endsWith('.ts'));
    expect(new Set(asked).size).toBe(asked.length);
    // those of the next three quarters of a minute
    expect(asked.length).toBeLessThanOrEqual(reloads + 3 + 45 / 4);
    expect(calls.length - before).toBeLessThan(reloads / 3);
  });
});

describe('a laptop', () => {
  test('sleeps for two hours and wakes: one call', async () => {
    const { source, calls, reasons } = lab(folder());
    await source.sign(MASTER);
    await advanceSeconds(100);
    source.signNow(MASTER);
    await sleep(2 * HOUR);
    await advanceSeconds(30);
    expect(calls).toHaveLength(1);
    await Promise.all([source.sign(MEDIA), source.sign(segment(1)), source.sign(segment(2))]);
    expect(reasons()).toEqual(['initial', 'expired']);
    await advanceSeconds(100);
    expect(calls).toHaveLength(2);
  });

  test('wakes before its network does: plays on as soon as the endpoint is there', async () => {
    const viewer = lab(folder());
    await viewer.source.sign(MASTER);
    await sleep(2 * HOUR);
    viewer.answer = fail(503);
    const request = watch(viewer.source.sign(MASTER));
    await advanceSeconds(5);
    viewer.answer = folder();
    await advanceSeconds(5);
    expect(tokenOf(request.value)).toBeDefined();
  });

  test('pauses over night: no call that no request needs', async () => {
    const { source, calls } = lab(folder());
    await source.sign(MASTER);
    await advanceSeconds(10 * HOUR);
    expect(calls.length).toBeLessThanOrEqual(2);
    expect(vi.getTimerCount()).toBe(0);
    expect(seconds()).toBeGreaterThan(0);
  });
});

describe('two players, one source', () => {
  test('an hour of the same live stream: the calls of one', async () => {
    const one = lab(folder());
    const two = lab(folder());
    await one.source.sign(MASTER);
    await Promise.all([two.source.sign(MASTER), two.source.sign(MASTER)]);
    for (let n = 0; n < 900; n++) {
      one.source.signNow(segment(n));
      two.source.signNow(segment(n));
      two.source.signNow(segment(n));
      await hurry(4, 2);
    }
    expect(two.calls.map(({ at }) => at)).toEqual(one.calls.map(({ at }) => at));
  });
});
