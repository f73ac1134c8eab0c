import { encode } from 'cborg';
import { expect, test } from 'vitest';
import type { SignedRequest, Token } from 'secure-token-core';
import type { EdgeAnswer } from 'secure-token-core/adapter';
import { hideSignedUrl } from 'secure-token-core/adapter';
import { adoptTokens } from 'secure-token-core/adopt';
import { folder } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { fakeTime, lab } from './lab.ts';
import { START, advanceSeconds } from './lab-time.ts';
import { CDN, FOLDER, MASTER, segment } from './lab-urls.ts';

fakeTime();

const HEADER = 'CTA-Common-Access-Token';
const LATER = START + 600;
const base64url = (...bytes: number[]): string => Buffer.from(bytes).toString('base64url');
/** A Common Access Token in the shape of most libraries. The seal is never looked at. */
const cat = (claims: unknown[][], tags = [0xd8, 0x3d, 0xd1]): string => {
  const payload = encode(new Map(claims as [unknown, unknown][]));
  return base64url(...tags, ...encode([encode(new Map([[1, 5]])), new Map(), payload, new Uint8Array(32)]));
};
const ending = (expires: unknown): string => cat([[4, expires]]);
const answer = (value: string, more: EdgeAnswer = {}): EdgeAnswer => {
  return { url: `${MASTER}?cat=first`, headers: new Headers({ [HEADER]: value }), ...more };
};
const viewer = (more: Partial<Token> = {}, options: object = { adopt: adoptTokens }): Lab =>
  lab(folder(60, FOLDER, { query: { cat: 'first' }, ...more }), options);
/** Lets the edge answer a request. @returns what is sent next */
async function nextAfter({ source }: Lab, ...answers: EdgeAnswer[]): Promise<SignedRequest> {
  const request = await source.sign(MASTER);
  for (const it of answers) source.noteAnswer(request, it, true);
  return source.signNow(segment(1))!;
}
const catOf = ({ url }: SignedRequest): string | null => new URL(url).searchParams.get('cat');

test('a token of the edge is used for all that the first one opens, until its own end; the app hears', async () => {
  const it = viewer();
  expect(catOf(await nextAfter(it, answer(ending(LATER))))).toBe(ending(LATER));
  expect(it.events[1]).toMatchObject({ reason: 'adopted', urls: [MASTER], expires: LATER, wait: 0 });
  expect(it.source.unsign(`https://node.test/a?cat=${ending(LATER)}`), 'behind a redirect').toBe('https://node.test/a');
  await advanceSeconds(580);
  expect(it.source.signNow(MASTER)).not.toBe(undefined);
  expect(it.calls).toHaveLength(1);
});

const xhr = {
  responseURL: MASTER,
  headers: {},
  getAllResponseHeaders: () => 'age: 1\r\nx-next: it\r\n',
  getResponseHeader: (name: string) => (name === 'x-next' ? ending(LATER) : expect.fail('the browser complains')),
};
test('it may be in a header, beside parameters of the app, of an XMLHttpRequest, and in another header', async () => {
  const named = viewer({ query: {}, headers: { 'X-Token': 'first' } }, { adopt: adoptTokens('x-next') });
  expect((await nextAfter(named, xhr)).headers).toEqual({ 'X-Token': ending(LATER) });
  const beside = await nextAfter(viewer({ query: { v: '1' }, headers: { [HEADER]: 'first' } }), answer(ending(LATER)));
  expect(beside).toMatchObject({ url: `${segment(1)}?v=1`, headers: { [HEADER]: ending(LATER) } });
});

const url = 'https://elsewhere.example/master.m3u8';
const getters = { url: { get: () => url }, headers: { value: answer(ending(LATER)).headers } };
test.each<[string, EdgeAnswer, object?]>([
  ['without the option', answer(ending(LATER)), {}],
  ['from another host, behind a redirect', answer(ending(LATER), { url })],
  ['from there, hidden from the app', Object.create(Response.prototype, getters) as EdgeAnswer],
  ['from there, whatever was asked for', answer(ending(LATER), { url: MASTER, responseURL: url })],
  ['in a header that the browser hides', xhr],
])('a token is not used %s', async (_, it, options?) => {
  const lab = viewer({}, options);
  hideSignedUrl(it, lab.source);
  expect(catOf(await nextAfter(lab, it))).toBe('first');
  expect(lab.errors()).toEqual([]);
});

test('a token is not used if the token of the request was replaced meanwhile', async () => {
  expect(catOf(await nextAfter(viewer(), answer(ending(LATER)), answer(ending(LATER + 9))))).toBe(ending(LATER));
});

test.each<[string, string, Partial<Token>?]>([
  ['at its end', ending(START)],
  ['in milliseconds', ending(LATER * 1000)],
  ['for one of several parameters', ending(LATER), { query: { a: 'first', b: 'first' } }],
  ['for a token in the path', ending(LATER), { query: {}, base: `${CDN}/t/first/vod/7/` }],
])('an unusable token is told once, without its text: %s', async (_, value, more = {}) => {
  const it = viewer(more);
  expect((await nextAfter(it, answer(value), answer(value))).url).toContain('first');
  expect(it.errors()).toMatchObject([{ code: 'ERR_SIGNING_RESPONSE', url: MASTER }]);
  expect(it.errors()[0]!.message).toContain(HEADER);
  expect(it.errors()[0]!.message).not.toContain(value);
});

const every = [['a', ['b']], new Map([[0, Uint8Array.of(1)]]), true, 2 ** 40, 'me'].map((it, n) => [n - 70_000, it]);
test.each<[string, string, boolean]>([
  ['with a fraction', ending(LATER + 0.5), true],
  ['behind claims of every kind', cat([...every, ['grant', 9], [4, LATER]]), true],
  ['without an end', cat([[1, 'me']]), false],
  ['with an end as text', ending('soon'), false],
  ['no base64url', '%%%', false],
  ['as deep as it is long', base64url(...Array.from({ length: 5000 }, () => 0x81)), false],
  ['that claims to be long', base64url(0x84, 0xbb, 255, 255, 255, 255, 255, 255, 255, 255), false],
])('the end of a token is read %s: %s', async (_, value, isRead) => {
  expect(catOf(await nextAfter(viewer(), answer(value)))).toBe(isRead ? value : 'first');
});
