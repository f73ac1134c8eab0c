import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import { MEDIA, after, each, fail, fakeTime, inTurn, pass, range, segment, st, watch } from './lab.ts';
import type { Viewer } from './live-viewer.ts';
import { viewer } from './live-viewer.ts';

fakeTime();

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

  test('after that minute they are asked for again', async () => {
    const it = await viewer();
    const isReal = exists(it);
    const refused: number[] = [];
    it.answer = (call) => {
      if (call.urls.every(isReal)) return each(20)(call);
      refused.push(call.at);
      return fail(404)(call);
    };
    await it.watch(70);
    expect(refused).toEqual([6, 66]);
  });

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
});

describe('a request for a name that is being asked for as a prediction', () => {
  const early = async (...answers: Answer[]) => {
    const it = await viewer();
    await it.watch(5);
    it.calls.length = 0;
    // the next call of all: it predicts
    it.answer = ({ urls, ...call }) => inTurn(...answers)({ ...call, urls, index: it.calls.length });
    await it.watch(1);
    expect(it.asked()[0]).toContain(segment(25));
    return { it, seen: watch(it.source.sign(segment(25))) };
  };

  test('waits for that call, if it brings the token', async () => {
    const { it, seen } = await early(after(1, each(20)));
    await pass(1);
    expect(seen.state).toBe('done');
    expect(it.calls).toHaveLength(1);
  });

  test('asks for it itself, if that call fails', async () => {
    const { it, seen } = await early(after(1, fail(404)), each(20));
    await pass(1);
    expect(seen.state).toBe('done');
    expect(it.asked().slice(1).flat()).toContain(segment(25));
  });
});

describe('after a rotation, names that are signed ahead of a live playlist', () => {
  /** The endpoint fails for names that do not exist; the first time after `delay` seconds. */
  const rotated = async (delay: number) => {
    const it = await viewer(each(60));
    await it.watch(3);
    const early = it.source.peek(segment(12))!;
    const newest = it.source.peek(segment(9))!;
    it.calls.length = 0;
    await it.source.refused(newest, 403);
    const exists = (url: string): boolean => url === MEDIA || Number(/(\d+)\.ts/.exec(url)![1]) <= 12;
    it.answer = (call) =>
      call.urls.every(exists) ? each(60)(call) : after(it.calls.length === 2 ? delay : 0, fail(404))(call);
    return { it, early, reload: watch(it.source.sign(MEDIA)) };
  };

  test('are renewed along with what is listed, and are no reason to give that up', async () => {
    const { it, reload } = await rotated(0);
    await pass(0.1);
    expect(reload.state).toBe('done');
    expect(it.asked()[1]).toContain(segment(20));
    expect(it.asked()[2]).toEqual([MEDIA, ...range(6, 8)]);
    expect(it.types()).not.toContain('tokenerror');
  });

  test('one that is refused meanwhile, with its old token, is asked for itself at once', async () => {
    const { it, early } = await rotated(1);
    await pass(0.5);
    const replay = watch(it.source.refused(early, 403));
    await pass(0.6);
    expect(st(replay.value)).toBeDefined();
    expect(it.reasons().at(-1)).toBe('refused');
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
