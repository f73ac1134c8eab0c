import { describe, expect, test } from 'vitest';
import {
  FOLDER,
  code,
  each,
  fakeTime,
  fail,
  inTurn,
  advanceSeconds,
  playing,
  playlist,
  range,
  segment,
  watch,
} from './lab.ts';
import { liveViewer } from './live-viewer.ts';

fakeTime();

describe('reading ahead where the endpoint fails or denies', () => {
  test('a failed read-ahead disturbs nobody', async () => {
    const { source, types } = await playing(playlist(1, 20), inTurn(each(), each(), fail(400)));
    await source.sign(segment(1));
    for (let i = 2; i < 8; i++) expect(source.signNow(segment(i))).toBeDefined();
    await advanceSeconds(60);
    expect(types()).toContain('tokenerror');
  });

  test('what follows a denied segment is not asked for: the viewer is told without a call', async () => {
    const { source, asked } = await playing(playlist(1, 20), inTurn(each(), fail(403)));
    expect(await code(source.sign(segment(1)))).toBe('ERR_DENIED');
    for (const n of [1, 4, 7]) expect(await code(source.sign(segment(n)))).toBe('ERR_DENIED');
    await advanceSeconds(60);
    expect(asked()).toEqual([range(1, 7)]);
  });

  test('while the endpoint is down, playing on does not hammer it', async () => {
    const viewer = await playing(playlist(1, 200), each(3600), { readAhead: 50, random: () => 0.5 });
    await viewer.source.sign(segment(1));
    viewer.answer = fail(503);
    viewer.calls.length = 0;
    for (let i = 2; i <= 50; i++) {
      expect(viewer.source.signNow(segment(i))).toBeDefined();
      await advanceSeconds(4);
    }
    expect(viewer.calls.length).toBeGreaterThan(3);
    expect(viewer.calls.length).toBeLessThan(60);
  });

  test('while the endpoint is left alone nothing is asked for ahead, nor at the end of the pause', async () => {
    const viewer = await playing(playlist(1, 40), each(), { random: () => 0 });
    await viewer.source.sign(segment(1));
    viewer.answer = fail(503, { 'retry-after': '5' });
    const other = watch(viewer.source.sign(`${FOLDER}other.ts`));
    await advanceSeconds(1);
    viewer.answer = each();
    for (const url of range(2, 6)) viewer.source.signNow(url);
    await advanceSeconds(5);
    expect(other.state).toBe('done');
    expect(viewer.asked().slice(1)).toEqual([[`${FOLDER}other.ts`], [`${FOLDER}other.ts`]]);
    viewer.source.signNow(segment(7));
    await advanceSeconds(1);
    expect(viewer.asked().at(-1)).toEqual(range(8, 14));
  });

  test('an endpoint that answers only for the first URL is lived with', async () => {
    const { source } = await playing(playlist(1, 20), (call) => each()({ ...call, urls: call.urls.slice(0, 1) }));
    for (let i = 1; i <= 5; i++) expect((await source.sign(segment(i))).unsignedUrl).toBe(segment(i));
  });
});

test('a call for names to come that fails is repeated while much of what is signed is left, not after a second', async () => {
  const viewer = await liveViewer(each(20), { random: () => 1 });
  await viewer.watch(3);
  viewer.answer = fail(503);
  await viewer.watch(8);
  const [failed] = viewer.calls.slice(2);
  expect(viewer.calls).toHaveLength(3);
  await viewer.watch(8);
  expect(viewer.calls[3]!.at - failed!.at).toBeGreaterThan(8);
});
