import { describe, expect, test, vi } from 'vitest';
import type { Answer } from './lab.ts';
import { CDN, FOLDER, MASTER, MEDIA, START, advanceSeconds, after, each, fail, fakeTime, folder } from './lab.ts';
import { folders, inTurn, lab, segment, sleep, tokenOf } from './lab.ts';

fakeTime();

const page = [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 100 }];

describe('a token near its end', () => {
  test.each([6, 20, 60, 300])('of %i s is renewed ahead while a stream plays: no request waits', async (lifetime) => {
    const { source, reasons, calls } = lab(inTurn(folder(lifetime), after(0.2, folder(lifetime))));
    await source.sign(MASTER);
    for (let time = 0; time < lifetime * 4; time += 2) {
      expect(source.signNow(segment(time)), `after ${time} s`).toBeDefined();
      await advanceSeconds(2);
    }
    expect([new Set(reasons().slice(1)), calls.length <= 8]).toEqual([new Set(['expiring']), true]);
  });

  test.each<[object, number]>([
    [{}, 240],
    [{ renewBefore: 10 }, 290],
    [{ renewBefore: 1e6 }, 75],
    [{ jitter: 0.5, random: () => 0.5 }, 165],
    [{ adopt: () => undefined, jitter: 0.5 }, 270],
  ])('of 300 s is renewed as %o says, after %i s; until its successor is here it is sent', async (options, time) => {
    const { source, at, events } = lab(inTurn(folder(), after(7, folder())), options);
    await source.sign(MASTER);
    await advanceSeconds(time + 6.9);
    expect([at(), tokenOf(source.signNow(MASTER))]).toEqual([[0, time], 't1']);
    await advanceSeconds(0.2);
    expect(tokenOf(source.signNow(MASTER))).toBe('t2');
    expect(events[1]).toMatchObject({ type: 'tokenrenewed', reason: 'expiring', urls: [MASTER], wait: 7 });
  });

  test.each([
    [300, 2],
    [5, 0.5],
  ])('of %i s is not sent in its last %f s: it could end on its way', async (lifetime, margin) => {
    const { source } = lab(folder(lifetime), { renewBefore: 0 });
    await source.sign(MASTER);
    await sleep(lifetime - margin - 0.01);
    expect(source.signNow(MASTER)).toBeDefined();
    vi.setSystemTime(Date.now() + 20);
    expect(source.signNow(MASTER)).toBeUndefined();
  });

  test('of one URL is renewed from its second request on: a segment is requested once, a playlist often', async () => {
    const { source, asked, reasons } = lab(each(60), { readAhead: 0 });
    for (const url of [MEDIA, segment(1)]) await source.sign(url);
    await advanceSeconds(50);
    expect(tokenOf(source.signNow(MEDIA))).toBe('t1');
    await advanceSeconds();
    expect([asked(), reasons().at(-1)]).toEqual([[[MEDIA], [segment(1)], [MEDIA]], 'expiring']);
  });

  test.each<[string, Answer]>([
    ['the old token', () => ({ now: START, tokens: page })],
    ['a token for something else', inTurn(folder(100), folder(100, `${CDN}/other/`))],
    ['an answer that cannot be understood', inTurn(folder(100), fail(400))],
  ])('for which the endpoint sends %s, is asked for a few times only', async (_, answer) => {
    const { source, calls } = lab(answer);
    await source.sign(MASTER);
    for (let second = 0; second < 97; second++) await source.sign(MASTER).then(() => advanceSeconds(1));
    expect([source.signNow(MASTER) !== undefined, calls.length < 6]).toEqual([true, true]);
  });
});

describe('who does not play costs nothing', () => {
  test.each([0, 100])('a token that no request has got is not renewed (known beforehand: %i s)', async (known) => {
    const { source, calls } = lab(folder(), { tokens: known ? page : [] });
    await advanceSeconds(known / 2);
    expect([calls.length, vi.getTimerCount()]).toEqual([0, 0]);
    await source.sign(MASTER);
    await advanceSeconds(3 * 3600);
    expect([calls.length, vi.getTimerCount()]).toEqual([known ? 1 : 2, 0]);
  });

  test.each([0, 0.4, 1])('of a catalogue what was left is not renewed (jitter: random %f)', async (random) => {
    const { source, asked } = lab(folders(), { jitter: 0.3, random: () => random });
    for (let n = 0; n < 90; n++) {
      await source.sign(`${CDN}/${Math.floor(n / 15)}/${n}.ts`);
      await advanceSeconds(4);
    }
    await advanceSeconds(600);
    expect(asked()).toHaveLength(6);
  });

  test('but a viewer with a minute in the buffer plays', async () => {
    const { source, reasons } = lab();
    for (let n = 0; n < 45; n++) await source.sign(segment(n)).then(() => advanceSeconds(4));
    await advanceSeconds(65);
    expect(reasons()).toEqual(['initial', 'expiring']);
  });

  test('once all players of a source have left, it makes no call and keeps no timer, until another one comes', async () => {
    const { source, calls } = lab(folder(24));
    const [leave, leaveLast] = [source.join(), source.join()];
    await source.sign(MASTER);
    for (let n = 0; n < 2; n++) leave();
    await advanceSeconds(20);
    expect(calls, 'for the one that is left').toHaveLength(2);
    leaveLast();
    expect([source.signNow(MASTER) !== undefined, vi.getTimerCount()], 'sent as it leaves').toEqual([true, 0]);
    await advanceSeconds(20);
    expect(calls).toHaveLength(2);
    source.join();
    await source.sign(MASTER);
    await advanceSeconds(20);
    expect(calls).toHaveLength(4);
  });
});

describe('a machine that has slept', () => {
  test.each([folder(), each()])('past the end: nothing is asked until somebody plays, then once', async (answer) => {
    const { source, reasons } = lab(answer);
    await source.sign(MASTER);
    await sleep(7200);
    await advanceSeconds(60);
    const both = await Promise.all([source.sign(MASTER), source.sign(MASTER)]);
    expect([both.map(tokenOf), reasons()]).toEqual([
      ['t2', 't2'],
      ['initial', 'expired'],
    ]);
  });

  test.each(['visibilitychange', 'pageshow', 'online', ''])('near the end: renewed upon %j, or soon', async (type) => {
    const events = new EventTarget();
    vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
    const { source, reasons } = lab();
    await source.sign(MASTER);
    await sleep(250);
    expect(reasons()).toHaveLength(1);
    events.dispatchEvent(new Event(type));
    await advanceSeconds(type ? 0 : 10);
    expect(reasons()).toEqual(['initial', 'expiring']);
  });
});
