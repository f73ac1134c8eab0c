import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import { MEDIA, after, each, fail, fakeTime, inTurn, advanceSeconds, range, segment, tokenOf, watch } from './lab.ts';
import type { Viewer } from './live-viewer.ts';
import { liveViewer } from './live-viewer.ts';

fakeTime();

describe('an endpoint that signs no names that do not exist', () => {
  const exists = (viewer: Viewer) => (url: string) =>
    url === MEDIA || Number(/(\d+)\.ts/.exec(url)?.[1]) <= viewer.last;

  test.each([400, 401, 403, 404, 413, 500])(
    '%i: asked once more without them, and left alone for a minute',
    async (status) => {
      const viewer = await liveViewer();
      const isReal = exists(viewer);
      viewer.answer = (call) => (call.urls.every(isReal) ? each(20)(call) : fail(status)(call));
      await viewer.watch(60);
      expect(viewer.types().filter((type) => type !== 'tokenrenewed')).toEqual([]);
      expect(viewer.waits.length).toBeLessThan(60);
      const refused = viewer.calls.filter(({ urls }) => !urls.every(isReal) && urls.length > 1);
      const [first, second] = viewer.calls.slice(2);
      expect(first!.urls.length).toBeGreaterThan(1);
      expect(second!.at).toBe(first!.at);
      expect(refused.length, 'calls with names to come').toBeLessThan(4);
    },
  );

  test('after that minute they are asked for again', async () => {
    const viewer = await liveViewer();
    const isReal = exists(viewer);
    const refused: number[] = [];
    viewer.answer = (call) => {
      if (call.urls.every(isReal)) return each(20)(call);
      refused.push(call.at);
      return fail(404)(call);
    };
    await viewer.watch(70);
    expect(refused).toEqual([6, 66]);
  });

  test('401 also without them: that is a denial', async () => {
    const viewer = await liveViewer();
    viewer.answer = fail(401);
    await viewer.watch(8);
    expect(viewer.types()).toContain('tokendenied');
  });

  test('429: not asked again at once', async () => {
    const viewer = await liveViewer();
    viewer.answer = fail(429, { 'retry-after': '4' });
    await viewer.watch(20);
    const [first, second] = viewer.calls.slice(2);
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(4);
  });

  test('denied one by one: no denial, no event, and a real request is asked for', async () => {
    const viewer = await liveViewer();
    const isReal = exists(viewer);
    viewer.answer = (call) => ({
      ...(each(20)({ ...call, urls: call.urls.filter(isReal) }) as object),
      denied: call.urls.filter((url) => !isReal(url)),
    });
    await viewer.watch(40);
    expect(viewer.types().filter((type) => type !== 'tokenrenewed')).toEqual([]);
    expect(
      viewer.events.flatMap(({ urls = [] }) => urls).filter((url) => !isReal(url) && !range(6, 21).includes(url)),
    ).toEqual([]);
    expect(viewer.source.signNow(segment(viewer.last - 1))).toBeDefined();
    expect(viewer.calls.length).toBeLessThan(45);
  });

  test('without a token in the answer: the same', async () => {
    const viewer = await liveViewer();
    const isReal = exists(viewer);
    viewer.answer = (call) => each(20)({ ...call, urls: call.urls.filter(isReal) });
    await viewer.watch(40);
    expect(viewer.types().filter((type) => type !== 'tokenrenewed')).toEqual([]);
    expect(viewer.source.signNow(segment(viewer.last - 1))).toBeDefined();
  });
});

describe('a request for a name that is being asked for as a prediction', () => {
  const early = async (...answers: Answer[]) => {
    const viewer = await liveViewer();
    await viewer.watch(5);
    viewer.calls.length = 0;
    // the next call of all: it predicts
    viewer.answer = ({ urls, ...call }) => inTurn(...answers)({ ...call, urls, index: viewer.calls.length });
    await viewer.watch(1);
    expect(viewer.asked()[0]).toContain(segment(25));
    return { viewer, seen: watch(viewer.source.sign(segment(25))) };
  };

  test('waits for that call, if it brings the token', async () => {
    const { viewer, seen } = await early(after(1, each(20)));
    await advanceSeconds(1);
    expect(seen.state).toBe('done');
    expect(viewer.calls).toHaveLength(1);
  });

  test('asks for it itself, if that call fails', async () => {
    const { viewer, seen } = await early(after(1, fail(404)), each(20));
    await advanceSeconds(1);
    expect(seen.state).toBe('done');
    expect(viewer.asked().slice(1).flat()).toContain(segment(25));
  });
});

describe('after a rotation, names that are signed ahead of a live playlist', () => {
  /** The endpoint fails for names that do not exist; the first time after `delay` seconds. */
  const rotated = async (delay: number) => {
    const viewer = await liveViewer(each(60));
    await viewer.watch(3);
    const early = viewer.source.signNow(segment(12))!;
    const newest = viewer.source.signNow(segment(9))!;
    viewer.calls.length = 0;
    await viewer.source.refused(newest, 403);
    const exists = (url: string): boolean => url === MEDIA || Number(/(\d+)\.ts/.exec(url)![1]) <= 12;
    viewer.answer = (call) =>
      call.urls.every(exists) ? each(60)(call) : after(viewer.calls.length === 2 ? delay : 0, fail(404))(call);
    return { viewer, early, reload: watch(viewer.source.sign(MEDIA)) };
  };

  test('are renewed along with what is listed, and are no reason to give that up', async () => {
    const { viewer, reload } = await rotated(0);
    await advanceSeconds(0.1);
    expect(reload.state).toBe('done');
    expect(viewer.asked()[1]).toContain(segment(20));
    expect(viewer.asked()[2]).toEqual([MEDIA, ...range(6, 8)]);
    expect(viewer.types()).not.toContain('tokenerror');
  });

  test('one that is refused meanwhile, with its old token, is asked for itself at once', async () => {
    const { viewer, early } = await rotated(1);
    await advanceSeconds(0.5);
    const replay = watch(viewer.source.refused(early, 403));
    await advanceSeconds(0.6);
    expect(tokenOf(replay.value)).toBeDefined();
    expect(viewer.reasons().at(-1)).toBe('refused');
  });
});

describe('an endpoint that is away', () => {
  test('for 8 s, with tokens of 20 s: no request waits, whenever that begins', async () => {
    for (let begin = 10; begin < 18; begin++) {
      const viewer = await liveViewer(each(20), { random: () => 0.5 });
      await viewer.watch(begin);
      viewer.waits.length = 0;
      viewer.answer = fail(503);
      await viewer.watch(8);
      viewer.answer = each(20);
      await viewer.watch(20);
      // one that waits has its token at once
      expect(viewer.waits.length, `after ${begin} s`).toBeLessThan(2);
      expect(tokenOf(viewer.source.signNow(segment(viewer.last - 1)))).toBeDefined();
    }
  });
});
