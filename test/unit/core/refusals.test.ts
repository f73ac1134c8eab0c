import { expect, test } from 'vitest';
import { hls } from 'secure-token-core/playlists';
import type { SignedRequest, Token } from 'secure-token-core';
import type { Answer } from './lab-answers.ts';
import { after, each, fail, folder, folders, inTurn } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { code, fakeTime, lab, tokenOf, watch } from './lab.ts';
import { START, advanceSeconds, seconds } from './lab-time.ts';
import { CDN, FOLDER, MASTER, playlist, range, segment } from './lab-urls.ts';

fakeTime();

test.each([401, 403, 410])('refused with %i, a request is sent once more with another token', async (status) => {
  const { source, reasons, types, events } = lab();
  const replay = await source.refused(await source.sign(`${MASTER}?x=1#f`), status);
  expect(replay).toMatchObject({ url: `${MASTER}?x=1&st=t2#f`, unsignedUrl: `${MASTER}?x=1#f` });
  expect(reasons()).toEqual(['initial', 'refused']);
  expect(types()).toEqual(['tokenrenewed', 'tokenrefused', 'tokenrenewed']);
  expect(events[1]!.detail).toEqual({ url: `${MASTER}?x=1#f`, status });
  expect(tokenOf(source.signNow(MASTER)), 'from then on').toBe('t2');
});

test.each<[object, number[]]>([
  [{}, [401, 403, 410]],
  [{ refusals: [404] }, [404]],
  [{ protect: 'https://other.test/' }, []],
])('refusals of a request with a token are, with %o: %j', async (options, expected) => {
  const { source } = lab(folder(), options);
  const request = await source.sign(MASTER);
  const statuses = [0, 200, 304, 400, 401, 403, 404, 410, 429, 500];
  expect(statuses.filter((status) => source.isRefusal(request, status))).toEqual(expected);
  expect(await source.refused(request, 500)).toBeUndefined();
});

test('several requests that are refused at once, or later, join one call', async () => {
  const { source, calls } = lab(inTurn(folder(), after(5, folder())));
  const requests = await Promise.all(range(1, 5).map((url) => source.sign(url)));
  await advanceSeconds(241);
  const replays = requests.slice(1).map((request) => watch(source.refused(request, 403)));
  await advanceSeconds(5);
  expect(replays.map(({ value }) => tokenOf(value))).toEqual(range(1, 4, () => 't2'));
  expect(calls).toHaveLength(2);
  expect(tokenOf(await source.refused(requests[0]!, 410))).toBe('t2');
  expect(calls).toHaveLength(2);
});

test('refused() fails as sign() does, and a patient one waits', async () => {
  const viewer = lab(inTurn(each(), fail(503)), { retry: { limit: 0 } });
  const request = await viewer.source.sign(MASTER);
  expect(await code(viewer.source.refused(request, 403))).toBe('ERR_SIGNING_UNAVAILABLE');
  await advanceSeconds(20);
  const replay = watch(viewer.source.refused(request, 403, { patient: true }));
  await advanceSeconds(100);
  viewer.answer = each();
  await advanceSeconds(10);
  expect(tokenOf(replay.value)).toBeDefined();
});

/** Lets the edge refuse a request, and its replay. @returns whether it was replayed */
async function refuse({ source }: Lab, n: number): Promise<boolean> {
  const replay = await source.refused(await source.sign(segment(n)), 403);
  if (replay) expect(await source.refused(replay, 403)).toBeUndefined();
  return replay !== undefined;
}

test('a second refusal is shown to the player, and the app gets ERR_TOKEN_REFUSED', async () => {
  const viewer = lab();
  expect(await refuse(viewer, 1)).toBe(true);
  expect(viewer.calls).toHaveLength(2);
  expect(viewer.types().slice(1)).toEqual(['tokenrefused', 'tokenrenewed', 'tokenrefused', 'tokenerror']);
  expect(viewer.errors()).toMatchObject([{ code: 'ERR_TOKEN_REFUSED', url: segment(1), status: 403 }]);
});

test('after four refused replays in a row, in whatever order, nothing is sent again for ten seconds', async () => {
  const viewer = lab(each());
  const requests = await Promise.all(range(1, 4).map((url) => viewer.source.sign(url)));
  const replays = await Promise.all(requests.map((request) => viewer.source.refused(request, 403)));
  for (const n of [3, 0, 2, 1]) await viewer.source.refused(replays[n]!, 403);
  for (let second = 0; second < 10; second++) {
    expect(await refuse(viewer, 5)).toBe(false);
    await advanceSeconds(1);
  }
  expect(viewer.calls).toHaveLength(3);
  expect(viewer.errors().at(-1)?.url).toEqual(segment(5));
  expect(await refuse(viewer, 6)).toBe(true);
});

/** Lets the edge refuse four requests, and of their replays those of `refused`, in this order. */
async function refuseReplays({ source }: Lab, refused: readonly number[]): Promise<void> {
  const requests = await Promise.all(range(1, 4).map((url) => source.sign(url)));
  const replays = await Promise.all(requests.map((request) => source.refused(request, 403)));
  for (const n of refused) await source.refused(replays[n]!, 403);
}

test.each<[string, number[]]>([
  ['the first', [1, 2, 3]],
  ['the last', [0, 1, 2]],
  ['one between', [0, 3, 1]],
])('requests are sent again while the edge accepts %s of the last four replays', async (_, refused) => {
  const viewer = lab(each());
  await refuseReplays(viewer, refused);
  expect(await refuse(viewer, 5)).toBe(true);
});

test('three refused replays are not enough to stop, however few there were', async () => {
  const viewer = lab(each());
  for (const n of [1, 2, 3]) expect(await refuse(viewer, n)).toBe(true);
  expect(await refuse(viewer, 4)).toBe(true);
  expect(await refuse(viewer, 5), 'after the fourth').toBe(false);
});

test('a replay that is refused late, after four others, stops nothing', async () => {
  const viewer = lab(each());
  const late = (await viewer.source.refused(await viewer.source.sign(segment(9)), 403))!;
  for (const n of [1, 2, 3]) await refuse(viewer, n);
  expect(await viewer.source.refused(await viewer.source.sign(segment(4)), 403)).toBeDefined();
  expect(await viewer.source.refused(late, 403)).toBeUndefined();
  expect(await refuse(viewer, 5)).toBe(true);
});

test.each<[string, (call: number) => object, boolean]>([
  ['query', (n) => ({ query: { st: 'same' }, serial: n }), false],
  ['headers', () => ({ headers: { 'x-t': 'same' } }), false],
  ['headers', (n) => ({ headers: { 'x-t': `${n}` } }), true],
  ['path', (n) => ({ base: `${CDN}/${n}/` }), true],
  ['cookie, whose value nobody sees', (n) => ({ credentials: true, expires: START + 300 + n }), true],
  ['query, which changes with the second', () => ({ query: { st: `${Math.floor(seconds())}` } }), true],
])('a replay has another token than the refused one: in the %s, %o is another: %s', async (_, more, isAnother) => {
  const token = { prefix: FOLDER, expires: START + 300 };
  const { source, calls, errors } = lab(({ index }) => ({ now: seconds(), tokens: [{ ...token, ...more(index) }] }));
  const replay = watch(source.refused(await source.sign(MASTER), 403));
  await advanceSeconds(60);
  expect(replay.state).toBe('done');
  expect(replay.value !== undefined).toEqual(isAnother);
  expect(calls.length).toBeLessThan(4);
  expect(errors().map(({ code: it }) => it)).toEqual(isAnother ? [] : ['ERR_TOKEN_REFUSED']);
});

/** An edge whose secret is rotated: it refuses the tokens of calls that were made before. */
function edgeFor(viewer: Lab) {
  let first = 1;
  const refuses = (it: SignedRequest): boolean => Number(tokenOf(it)!.slice(1)) < first;
  const edge = {
    refusals: 0,
    send,
    get,
    rotate: () => {
      first = viewer.calls.splice(0).length + 1;
    },
  };
  /** Sends a request as an adapter does. @returns whether the player has what it wanted */
  async function send(request: SignedRequest): Promise<boolean> {
    if (!refuses(request)) return true;
    edge.refusals++;
    const replay = await viewer.source.refused(request, 403);
    return replay !== undefined && !refuses(replay);
  }
  async function get(...urls: string[]): Promise<boolean> {
    for (const url of urls) if (!(await send(await viewer.source.sign(url)))) return false;
    return true;
  }
  return edge;
}

test.each<[string, Answer, string[][]]>([
  ['one call, where one token opens all', folder(), [[segment(2)]]],
  ['two calls, for all that was read ahead', each(), [[segment(2)], range(3, 7)]],
])('a rotated secret costs one refusal and %s', async (_, answer, asked) => {
  const viewer = lab(answer);
  const edge = edgeFor(viewer);
  await edge.get(MASTER);
  viewer.source.learn(MASTER, hls(playlist(1, 7)));
  await edge.get(segment(1));
  edge.rotate();
  expect(await edge.get(...range(2, 7))).toBe(true);
  expect(edge.refusals).toBe(1);
  expect(viewer.asked()).toEqual(asked);
});

test('one refusal and two calls for the tokens of several folders; none for a folder that was left', async () => {
  const viewer = lab(folders());
  const edge = edgeFor(viewer);
  const urls = ['video', 'audio', 'text'].map((name) => `${CDN}/${name}/1.ts`);
  await edge.get(MASTER, ...urls);
  for (let n = 0; n < 40; n++) await edge.get(...urls).then(() => advanceSeconds(10));
  edge.rotate();
  expect(await edge.get(...urls)).toBe(true);
  expect(edge.refusals).toBe(1);
  expect(viewer.asked()).toEqual([[urls[0]], [urls[1], urls[2]]]);
});

test('two calls for all requests that were under way', async () => {
  const viewer = lab(inTurn(each(), after(0.5, each())));
  const edge = edgeFor(viewer);
  const underWay = await Promise.all(range(1, 5).map((url) => viewer.source.sign(url)));
  edge.rotate();
  const sent: Promise<boolean>[] = [];
  for (const request of underWay)
    await advanceSeconds(0.1).then(() => {
      sent.push(edge.send(request));
    });
  await advanceSeconds(2);
  expect(await Promise.all(sent)).toEqual(underWay.map(() => true));
  expect(viewer.asked()).toEqual([[segment(1)], range(2, 5)]);
});

test('a token that came after a refusal is used on', async () => {
  const { source } = lab(inTurn(each(), after(1, each()), each()), { readAhead: 0 });
  const requests = await Promise.all(range(1, 2).map((url) => source.sign(url)));
  for (const request of requests) await advanceSeconds(0.1).then(() => watch(source.refused(request, 403)));
  await source.sign(segment(3));
  await advanceSeconds(3);
  expect([segment(2), segment(3)].map((url) => tokenOf(source.signNow(url)))).toEqual(['t4', 't3']);
});

type Work = (it: Lab['source'], one: SignedRequest) => Promise<unknown>;
const again: Work = async (it, one) => it.refused((await it.refused(one, 403))!, 403);
const ended: Work = (it, one) => advanceSeconds(20).then(() => it.refused(one, 410));
const failing: Work = async (it, one) => {
  await it.refused(one, 403);
  watch(it.sign(segment(2)));
  return advanceSeconds(0.1);
};
const shortFirst: Answer = (call) => {
  const { tokens } = each()(call) as { tokens: Token[] };
  return { now: seconds(), tokens: [{ ...tokens[0]!, expires: seconds() + 20 }, ...tokens.slice(1)] };
};
test.each<[string, Answer, Work, (string | undefined)[]]>([
  ['not after a rotation', each(), (it, one) => it.refused(one, 403), ['t2', undefined, undefined]],
  ['if the replay is refused, too', each(), again, ['t2', 't1', 't1']],
  ['if the refused one had ended', shortFirst, ended, ['t2', 't1', 't1']],
  ['while the endpoint fails', inTurn(each(), each(), fail(503)), failing, ['t2', 't1', 't1']],
])('tokens of earlier calls are used on: %s', async (_, answer, work, expected) => {
  const { source } = lab(answer, { readAhead: 0 });
  const [one] = await Promise.all(range(1, 3).map((url) => source.sign(url)));
  await work(source, one!);
  expect(range(1, 3).map((url) => tokenOf(source.signNow(url)))).toEqual(expected);
});
