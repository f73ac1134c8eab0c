import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import { MASTER, each, fakeTime, fail, folder, inTurn, lab, pass, segment, st, watch } from './lab.ts';

fakeTime();

const at = ({ calls }: ReturnType<typeof lab>): number[] => calls.map((call) => Math.round(call.at * 10) / 10);
/** Uses the folder's token each second. */
const play = async (it: ReturnType<typeof lab>, time: number): Promise<void> => {
  for (let second = 0; second < time; second++) {
    watch(it.source.sign(MASTER));
    await pass(1);
  }
};

describe('a renewal ahead of use that fails', () => {
  // 60 s, renewed 15 s before their end; usable for 13 s then
  test.each([
    [0, 6.5],
    [0.5, 9.4],
    [1, 12.3],
  ])('is tried again before the end of a token of 60 s: random %f', async (random, rest) => {
    const it = lab(inTurn(folder(60), fail(503), folder(60)), { random: () => random });
    await play(it, 70);
    expect(at(it).slice(0, 3)).toEqual([0, 45, 45 + rest]);
  });

  test('is tried again at least every fifteen seconds where tokens live for 300 s', async () => {
    const it = lab(inTurn(folder(300), fail(503)), { random: () => 1 });
    await play(it, 298);
    expect(at(it)).toEqual([0, 240, 255, 270, 285]);
  });

  test('and again: then it is left alone for twenty seconds at least, whoever waits', async () => {
    const it = lab(inTurn(folder(60), folder(60), fail(503)), { random: () => 0 });
    await play(it, 150);
    expect(at(it)).toEqual([0, 45, 90, 96.5, 116.5, 136.5]);
  });

  // whose end is that of all who joined in the same second, and so is the second failure
  test.each([
    [0, [59.5, 79.5, 99.5]],
    [0.5, [72, 97]],
    [1, [87.3]],
  ])('and again, of a first token: from its end on, so that an audience spreads: random %f', async (random, then) => {
    const it = lab(inTurn(folder(60), fail(503)), { random: () => random });
    await play(it, 100);
    expect(at(it).slice(3)).toEqual(then);
  });

  test.each([
    [5, 0, 6.5],
    [5, 1, 20],
    [20, 0, 20],
    [20, 1, 35],
  ])('not before what the endpoint asks for (%i s), nor all at it: random %f', async (asked, random, rest) => {
    const it = lab(inTurn(folder(60), fail(503, { 'retry-after': `${asked}` }), folder(60)), { random: () => random });
    await play(it, 90);
    expect(at(it)[2]).toBe(45 + rest);
  });

  test('makes nobody wait who has no token yet', async () => {
    const it = lab(inTurn(folder(60), fail(503), each()), { random: () => 1 });
    await play(it, 50);
    const other = watch(it.source.sign('https://cdn.test/other/1.ts'));
    await pass(0.1);
    expect(st(other.value)).toBe('t3');
  });

  test('nor who comes before the short pause has ended, for longer than that', async () => {
    const it = lab(inTurn(folder(60), fail(503), each()), { random: () => 1 });
    await play(it, 45);
    await pass(0.5);
    const other = watch(it.source.sign('https://cdn.test/other/1.ts'));
    await pass(0.4);
    expect(other.state).toBe('pending');
    await pass(0.2);
    expect(st(other.value)).toBe('t3');
  });

  test('is not tried for ever if nobody asks any more', async () => {
    const it = lab(inTurn(folder(60), fail(503)));
    await it.source.sign(MASTER);
    await pass(3600);
    expect(it.calls).toHaveLength(3);
  });
});

describe('the renewal of one URL that fails', () => {
  const own = 'https://cdn.test/own/list.m3u8';
  const answer: Answer = (call) => (call.urls[0] === own ? each(60) : folder(300))(call);

  test('is tried again soon beside a folder whose token is not due', async () => {
    const it = lab(answer);
    await it.source.sign(own);
    await play(it, 50);
    it.answer = inTurn(fail(503), fail(503), fail(503), each());
    it.source.peek(own);
    await pass(2);
    expect(at(it)).toEqual([0, 0, 50, 51]);
  });

  test('is not asked for where another call has failed just before, nor afterwards, unless it is used', async () => {
    const it = lab(answer);
    await it.source.sign(own);
    await pass(50);
    it.answer = inTurn(folder(), fail(503, { 'retry-after': '5' }), answer);
    const other = watch(it.source.sign(MASTER));
    await pass(1);
    expect(st(it.source.peek(own))).toBe('t1');
    await pass(8);
    expect(other.state).toBe('done');
    expect(it.asked().slice(1)).toEqual([[MASTER], [MASTER]]);
  });
});

test('a call for per-URL tokens ahead of use that fails costs a request that waits no more than before', async () => {
  const it = lab(inTurn(each(), fail(503), fail(503), each()), { random: () => 1, readAhead: 3 });
  await it.source.sign(MASTER);
  it.source.learn(MASTER, ['#EXTM3U', ...[1, 2, 3].map((n) => `#EXTINF:4,\n${n}.ts`)].join('\n'));
  const request = watch(it.source.sign(segment(1)));
  await pass(3.1);
  expect(st(request.value)).toBe('t4');
});
