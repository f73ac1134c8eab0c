import { describe, expect, test } from 'vitest';
import type { SignOptions } from '../../../packages/core/src/index.ts';
import { keepAsking } from '../../../packages/core/src/adapter.ts';
import type { Answer, Call } from './lab.ts';
import {
  CDN,
  after,
  code,
  each,
  fail,
  fakeTime,
  hurry,
  inTurn,
  lab,
  advanceSeconds,
  playing,
  playlist,
  range,
  seconds,
  segment,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

/** The endpoint fails with `status` whenever one of `bad` is asked for. */
const failingFor =
  (status: number, ...bad: string[]): Answer =>
  (call: Call) =>
    call.urls.some((url) => bad.includes(url)) ? fail(status)(call) : each()(call);

describe('a call that fails because of one of its URLs', () => {
  test.each([400, 413, 500])('%i: the others have their tokens, and it fails alone', async (status) => {
    const { source, calls } = lab(failingFor(status, segment(4)), { retry: { limit: 0 }, random: () => 0 });
    const seen = range(1, 6).map((url) => watch(source.sign(url)));
    await advanceSeconds(20);
    expect(seen.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'failed', 'done', 'done']);
    expect(calls.length - 1).toBeLessThanOrEqual(8);
  });

  test.each([400, 413])('%i for a batch, then one 500 for a URL alone: that URL has its token too', async (status) => {
    let hiccups = 1;
    const { source } = lab((call) => {
      if (call.urls.length > 1) return fail(status)(call);
      return call.urls[0] === segment(2) && hiccups-- > 0 ? fail(500)(call) : each()(call);
    });
    const seen = range(1, 2).map((url) => watch(source.sign(url)));
    await advanceSeconds(20);
    expect(seen.map(({ state }) => state)).toEqual(['done', 'done']);
  });

  test('a URL that fails for good, and for which a player keeps asking, holds up nobody else', async () => {
    const { source, calls } = lab(failingFor(500, segment(1)));
    const { signal } = new AbortController();
    const ask = (how: SignOptions) => source.sign(segment(1), how);
    void keepAsking({ source, signal, ask, mayWait: () => true }).catch(() => undefined);
    const seen: ReturnType<typeof watch>[] = [];
    for (const url of range(2, 60)) {
      await advanceSeconds(2);
      seen.push(watch(source.sign(url)));
    }
    await advanceSeconds();
    // the first ones find out which URL it is
    expect(seen.slice(5).map(({ state }) => state)).not.toContain('pending');
    expect(calls.filter(({ urls }) => urls.length > 1 && urls.includes(segment(1)))).toHaveLength(1);
    expect(calls.filter(({ urls }) => urls.includes(segment(1))).length).toBeLessThan(30);
  });

  test('renewals of a folder for which the endpoint alone fails follow back-off, as those of a single folder do', async () => {
    const LIFETIME = 300;
    const [broken, well] = ['broken', 'well'].map((name) => `${CDN}/${name}/`) as [string, string];
    const callsFor = async (folders: readonly string[]): Promise<number> => {
      let isBroken = false;
      const { source, calls } = lab(
        (call) =>
          isBroken && call.urls.some((url) => url.startsWith(broken))
            ? fail(500)(call)
            : {
                now: seconds(),
                tokens: folders
                  .filter((prefix) => call.urls.some((url) => url.startsWith(prefix)))
                  .map((prefix) => ({ prefix, query: { st: prefix }, expires: seconds() + LIFETIME })),
              },
        { random: () => 0.5 },
      );
      for (const prefix of folders) watch(source.sign(`${prefix}film.mp4`));
      await advanceSeconds(1);
      isBroken = true;
      await hurry(LIFETIME - 4);
      return calls.filter(({ urls }) => urls.some((url) => url.startsWith(broken))).length;
    };
    expect(await callsFor([broken])).toBeLessThan(8);
    expect(await callsFor([well, broken])).toBeLessThan(10);
  });

  test('a folder that fails alone and is well again soon has its next token before the old one ends', async () => {
    const folders = ['broken', 'well'].map((name) => `${CDN}/${name}/`) as [string, string];
    let isBroken = false;
    const { source, calls } = lab(
      (call) =>
        isBroken && call.urls.some((url) => url.startsWith(folders[0]))
          ? fail(500)(call)
          : {
              now: seconds(),
              tokens: folders
                .filter((prefix) => call.urls.some((url) => url.startsWith(prefix)))
                .map((prefix) => ({ prefix, query: { st: `${call.index}` }, expires: seconds() + 300 })),
            },
      { jitter: 0, random: () => 0.5 },
    );
    const films = folders.map((prefix) => `${prefix}film.mp4`);
    for (const url of films) watch(source.sign(url));
    await hurry(235);
    isBroken = true;
    await hurry(30);
    isBroken = false;
    const before = calls.length;
    await hurry(30);
    expect(calls.slice(before).flatMap(({ urls }) => urls)).toContain(films[0]);
    expect(tokenOf(source.signNow(films[0]!))).not.toBe('0');
  });

  test('a request for a URL that has just failed alone calls at once', async () => {
    let isBroken = true;
    const { source, calls } = lab(
      (call) => (isBroken && call.urls.includes(segment(1)) ? fail(500)(call) : each()(call)),
      { random: () => 1 },
    );
    const seen = range(1, 2).map((url) => watch(source.sign(url)));
    while (seen[0]!.state === 'pending') await advanceSeconds(0.1);
    isBroken = false;
    const before = calls.length;
    expect(tokenOf(await source.sign(segment(1)))).toBeDefined();
    expect(calls.slice(before).map(({ urls }) => urls)).toEqual([[segment(1)]]);
  });

  test('a listed URL that fails alone is signed ahead with back-off, and not for each request', async () => {
    const viewer = await playing(playlist(1, 60), failingFor(500, segment(40)), { random: () => 1 });
    for (const url of range(1, 39)) {
      await viewer.source.sign(url);
      await advanceSeconds(2);
    }
    const [first, ...others] = viewer.calls.filter(({ urls }) => urls.includes(segment(40)));
    // the first ones find out which URL it is, and the player makes a request each two seconds
    expect(others.filter(({ at }) => at > first!.at + 5).length).toBeLessThan(4);
  });

  test('a URL that has failed alone is one like the others once it has a token', async () => {
    let isBroken = true;
    const { source, calls } = lab((call) =>
      isBroken && call.urls.includes(segment(1)) ? fail(500)(call) : each(10)(call),
    );
    const first = range(1, 2).map((url) => watch(source.sign(url)));
    await advanceSeconds(5);
    expect(first.map(({ state }) => state)).toEqual(['failed', 'done']);
    isBroken = false;
    await source.sign(segment(1));
    await advanceSeconds(20);
    await Promise.all(range(1, 2).map((url) => source.sign(url)));
    expect(calls.at(-1)!.urls).toEqual([segment(1), segment(2)]);
  });

  test('two URLs that fail in either half of a part: the others have their tokens, and each fails alone', async () => {
    const { source, calls } = lab(failingFor(500, segment(5), segment(7)), { retry: { limit: 0 }, random: () => 0 });
    const seen = range(1, 8).map((url) => watch(source.sign(url)));
    await advanceSeconds(20);
    expect(seen.map(({ state }) => state === 'done')).toEqual([true, true, true, true, false, true, false, true]);
    expect(calls.length - 1).toBeLessThanOrEqual(8);
  });

  test.each([400, 413])(
    '%i for either half is about URLs, and no outage: the halves are taken apart',
    async (status) => {
      const { source } = lab(failingFor(status, segment(1), segment(4)), { random: () => 0 });
      const seen = range(1, 4).map((url) => watch(source.sign(url)));
      await advanceSeconds(20);
      expect(seen.map(({ state }) => state)).toEqual(['failed', 'done', 'done', 'failed']);
    },
  );

  test('of a hundred: at most eight calls more, after which nearly all have theirs', async () => {
    const { source, calls } = lab(failingFor(500, segment(37)), { random: () => 0 });
    const seen = range(1, 100).map((url) => watch(source.sign(url)));
    await advanceSeconds(60);
    expect(calls.length).toBeLessThanOrEqual(9);
    expect(seen.filter(({ state }) => state === 'failed').length).toBeLessThanOrEqual(7);
    expect(seen[36]!.state).toBe('failed');
  });

  test('the parts follow one pause, and make none', async () => {
    const { source, calls } = lab(failingFor(400, segment(1)), { random: () => 1 });
    for (const url of range(1, 4)) watch(source.sign(url));
    await advanceSeconds(30);
    expect(calls.map(({ at, urls }) => [at, urls.length])).toEqual([
      [0, 4],
      [1, 2],
      [1, 2],
      [1, 1],
      [1, 1],
    ]);
  });

  test('the good ones go on as soon as their part has its tokens, whatever becomes of the others', async () => {
    const slow: Answer = (call) =>
      call.urls.includes(segment(3)) && call.index > 1 ? after(5, each())(call) : failingFor(500, segment(4))(call);
    const { source } = lab(slow, { random: () => 0 });
    const seen = range(1, 4).map((url) => watch(source.sign(url)));
    await advanceSeconds(1);
    expect(seen.map(({ state }) => state)).toEqual(['done', 'done', 'pending', 'pending']);
  });

  test('an endpoint that fails for either half is down: all wait for it, as long as ever', async () => {
    let isDown = true;
    const { source, calls } = lab((call) => (isDown ? fail(500) : each())(call), { random: () => 1 });
    const seen = range(1, 6).map((url) => watch(source.sign(url)));
    await advanceSeconds(6);
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['pending']));
    isDown = false;
    await advanceSeconds(8);
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(calls.length).toBeLessThanOrEqual(6);
  });

  test('an endpoint that is down for good: they fail when they always did', async () => {
    const { source, calls } = lab(fail(500), { random: () => 1 });
    const seen = range(1, 6).map((url) => watch(source.sign(url)));
    await advanceSeconds(16);
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['failed']));
    expect(calls.length).toBeLessThanOrEqual(7);
  });

  test('a single failure of one half is no reason to give its URL up', async () => {
    const { source } = lab(inTurn(fail(500), fail(500), each()), { random: () => 1 });
    const seen = range(1, 2).map((url) => watch(source.sign(url)));
    await advanceSeconds(10);
    expect(seen.map(({ state }) => state)).toEqual(['done', 'done']);
  });

  test('a part that fails for another reason is tried again as usual', async () => {
    const { source } = lab(inTurn(fail(500), fail(429), each()), { random: () => 1 });
    const seen = range(1, 2).map((url) => watch(source.sign(url)));
    await advanceSeconds(10);
    expect(seen.map(({ state }) => state)).toEqual(['done', 'done']);
  });

  test('nor does anything join that part while it waits for its next try', async () => {
    const { source, asked } = lab(inTurn(fail(500), fail(429), each(), fail(503), each()), { random: () => 1 });
    const seen = range(1, 2).map((url) => watch(source.sign(url)));
    await advanceSeconds(4.5);
    expect(asked()).toHaveLength(4);
    seen.push(watch(source.sign(segment(9))));
    await advanceSeconds(10);
    expect(seen.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  test('what is asked for meanwhile does not join it', async () => {
    const { source, asked } = lab(failingFor(500, segment(2)), { random: () => 1 });
    watch(source.sign(segment(1)));
    watch(source.sign(segment(2)));
    await advanceSeconds(0.5);
    const other = watch(source.sign(segment(9)));
    await advanceSeconds(1);
    expect(other.state).toBe('done');
    expect(asked().filter((urls) => urls.includes(segment(9)))).toEqual([[segment(9)]]);
  });

  test.each([401, 403, 429, 502, 503, 504])(
    '%i is about the viewer or the endpoint: the call is not taken apart',
    async (status) => {
      const { source, asked } = lab(fail(status), { random: () => 0 });
      for (const url of range(1, 4)) watch(source.sign(url));
      await advanceSeconds(60);
      expect(asked().every((urls) => urls.length === 4)).toBe(true);
      expect(asked().length).toBeLessThanOrEqual(5);
    },
  );

  test('nor when there is no network', async () => {
    const { source, asked } = lab(() => Promise.reject(new TypeError('Failed to fetch')), { random: () => 0 });
    for (const url of range(1, 4)) watch(source.sign(url));
    await advanceSeconds(60);
    expect(new Set(asked().map(({ length }) => length))).toEqual(new Set([4]));
  });

  test('a bad URL that was only read ahead costs the segment in hand nothing but a moment', async () => {
    const { source } = await playing(playlist(1, 20), inTurn(each(), failingFor(500, segment(5))), { random: () => 0 });
    const seen = watch(source.sign(segment(1)));
    await advanceSeconds(1);
    expect(tokenOf(seen.value)).toBeDefined();
  });

  test('a caller that aborts meanwhile leaves it to the others', async () => {
    const { source } = lab(inTurn(fail(400), after(5, each())), { random: () => 0 });
    const leaving = new AbortController();
    const left = watch(source.sign(segment(1), { signal: leaving.signal }));
    const stays = watch(source.sign(segment(2)));
    await advanceSeconds(1);
    leaving.abort();
    await advanceSeconds(20);
    expect([left.state, stays.state]).toEqual(['failed', 'done']);
  });

  test('destroyed meanwhile: each ends as destroyed', async () => {
    const { source } = lab(failingFor(500, segment(1)), { random: () => 1 });
    const codes = range(1, 4).map((url) => code(source.sign(url)));
    await advanceSeconds(0.5);
    source.destroy();
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['ERR_DESTROYED']));
  });
});
