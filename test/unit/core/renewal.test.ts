import { expect, test, vi } from 'vitest';
import type { Answer } from './lab-answers.ts';
import { after, each, fail, folder, folders, inTurn } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { code, fakeTime, lab, tokenOf, watch } from './lab.ts';
import { START, advanceSeconds, elapsed, seconds, sleep } from './lab-time.ts';
import { CDN, FOLDER, MASTER, MEDIA, range, segment } from './lab-urls.ts';

fakeTime();

const page = [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 100 }];

test.each([6, 20, 60, 300])('a token of %i s is renewed ahead while a stream plays: no request waits', async (life) => {
  const { source, reasons, calls } = lab(inTurn(folder(life), after(0.2, folder(life))));
  await source.sign(MASTER);
  for (let time = 0; time < life * 4; time += 2) {
    expect(source.signNow(segment(time)), `after ${time} s`).toBeDefined();
    await advanceSeconds(2);
  }
  expect(new Set(reasons().slice(1))).toEqual(new Set(['expiring']));
  expect(calls.length).toBeLessThanOrEqual(8);
});

test.each<[object, number]>([
  [{}, 240],
  [{ renewBefore: 10 }, 290],
  [{ renewBefore: 1e6 }, 75],
  [{ jitter: 0.5, random: () => 0.5 }, 165],
  [{ adopt: () => undefined, jitter: 0.5 }, 270],
])('a token of 300 s is renewed by %o after %i s, and sent until its successor is here', async (options, time) => {
  const { source, at, events } = lab(inTurn(folder(), after(7, folder())), options);
  await source.sign(MASTER);
  await advanceSeconds(time + 6.9);
  expect(at()).toEqual([0, time]);
  expect(tokenOf(source.signNow(MASTER))).toBe('t1');
  await advanceSeconds(0.2);
  expect(tokenOf(source.signNow(MASTER))).toBe('t2');
  expect(events[1]).toMatchObject({ type: 'tokenrenewed', reason: 'expiring', urls: [MASTER], wait: 7 });
});

test.each([300, 5])('a token of %i s is not sent in its last two seconds, or last tenth', async (life) => {
  const { source } = lab(folder(life), { renewBefore: 0 });
  await source.sign(MASTER);
  await sleep(life - Math.min(2, life / 10) - 0.01);
  expect(source.signNow(MASTER)).toBeDefined();
  vi.setSystemTime(Date.now() + 20);
  expect(source.signNow(MASTER), 'it could end on its way').toBeUndefined();
});

test('the token of one URL is renewed from its second request on: segments are requested once', async () => {
  const tokens = [{ url: segment(1), query: { st: 'page' }, expires: START + 60 }];
  const { source, asked, reasons } = lab(each(60), { readAhead: 0, tokens });
  await source.sign(MEDIA);
  await advanceSeconds(50);
  expect([MEDIA, segment(1)].map((url) => tokenOf(source.signNow(url)))).toEqual(['t1', 'page']);
  await advanceSeconds();
  expect([...asked(), reasons()]).toEqual([[MEDIA], [MEDIA], ['initial', 'expiring']]);
});

test.each<[string, Answer, number]>([
  ['the old token', () => ({ now: START, tokens: page }), 1],
  ['a token for something else', inTurn(folder(100), folder(100, `${CDN}/other/`)), 2],
  ['an answer that cannot be understood', inTurn(folder(100), fail(400)), 2],
])('an endpoint that answers a renewal with %s is asked a few times only', async (_, answer, least) => {
  const { source, calls } = lab(answer);
  for (let second = 0; second < 97; second++) await source.sign(MASTER).then(() => advanceSeconds(1));
  expect(source.signNow(MASTER)).not.toBe(undefined);
  expect(calls.length).toBeGreaterThan(least);
  expect(calls.length).toBeLessThan(6);
});

test.each([0, 100])('a token that no request has got is not renewed (known beforehand for %i s)', async (known) => {
  const { source, calls } = lab(folder(), { tokens: known ? page : [] });
  await advanceSeconds(known / 2);
  expect(calls).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(0);
  await source.sign(MASTER);
  await advanceSeconds(3 * 3600);
  expect(calls.length).toEqual(known ? 1 : 2);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([0, 1])('what was left is not renewed; a viewer with a minute in the buffer plays (%i)', async (random) => {
  const { source, asked } = lab(folders(), { jitter: 0.3, random: () => random });
  const names = range(0, 89, (n) => `${CDN}/${Math.floor(n / 15)}/${n}.ts`);
  for (const url of [...names, ...range(1, 45)]) await source.sign(url).then(() => advanceSeconds(4));
  await advanceSeconds(65);
  const played = asked().map(([url]) => new URL('.', url).pathname);
  expect(played).toEqual([...range(0, 5, (n) => `/${n}/`), '/vod/7/', '/vod/7/']);
});

test('once all players of a source have left, it makes no call and keeps no timer, until another one comes', async () => {
  const { source, calls } = lab(folder(24));
  const [leave, leaveLast] = [source.join(), source.join()];
  await source.sign(MASTER);
  for (let n = 0; n < 2; n++) leave();
  await advanceSeconds(20);
  expect(tokenOf(source.signNow(MASTER)), 'for the one that is left').toBe('t2');
  expect(calls, 'for the one that is left').toHaveLength(2);
  leaveLast();
  expect(vi.getTimerCount()).toBe(0);
  await advanceSeconds(17);
  expect(tokenOf(source.signNow(MASTER)), 'sent as it leaves').toBe('t2');
  await advanceSeconds(20);
  expect(calls).toHaveLength(2);
  source.join();
  await source.sign(MASTER).then(() => advanceSeconds(20));
  expect(calls).toHaveLength(4);
});

test.each([folder(), each()])('slept past the end: nothing is asked until a player asks, then once', async (answer) => {
  const { source, reasons } = lab(answer);
  await source.sign(MASTER);
  await sleep(7200);
  await advanceSeconds(60);
  const both = await Promise.all([source.sign(MASTER), source.sign(MASTER)]);
  expect([...both.map(tokenOf), ...reasons()]).toEqual(['t2', 't2', 'initial', 'expired']);
});

test('slept until near the end: renewed within ten seconds', async () => {
  const { source, reasons } = lab();
  await source.sign(MASTER);
  await sleep(250);
  expect(reasons()).toHaveLength(1);
  await advanceSeconds(10);
  expect(reasons()).toEqual(['initial', 'expiring']);
});

const HOUR = 3600;
/** An endpoint that tells no time in its answer; some tell it in a header. */
const untold = (life = 300, headers = (): Record<string, string> => ({})): Answer => {
  return ({ index }) => {
    const token = { prefix: FOLDER, query: { st: `t${index}` }, expires: seconds() + life };
    return Response.json({ now: index % 2 ? null : undefined, tokens: [token] }, { headers: headers() });
  };
};
const withDate = untold(300, () => ({ date: new Date(Date.now()).toUTCString() }));
/** A viewer whose clock is wrong by some seconds. */
const wrongBy = (by: number, answer = folder(), more = {}): Lab & { wrong: { by: number } } => {
  const wrong = { by };
  return Object.assign(lab(answer, { clock: () => Date.now() + wrong.by * 1000, ...more }), { wrong });
};
/** Requests the same for `time` seconds; it never waits. */
async function play({ source }: Lab, time: number): Promise<void> {
  for (const end = elapsed() + time; elapsed() < end;) {
    expect(source.signNow(MASTER), `at ${elapsed()} s`).toBeDefined();
    await advanceSeconds(2);
  }
}

const all = [0, 5 * HOUR, -5 * HOUR].flatMap((by) => [folder(), withDate].map((answer) => [by, answer] as const));
test.each(all)('a viewer whose clock is wrong by %i s plays as any other, by `now` or Date', async (by, answer) => {
  const viewer = wrongBy(by, answer);
  await viewer.source.sign(MASTER);
  await play(viewer, 600);
  expect(viewer.at().map(Math.round)).toEqual([0, 240, 480]);
  const request = viewer.source.signNow(MASTER)!;
  expect(viewer.source.isRefusal(request, 0), 'the network').toBe(false);
  viewer.source.destroy();
  await advanceSeconds(179.2);
  expect(viewer.source.isRefusal(request, 0), 'a failure without a status is a refusal at the end').toBe(true);
});

test.each([5 * HOUR, 0])('nor does a clock matter that is set back while it plays (by %i s, and 100 s)', async (by) => {
  const viewer = wrongBy(by);
  await viewer.source.sign(MASTER);
  await play(viewer, 120);
  viewer.wrong.by = -100;
  await play(viewer, 480);
  expect(viewer.at().map(Math.round)).toEqual([0, 240, 480]);
});

test('nor one that is set back by less than has passed while nobody looked', async () => {
  const viewer = wrongBy(0, each(20), { renewBefore: 0 });
  await viewer.source.sign(segment(1)).then(() => advanceSeconds(15));
  viewer.wrong.by = -10;
  await advanceSeconds(4);
  expect(viewer.source.signNow(segment(1))).toBeUndefined();
});

test('a clock that is set forth looks as after sleep: one call more', async () => {
  const viewer = wrongBy(0);
  await viewer.source.sign(MASTER);
  viewer.wrong.by = HOUR;
  expect(tokenOf(await viewer.source.sign(MASTER))).toBe('t2');
  await play(viewer, 230);
  expect(viewer.calls).toHaveLength(2);
});

test('tokens of the page are judged by the clock of the viewer until the endpoint has answered', async () => {
  const tokens = [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 100 }];
  const { source: fast } = wrongBy(5 * HOUR, folder(), { tokens });
  expect(fast.signNow(MASTER)).toBe(undefined);
  expect(tokenOf(await fast.sign(MASTER))).toBe('t1');
  const { source: slow } = wrongBy(-5 * HOUR, folder(), { tokens });
  const request = slow.signNow(MASTER)!;
  await advanceSeconds(100);
  expect(tokenOf(await slow.refused(request, 0)), 'it may have ended').toBe('t1');
  expect(await slow.refused(slow.signNow(MASTER)!, 0), 'the network').toBeUndefined();
});

test('without a time of the endpoint a right clock decides, or what an earlier answer told', async () => {
  for (const viewer of [wrongBy(0, untold()), wrongBy(5 * HOUR, inTurn(folder(), untold()))]) {
    await viewer.source.sign(MASTER);
    await play(viewer, 470);
    expect(viewer.calls).toHaveLength(2);
  }
});

test('without a time of the endpoint, a fast clock costs not one call a use', async () => {
  const viewer = wrongBy(HOUR, untold());
  for (let n = 0; n < 60; n++) await viewer.source.sign(MEDIA).then(() => advanceSeconds(4));
  expect(viewer.calls.length).toBeLessThanOrEqual(8);
});

test('an answer without a token tells no time: what is at hand stays usable with a fast clock', async () => {
  const { source } = wrongBy(
    HOUR,
    inTurn(untold(), ({ urls }) => ({ tokens: [], denied: urls })),
  );
  await source.sign(MASTER);
  expect(await code(source.sign(`${CDN}/x`))).toBe('ERR_DENIED');
  expect(source.signNow(MASTER)).toBeDefined();
});

const back: Answer = (call) => ((answer) => after(8, () => answer)(call))(folder(20)(call));
test.each([back, after(8, folder(20))])('a token does not look younger if its call takes long', async (answer) => {
  const { source, calls } = lab(answer);
  watch(source.sign(MASTER));
  await advanceSeconds(15.1);
  expect(source.signNow(MASTER)).not.toBe(undefined);
  expect(calls).toHaveLength(2);
  await advanceSeconds(3);
  expect(source.signNow(MASTER)).toBeUndefined();
});

test('a token that had ended is sent all the same, for the edge knows better', async () => {
  const { source } = lab(inTurn(folder(-10), folder()));
  expect(tokenOf(await source.sign(MASTER))).toBe('t1');
  expect(source.signNow(MASTER)).toBe(undefined);
  expect(tokenOf(await source.sign(MASTER))).toBe('t2');
});
