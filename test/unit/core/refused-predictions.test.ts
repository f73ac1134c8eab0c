import { describe, expect, test } from 'vitest';
import { MEDIA, each, fail, fakeTime, inTurn, pass, range, segment, st, watch } from './lab.ts';
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
