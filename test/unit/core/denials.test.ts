import { expect, test } from 'vitest';
import type { Answer } from './lab-answers.ts';
import { each, fail, folder, folders, inTurn } from './lab-answers.ts';
import { code, codes, fakeTime, lab, tokenOf } from './lab.ts';
import { START, advanceSeconds, sleep } from './lab-time.ts';
import { CDN, FOLDER, MASTER, range, segment } from './lab-urls.ts';

fakeTime();

test.each([401, 403])('a denial by %i is final: the app hears once, no other call is made', async (status) => {
  const { source, calls, events } = lab(fail(status));
  for (let n = 0; n < 5; n++) {
    expect(source.signNow(MASTER)).toBe(undefined);
    expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
    await advanceSeconds(600);
  }
  expect(calls).toHaveLength(1);
  expect(events).toMatchObject([{ type: 'tokendenied', error: { code: 'ERR_DENIED', status } }]);
});

test('a denial of some URLs is told to each request with its own, to the app once, and concerns no other', async () => {
  const denied = ['https://CDN.test/x/../vod/7/2.ts', segment(3), '', 7, null];
  const { source, calls, events } = lab((call) => ({ ...(each()(call) as object), denied }));
  const both = await Promise.all(range(1, 3).map((url) => source.sign(url).catch((error: unknown) => error)));
  expect(both).toMatchObject([{ token: {} }, { url: segment(2) }, { url: segment(3) }]);
  expect(await code(source.sign(`${segment(2)}#a`))).toBe('ERR_DENIED');
  expect(calls).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'tokendenied')).toHaveLength(1);
});

test('a denied renewal of a folder ends what is played there, and nothing else', async () => {
  const { source, calls } = lab(inTurn(folder(), fail(403), folder(300, 'https://b.test/')));
  await source.sign(MASTER);
  await advanceSeconds(241);
  for (const url of range(1, 50)) {
    expect(source.signNow(url)).toBe(undefined);
    expect(await code(source.sign(url))).toBe('ERR_DENIED');
    await advanceSeconds(10);
  }
  expect(calls).toHaveLength(2);
  expect(tokenOf(await source.sign('https://b.test/x'))).toBe('t3');
});

test('a denial goes before a token without a scope, or of the folder, in the same answer', async () => {
  for (const scope of [{}, { prefix: `${CDN}/` }]) {
    const token = { query: { st: 'others' }, expires: START + 300, ...scope };
    const viewer = lab(() => ({ tokens: [token], denied: [segment(2)] }));
    expect(await codes(viewer, ...range(1, 2))).toEqual([undefined, 'ERR_DENIED']);
    viewer.source.liftDenials();
    expect(tokenOf(viewer.source.signNow(segment(2)))).toBe('prefix' in scope ? 'others' : undefined);
  }
});

test.each<[string, Answer[]]>([
  ['of a viewer who had nothing', [fail(401), folder()]],
  ['of a folder', [folder(), fail(403), folder()]],
])('renew() lifts the denial %s', async (_, answers) => {
  const { source, calls } = lab(inTurn(...answers));
  await code(source.sign(MASTER));
  await advanceSeconds(241);
  expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
  await source.renew();
  expect(await code(source.sign(segment(1)))).toBe(undefined);
  expect(calls.length).toEqual(answers.length);
});

test('renew() fails as sign() does, and may be denied again; liftDenials() makes no call', async () => {
  const viewer = lab(inTurn(folder(), fail(400), fail(403), folder()));
  await viewer.source.sign(MASTER);
  expect(await code(viewer.source.renew())).toBe('ERR_SIGNING_RESPONSE');
  expect(tokenOf(viewer.source.signNow(MASTER))).toBe('t1');
  expect(await code(viewer.source.renew())).toBe('ERR_DENIED');
  expect(await codes(viewer, MASTER)).toEqual(['ERR_DENIED']);
  viewer.source.liftDenials();
  await advanceSeconds(1);
  expect(viewer.calls).toHaveLength(3);
  expect(tokenOf(viewer.source.signNow(MASTER))).toBe('t1');
});

test('renew() asks for all that is in use, in one call, and for what was used last, however long ago', async () => {
  const { source, asked } = lab(folders(60), { tokens: [{ prefix: FOLDER, query: {}, expires: START + 60 }] });
  await source.renew();
  expect(asked(), 'nothing was in use').toEqual([]);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => `${CDN}/${name}/1`) as [string, string, string];
  await source.sign(a);
  await sleep(70);
  for (const url of [b, c]) await source.sign(url);
  await source.renew();
  source.signNow(c);
  await sleep(3600);
  await source.renew();
  expect(asked().slice(-2)).toEqual([[b, c], [c]]);
});

test('renew() asks for the last hundred URLs with a token of their own, and for all folders', async () => {
  const own = range(1, 150);
  const ways = range(1, 3, (n) => `${CDN}/${n}/`);
  const tokens = [...ways.map((prefix) => ({ prefix })), ...own.map((url) => ({ url }))];
  const { source, asked } = lab(each(), {
    tokens: tokens.map((scope) => ({ ...scope, query: { st: 'page' }, expires: START + 60 })),
  });
  for (const url of [...ways, ...own]) source.signNow(url);
  await source.renew();
  expect(asked().flat().sort()).toEqual([...ways, ...own.slice(50)].sort());
});

const ended: Answer = () => Response.json({ type: 'urn:secure-token:session-ended' }, { status: 403 });

test('the id of a session is 128 random bits in base64url, and another one for each source', () => {
  const ids = range(1, 50, () => lab().source.session);
  // the last of 22 characters holds two bits
  expect(new Set(ids).size).toBe(50);
  expect(ids.filter((id) => !/^[\w-]{21}[AQgw]$/.test(id))).toEqual([]);
});

test.each<[string, Answer[], string]>([
  ['not after any other denial: that would take a second place', [folder(20), fail(403), folder()], 'aaa 1'],
  ['if the endpoint has ended it', [ended, folder()], 'ab 1'],
  ['if it was ended after another denial, as who signs out everywhere does', [fail(403), ended, folder()], 'aab 1'],
  ['not if it was ended once it had played on', [fail(403), folder(20), ended], 'aaa 1'],
])('a log-in begins another session: %s', async (_, answers, ids) => {
  const { source, calls } = lab(inTurn(...answers));
  const [first, denied] = [source.session, [] as unknown[]];
  for (let n = 0; calls.length < answers.length && n < 5; n++) {
    if (await code(source.sign(MASTER))) denied.push(await code(source.renew()));
    await advanceSeconds(40);
  }
  const names = calls.map(({ session }) => (session === first ? 'a' : 'b')).join('');
  expect(`${names} ${denied.length}`).toBe(ids);
});

test('a log-in that the app tells twice begins another session too', async () => {
  const { source, calls } = lab(inTurn(fail(403), ended, folder()));
  const first = source.session;
  expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
  await Promise.all([source.renew(), source.renew()]);
  expect(await code(source.sign(MASTER))).toBeUndefined();
  expect(calls.map(({ session }) => session === first)).toEqual([true, true, false]);
});
