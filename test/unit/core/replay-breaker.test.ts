import { describe, expect, test } from 'vitest';
import type { SignedRequest } from '../../../packages/core/src/index.ts';
import { FOLDER, each, fakeTime, folder, lab, advanceSeconds, range, seconds, segment, tokenOf } from './lab.ts';

fakeTime();

describe('the replay breaker', () => {
  /** One request whose token and whose replay are both refused; resolves to whether it was replayed. */
  const refuse = async (source: ReturnType<typeof lab>['source'], n: number): Promise<boolean> => {
    const request: SignedRequest = await source.sign(segment(n));
    const replay = await source.refused(request, 403);
    if (replay) expect(await source.refused(replay, 403)).toBeUndefined();
    return !!replay;
  };

  test('more than three replays in a row that are refused again: no replays for 10 s', async () => {
    const { source, calls } = lab();
    for (let n = 1; n <= 4; n++) expect(await refuse(source, n), `replay ${n}`).toBe(true);
    const before = calls.length;
    for (let n = 5; n <= 30; n++) {
      expect(await refuse(source, n), `replay ${n}`).toBe(false);
      await advanceSeconds(0.3);
    }
    expect(calls).toHaveLength(before);
    await advanceSeconds(3);
    expect(await refuse(source, 31)).toBe(true);
  });

  test('what is not replayed is reported', async () => {
    const { source, events } = lab();
    for (let n = 1; n <= 5; n++) await refuse(source, n);
    expect(events.slice(-2)).toMatchObject([
      { type: 'tokenrefused', detail: { url: segment(5) } },
      { type: 'tokenerror', detail: { error: { code: 'ERR_TOKEN_REFUSED', url: segment(5) } } },
    ]);
  });

  test('three in a row, then one that is accepted: nothing is stopped', async () => {
    const { source } = lab();
    for (let round = 0; round < 4; round++) {
      for (let n = 1; n <= 3; n++) expect(await refuse(source, n)).toBe(true);
      expect(await source.refused(await source.sign(segment(4)), 403)).toBeDefined();
      await advanceSeconds(15);
    }
  });

  test.each([1, 10])(
    'every fifth of %i requests a second is refused at random, replays too: no clock says what is in a row',
    async (rate) => {
      const { source } = lab(each());
      // a sequence of our own, without four in a row
      let seed = 5;
      const isRefused = (): boolean => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) < 2 ** 31 / 5;
      let again = 0;
      for (let n = 0; n < 600; n++) {
        const request = await source.sign(segment(n));
        if (isRefused()) {
          const replay = await source.refused(request, 403);
          expect(replay, `request ${n}`).toBeDefined();
          if (isRefused()) again += Number((await source.refused(replay!, 403)) === undefined);
        }
        await advanceSeconds(1 / rate);
      }
      expect(again).toBeGreaterThan(10);
    },
  );

  test('one bad file among others that are replayed well stops nobody', async () => {
    const { source } = lab(each());
    for (let n = 1; n <= 40; n++) {
      expect(await refuse(source, 0), `bad, round ${n}`).toBe(true);
      expect(await source.refused(await source.sign(segment(n)), 403), `good, round ${n}`).toBeDefined();
      await advanceSeconds(1);
    }
  });

  test('replays of two players at a time, all refused, in whatever order the answers come: stopped', async () => {
    const { source } = lab(each());
    const requests = await Promise.all(Array.from({ length: 6 }, (_, n) => source.sign(segment(n))));
    const replays = await Promise.all(requests.map((request) => source.refused(request, 403)));
    for (const n of [5, 0, 3, 1, 4, 2]) await source.refused(replays[n]!, 403);
    expect(await refuse(source, 7)).toBe(false);
  });

  test('of eight replays at a time every other one is refused: that is not in a row', async () => {
    const { source } = lab(each());
    const requests = await Promise.all(range(1, 8).map((url) => source.sign(url)));
    const replays = await Promise.all(requests.map((request) => source.refused(request, 403)));
    for (const n of [0, 2, 4, 6]) expect(await source.refused(replays[n]!, 403)).toBeUndefined();
    expect(await source.refused(await source.sign(segment(9)), 403)).toBeDefined();
  });

  test('an edge that refuses one in five, and a rotation in the middle: each request is replayed', async () => {
    let generation = 0;
    const { source } = lab(({ urls, index }) => ({
      now: seconds(),
      tokens: urls.map((url) => ({ url, query: { st: `${generation}-${index}` }, expires: seconds() + 300 })),
    }));
    // a sequence of our own, without four in a row
    let seed = 7;
    const isRefused = (request: SignedRequest): boolean =>
      (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) < 2 ** 31 / 5 ||
      !tokenOf(request)!.startsWith(`${generation}-`);
    let again = 0;
    const get = async (url: string): Promise<void> => {
      const request = await source.sign(url);
      await advanceSeconds(0.1);
      if (!isRefused(request)) return;
      const replay = await source.refused(request, 403);
      expect(replay, url).toBeDefined();
      await advanceSeconds(0.1);
      if (!isRefused(replay!)) return;
      again++;
      await source.refused(replay!, 403);
    };
    for (let n = 0; n < 300; n++) {
      if (n % 100 === 50) generation++;
      // video, audio and text at a time
      await Promise.all(['v', 'a', 't'].map((name) => get(`${FOLDER}${name}/${n}.ts`)));
    }
    expect(again).toBeGreaterThan(10);
  });

  test('three players whose every replay is refused, without end: few calls', async () => {
    const { source, calls } = lab(each());
    for (let round = 0; round < 120; round++) {
      // one answer after the other, each while the others are under way
      for (const n of [1, 2, 3])
        void source.sign(segment(n)).then(async (request) => {
          const replay = await source.refused(request, 403);
          if (replay) setTimeout(() => void source.refused(replay, 403), 300 * n);
        });
      await advanceSeconds(1);
    }
    expect(calls.length).toBeLessThan(60);
  });

  test('the 10 s end also when the clock is set back meanwhile', async () => {
    let offset = 0;
    const { source } = lab(folder(), { clock: () => Date.now() + offset });
    for (let n = 1; n <= 5; n++) await refuse(source, n);
    offset = -18_000_000;
    await advanceSeconds(10);
    expect(await refuse(source, 6)).toBe(true);
  });

  test('nor when the clock is found to be fast after them: that time is not theirs', async () => {
    let offset = 0;
    const { source } = lab(
      ({ urls, index }) => ({
        tokens: urls.map((url) => ({ url, query: { st: `t${index}` }, expires: seconds() + 45 })),
      }),
      { clock: () => Date.now() + offset },
    );
    for (let n = 1; n <= 5; n++) await refuse(source, n);
    await advanceSeconds(20);
    offset = 3_600_000;
    expect(await refuse(source, 6)).toBe(true);
  });

  test('refused in parallel: stopped as well', async () => {
    const { source, calls } = lab();
    for (let round = 0; round < 10; round++) await Promise.all([1, 2, 3].map((n) => refuse(source, n)));
    expect(calls.length).toBeLessThan(8);
  });

  test('a secret rotated at the edge, per-URL tokens read ahead: each is replayed, nothing is stopped', async () => {
    const { source } = lab(each());
    const requests = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => source.sign(segment(n))));
    for (const request of requests) expect(await source.refused(request, 403)).toBeDefined();
  });

  test('a player that retries without end does not make the source loop', async () => {
    const { source, calls } = lab();
    for (let second = 0; second < 120; second++) {
      await refuse(source, 1);
      await advanceSeconds(1);
    }
    expect(calls.length).toBeLessThan(50);
  });
});
