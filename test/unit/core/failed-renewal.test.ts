import { describe, expect, test } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Answer } from './lab.ts';
import { MASTER, each, fakeTime, fail, folder, inTurn, lab, advanceSeconds, segment, tokenOf, watch } from './lab.ts';

fakeTime();

const at = ({ calls }: ReturnType<typeof lab>): number[] => calls.map((call) => Math.round(call.at * 10) / 10);
/** Uses the folder's token each second. */
const play = async (viewer: ReturnType<typeof lab>, time: number): Promise<void> => {
  for (let second = 0; second < time; second++) {
    watch(viewer.source.sign(MASTER));
    await advanceSeconds(1);
  }
};

describe('a renewal ahead of use that fails', () => {
  // 60 s, renewed 15 s before their end; usable for 13 s then
  test.each([
    [0, 6.5],
    [0.5, 9.4],
    [1, 12.3],
  ])('is tried again before the end of a token of 60 s: random %f', async (random, rest) => {
    const viewer = lab(inTurn(folder(60), fail(503), folder(60)), { random: () => random });
    await play(viewer, 70);
    expect(at(viewer).slice(0, 3)).toEqual([0, 45, 45 + rest]);
  });

  test.each([
    [0, [240, 255, 270, 284, 291]],
    [1, [240, 268.5, 297]],
  ])('is tried again within backoffLimit where tokens live for 300 s: random %f', async (random, times) => {
    const viewer = lab(inTurn(folder(300), fail(503)), { random: () => random });
    await play(viewer, 298);
    expect(at(viewer).slice(1, 6)).toEqual(times);
  });

  test.each([
    [0, [96.5, 100, 105, 110, 115]],
    [0.5, [99.4, 103, 110.5, 118]],
    [1, [102.3, 112.3, 122.3]],
  ])('and again, until a request waits: that one is tried each 5 to 10 s: random %f', async (random, times) => {
    const viewer = lab(inTurn(folder(60), folder(60), fail(503)), { random: () => random });
    await play(viewer, 150);
    expect(at(viewer).slice(3, 3 + times.length)).toEqual(times);
  });

  test('a request for another folder meanwhile is tried quickly, whatever time the renewal has', async () => {
    const viewer = lab(inTurn(folder(300), fail(503)), { random: () => 1 });
    await play(viewer, 242);
    watch(viewer.source.sign('https://cdn.test/other/1.ts'));
    await advanceSeconds(16);
    expect(at(viewer).slice(1)).toEqual([240, 242, 244, 248, 256]);
  });

  test.each([
    [5, 0, 6.5],
    [5, 1, 12.3],
    [20, 0, 20],
    [20, 1, 30],
  ])('not before what the endpoint asks for (%i s): random %f', async (asked, random, rest) => {
    const viewer = lab(inTurn(folder(60), fail(503, { 'retry-after': `${asked}` }), folder(60)), {
      random: () => random,
    });
    await play(viewer, 90);
    expect(at(viewer)[2]).toBe(45 + rest);
  });

  test('makes nobody wait who has no token yet', async () => {
    const viewer = lab(inTurn(folder(60), fail(503), each()), { random: () => 1 });
    await play(viewer, 50);
    const other = watch(viewer.source.sign('https://cdn.test/other/1.ts'));
    await advanceSeconds(0.1);
    expect(tokenOf(other.value)).toBe('t3');
  });

  test('nor who comes before the short pause has ended, for longer than that', async () => {
    const viewer = lab(inTurn(folder(60), fail(503), each()), { random: () => 1 });
    await play(viewer, 45);
    await advanceSeconds(0.5);
    const other = watch(viewer.source.sign('https://cdn.test/other/1.ts'));
    await advanceSeconds(0.4);
    expect(other.state).toBe('pending');
    await advanceSeconds(0.2);
    expect(tokenOf(other.value)).toBe('t3');
  });

  test('is not tried for ever if nobody asks any more', async () => {
    const viewer = lab(inTurn(folder(60), fail(503)));
    await viewer.source.sign(MASTER);
    await advanceSeconds(3600);
    expect(viewer.calls).toHaveLength(3);
  });
});

describe('the renewal of one URL that fails', () => {
  const own = 'https://cdn.test/own/list.m3u8';
  const answer: Answer = (call) => (call.urls[0] === own ? each(60) : folder(300))(call);

  test('is tried again soon beside a folder whose token is not due', async () => {
    const viewer = lab(answer);
    await viewer.source.sign(own);
    await play(viewer, 50);
    viewer.answer = inTurn(fail(503), fail(503), fail(503), each());
    viewer.source.signNow(own);
    await advanceSeconds(2);
    expect(at(viewer)).toEqual([0, 0, 50, 51]);
  });

  test('is not asked for where another call has failed just before, nor afterwards, unless it is used', async () => {
    const viewer = lab(answer);
    await viewer.source.sign(own);
    await advanceSeconds(50);
    viewer.answer = inTurn(folder(), fail(503, { 'retry-after': '5' }), answer);
    const other = watch(viewer.source.sign(MASTER));
    await advanceSeconds(1);
    expect(tokenOf(viewer.source.signNow(own))).toBe('t1');
    await advanceSeconds(10);
    expect(other.state).toBe('done');
    expect(viewer.asked().slice(1)).toEqual([[MASTER], [MASTER]]);
  });
});

test('a call for per-URL tokens ahead of use that fails costs a request that waits no more than before', async () => {
  const viewer = lab(inTurn(each(), fail(503), fail(503), each()), { random: () => 1, readAhead: 3 });
  await viewer.source.sign(MASTER);
  viewer.source.learn(MASTER, hlsOrDash(['#EXTM3U', ...[1, 2, 3].map((n) => `#EXTINF:4,\n${n}.ts`)].join('\n')));
  const request = watch(viewer.source.sign(segment(1)));
  await advanceSeconds(3.1);
  expect(tokenOf(request.value)).toBe('t4');
});
