import { expect, test, vi } from 'vitest';
import type { SignedRequest, Token } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import {
  acquireTokenSource,
  askAfterDenials,
  carriesToken,
  credentialsMode,
  sentRequest,
} from 'secure-token-core/adapter';
import {
  fetchSigned,
  isElsewhere,
  isLeftBehind,
  isOutage,
  replayOf,
  untouchedRequest,
} from 'secure-token-core/adapter';
import { withTokenHeaders } from 'secure-token-core/adapter';
import { each, fail } from './lab-answers.ts';
import { code, fakeTime, lab, watch } from './lab.ts';
import { START, advanceSeconds } from './lab-time.ts';
import { FOLDER, MASTER } from './lab-urls.ts';

fakeTime();

test.each<[boolean, string, number, number[], number?]>([
  [true, 'at the end of what is buffered', 21.9, [22]],
  [true, 'sought to where nothing was loaded', 21.9, []],
  [false, 'with half a second to play', 21.5, [22]],
  [false, 'before playback has begun', 0, []],
  [false, 'without a known window', 21.9, [22], NaN],
])('a live stream has moved on past the viewer: %s, %s', (expected, _, currentTime, ends, start = 64) => {
  const buffered = { length: ends.length, end: (index: number) => ends[index]! };
  expect(isLeftBehind({ currentTime, buffered }, start)).toBe(expected);
});

test('only an endpoint that does not answer is an outage, which players wait for', () => {
  const names = ['SIGNING_UNAVAILABLE', 'DENIED', 'SIGNING_RESPONSE', 'TOKEN_REFUSED', 'DESTROYED'] as const;
  const errors = [...names.map((name) => new SecureTokenError(`ERR_${name}`, '')), new TypeError(''), undefined];
  expect(errors.map(isOutage)).toEqual([true, ...errors.slice(1).map(() => false)]);
});

test('a source that was made from options ends with its player; one that was passed in does not', async () => {
  const { source, release } = acquireTokenSource('https://app.test/token');
  const shared = acquireTokenSource(source);
  shared.release();
  const request = expect(shared.source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  release();
  await request;
});

test('headers of a token replace those of the same name, and do not go to another server; a cookie is sent', () => {
  const own = { Range: 'bytes=0-9', 'common-access-token': 'read in an answer' };
  const ofToken = { 'Common-Access-Token': 'ours' };
  expect(withTokenHeaders(own, ofToken)).toEqual({ Range: 'bytes=0-9', ...ofToken });
  expect(['CDN.test/b', 'cdn.test:8443/a'].map((it) => isElsewhere(`https://${it}`, MASTER))).toEqual([false, true]);
  const mode = (credentials: boolean, asked?: RequestCredentials): string =>
    credentialsMode({ ...untouchedRequest(''), credentials }, asked);
  expect(mode(true, 'omit')).toBe('include');
  expect(mode(false, 'include')).toBe('include');
  expect(mode(false)).toBe('same-origin');
});

const refused: SignedRequest = { ...untouchedRequest(MASTER), headers: { 'x-token': '1' } };
const other = { ...refused, headers: { 'x-token': '2' } };
test.each<[string, SignedRequest | undefined, number, string?, string?]>([
  ['a token in headers', other, 410, 'get', 'same-origin'],
  ['a cookie', { ...refused, headers: {}, credentials: true }, 404, 'GET', 'include'],
  ['another URL', { ...refused, url: `${refused.url}?st=2` }, 410],
  ['no replay', undefined, 410],
  ['a POST', other, 410, 'post'],
])('a refusal that browsers keep is overwritten: %s', async (_, given, status, method = 'GET', credentials) => {
  const fetch = vi.fn().mockRejectedValue(new TypeError('down'));
  vi.stubGlobal('fetch', fetch);
  const { source } = lab();
  vi.spyOn(source, 'refused').mockResolvedValue(given);
  expect(await replayOf(source, refused, status, { method })).toBe(given);
  const signal = expect.any(AbortSignal) as never;
  const call = [MASTER, { cache: 'reload', headers: given?.headers, credentials, signal }];
  expect(fetch.mock.calls).toEqual(credentials ? [call] : []);
});

const answer = (status: number) => new Response(status ? 'body' : null, { status: status || 200 });
test.each<[string, number[], number[], (string | undefined)?]>([
  ['a good answer is passed on', [200], [200]],
  ['a failure that is no refusal is passed on', [404], [404]],
  ['a refused request is sent once more, with another token', [403, 200], [403, 200]],
  ['a request that is refused again ends with ERR_TOKEN_REFUSED', [403, 410, 200], [403, 410], 'ERR_TOKEN_REFUSED'],
])('of a fetch %s; the connection of what is replaced becomes free', async (_, statuses, expected, refusal) => {
  const { source } = lab(each());
  const answers: Response[] = [];
  const urls = new Set<string>();
  const send = async ({ url }: SignedRequest): Promise<Response> => {
    urls.add(url);
    answers.push(answer(statuses[answers.length]!));
    return answers.at(-1)!;
  };
  const sent = await fetchSigned(source, await source.sign(MASTER), send, {});
  expect(answers.map(({ status }) => status)).toEqual(expected);
  expect(urls.size).toEqual(expected.length);
  expect(sent.answer.response).toEqual(answers.at(-1));
  expect(sent.refusal?.code).toEqual(refusal);
  expect(answers.map(({ bodyUsed }) => bodyUsed)).toEqual(answers.map((it) => it !== answers.at(-1)));
});

test('of a fetch that fails without a status the error is passed on; an abort is thrown', async () => {
  const { source } = lab(each());
  const error = new TypeError('down');
  const send = async (): Promise<never> => Promise.reject(error);
  const signed = await source.sign(MASTER);
  expect(await fetchSigned(source, signed, send, {})).toMatchObject({ answer: { error }, refusal: undefined });
  const signal = AbortSignal.abort(new TypeError('left'));
  await expect(fetchSigned(source, signed, send, { signal })).rejects.toThrow('left');
});

test('a denied request of a player that never asks again goes on after renew(); destroy() and an abort end it', async () => {
  const viewer = lab(fail(403));
  const { source } = viewer;
  const ending = new AbortController();
  const told: string[] = [];
  const ask = (): ReturnType<typeof watch<SignedRequest>> => {
    const note = (error: SecureTokenError): number => told.push(error.code);
    return watch(askAfterDenials(source, () => source.sign(MASTER), note, ending.signal));
  };
  const [first, second] = [ask(), ask()];
  await advanceSeconds(600);
  expect(first.state).toBe('pending');
  expect(told).toHaveLength(2);
  expect(viewer.calls).toHaveLength(1);
  viewer.answer = each();
  await source.renew();
  await advanceSeconds();
  expect(first.state).toBe('done');
  expect(second.state).toBe('done');
  viewer.answer = fail(403);
  await advanceSeconds(600);
  const third = ask();
  await advanceSeconds();
  ending.abort(new Error('left'));
  await advanceSeconds();
  expect(third.state).toBe('failed');
  expect(String(third.error)).toBe('Error: left');
  const fourth = code(
    askAfterDenials(
      source,
      () => source.sign(MASTER),
      () => undefined,
      new AbortController().signal,
    ),
  );
  source.destroy();
  expect(await fourth).toBe('ERR_DESTROYED');
});

const create = (carrier: Partial<Token>, scope: Partial<Token> = { prefix: FOLDER }) =>
  lab(undefined, { tokens: [{ ...scope, expires: START + 1000, ...carrier }] }).source;
/** Returns the request that `source` signs, as the browser sends it. */
const sent = (source: ReturnType<typeof create>, asked = MASTER) => {
  const { url, headers, credentials } = source.signNow(asked)!;
  return { url, headers: ['accept', ...Object.keys(headers).map((name) => name.toLowerCase())], credentials };
};

test.each<[string, Partial<Token>]>([
  ['query', { query: { st: 'x y', e: 1 as never } }],
  ['path', { base: 'https://cdn.test/secret/vod/' }],
  ['headers', { headers: { 'X-Token': '1', 'X-Expires': '2' } }],
  ['cookie', { credentials: true }],
])('a request with a token in the %s belongs to the source that attached it', (_, carrier) => {
  const source = create(carrier);
  const signed = sent(source, `${MASTER}?x=1#f`);
  const carries = (more: object): boolean => carriesToken({ ...signed, ...more }, undefined);
  expect(carries({})).toBe(true);
  expect(carries({ url: signed.url.replace(/#.*/, '&added=1') })).toBe(true);
  const others = [
    { url: MASTER, headers: [], credentials: false },
    { url: signed.url.replace('cdn', 'other') },
    sent(create({ query: {} })),
  ];
  expect(others.map(carries)).toEqual([false, false, false]);
  expect(carriesToken(signed, source), 'a cookie has to be renewed by it').toBe(!carrier.credentials);
});

test.each<[RequestCredentials, string, boolean]>([
  ['include', 'https://cdn.test', true],
  ['same-origin', 'https://cdn.test', true],
  ['same-origin', 'https://app.test', false],
  ['omit', 'https://cdn.test', false],
])(
  'a request of a script with credentials `%s`, in a page of %s, is sent with cookies: %s',
  (mode, origin, expected) => {
    vi.stubGlobal('location', { origin });
    const request = new Request(MASTER, { credentials: mode, headers: { 'X-Token': 'SECRET', Range: 'bytes=0-9' } });
    expect(sentRequest(request)).toEqual({ url: MASTER, headers: ['range', 'x-token'], credentials: expected });
  },
);

test('a server has no cookies of its own to send', () => {
  expect(sentRequest(new Request(MASTER, { credentials: 'same-origin' })).credentials).toBe(false);
});

test('a request without the cookie, or without one of the headers, of a token is not the one that was signed', () => {
  const token: Partial<Token> = { credentials: true, headers: { 'x-token': '1', 'x-expires': '2' } };
  const { url, headers } = sent(create(token));
  expect(carriesToken({ url, headers, credentials: true }, undefined)).toBe(true);
  expect(carriesToken({ url, headers, credentials: false }, undefined)).toBe(false);
  expect(carriesToken({ url, headers: headers.slice(0, -1), credentials: true }, undefined)).toBe(false);
});
