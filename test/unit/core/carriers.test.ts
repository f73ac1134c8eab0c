import { expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-core';
import { each, folder } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { fakeTime, lab, tokenOf } from './lab.ts';
import { START, seconds, sleep } from './lab-time.ts';
import { CDN, FOLDER, MASTER } from './lab-urls.ts';

fakeTime();

const BASE = 'https://edge.test/hdnts=abc/vod/7/';
const held = (...tokens: Partial<Token>[]): Lab['source'] => {
  const scoped = tokens.map((it) => ({ expires: START + 300, ...(it.url ? {} : { prefix: FOLDER }), ...it }));
  return lab(each(), { tokens: scoped }).source;
};

const every = { base: BASE, query: { st: 'a' }, headers: { 'x-t': 'b' }, credentials: true };
test.each<[string, Partial<Token>, object]>([
  ['the query', { query: { st: 'a', e: '1' } }, { url: `${MASTER}?st=a&e=1` }],
  ['headers', { headers: { Authorization: 'Bearer a' } }, { headers: { Authorization: 'Bearer a' } }],
  ['a cookie', { credentials: true }, { credentials: true }],
  ['the path', { base: BASE }, { url: `${BASE}master.m3u8` }],
  ['all of them', every, { url: `${BASE}master.m3u8?st=a`, headers: { 'x-t': 'b' }, credentials: true }],
])('a token travels in %s', (_, token, expected) => {
  const source = held(token);
  const request = source.signNow(MASTER)!;
  const plain = { url: MASTER, headers: {}, credentials: false, unsignedUrl: MASTER };
  expect(request).toEqual({ ...plain, token: { prefix: FOLDER, expires: START + 300, ...token }, ...expected });
  expect(source.unsign(request.url)).toEqual(MASTER);
  expect(source.signNow(request.url)).toEqual(request);
});

test.each(['exp=1~acl=/*~hmac=ab', 'a+b/c==', 'a&b#c', 'a b%é', ''])('the edge reads %j back', (value) => {
  const { url } = held({ query: { st: value } }).signNow(MASTER)!;
  expect(new URL(url).searchParams.get('st')).toBe(value);
  if (!/[+&% ]/.test(value)) expect(url, 'CDNs compare bytes').toBe(`${MASTER}?st=${value}`);
});

test.each([
  ...['x/../a.ts', 'x/%2e%2E/a.ts', 'x/..\\a.ts', '../../../vod/7/a.ts'].map((name) => [FOLDER + name, `${BASE}a.ts`]),
  ['https://CDN.test/x/../vod/7/a.ts?x=~', `${BASE}a.ts?x=~`],
  [`${FOLDER}a..b/..c/x.ts?of=/../y#f`, `${BASE}a..b/..c/x.ts?of=/../y#f`],
] as [string, string][])('a token is in the path of %s', (url, signed) => {
  expect(new URL(held({ base: BASE }).signNow(url)!.url).href).toBe(signed);
});

test('what a playlist from a base names is known, by any base so far', async () => {
  const base = (index: number): string => `https://edge.test/${index}/`;
  const { source, asked } = lab((call) => folder(10, FOLDER, { base: base(call.index) })(call), { protect: /test/ });
  await source.sign(MASTER);
  expect(source.signNow(`${base(1)}a.ts`)).toMatchObject({ url: `${base(1)}a.ts?st=t1`, unsignedUrl: `${FOLDER}a.ts` });
  await sleep(20);
  expect((await source.sign(`${base(1)}a.ts`)).url).toBe(`${base(2)}a.ts?st=t2`);
  expect(asked()).toEqual([[MASTER], [`${FOLDER}a.ts`]]);
});

test.each([
  ["a~b(c).ts?q=a+b%20c~d*e'f:g/h?i&&y#t=1?b&c", "a~b(c).ts?q=a+b%20c~d*e'f:g/h?i&&y&st=A&e=2#t=1?b&c"],
  ['a.ts?e=1&x=~&st=old&y=2', 'a.ts?x=~&y=2&st=A&e=2'],
])('a URL keeps its spelling, and loses stale tokens: %s is signed as %s', (plain, signed) => {
  const source = held({ query: { st: 'A', e: '2' } });
  expect(source.signNow(FOLDER + plain)?.url).toBe(FOLDER + signed);
  expect(source.unsign(FOLDER + signed)).toBe(FOLDER + plain.replace(/(?<=[?&])(st|e)=[^&]*&?/g, ''));
  const inPath = held({ base: BASE });
  expect(inPath.unsign(inPath.signNow(FOLDER + plain)!.url)).toBe(FOLDER + plain);
});

test('a relative URL stays relative; the endpoint gets the absolute one, without fragment', async () => {
  vi.stubGlobal('location', { href: `${FOLDER}page.html` });
  const { source, asked } = lab(folder(300, `${CDN}/`));
  expect((await source.sign('../8/a.m3u8?x=~#f')).url).toBe('../8/a.m3u8?x=~&st=t1#f');
  expect(source.unsign('../8/a.m3u8?st=1')).toBe('../8/a.m3u8');
  expect(asked()).toEqual([[`${CDN}/vod/8/a.m3u8?x=~`]]);
  vi.stubGlobal('document', { baseURI: `${CDN}/live/` });
  expect(source.signNow('1.ts')?.token).toBeDefined();
});

test('the endpoint gets URLs without stale tokens; on another host the same name means something else', async () => {
  const { source, asked } = lab(each(), { protect: /./ });
  await source.sign(MASTER);
  const request = await source.sign(`${FOLDER}a.ts?st=stale`);
  expect(request).toMatchObject({ url: `${FOLDER}a.ts?st=t2`, unsignedUrl: `${FOLDER}a.ts` });
  expect(source.signNow(`${FOLDER}a.ts?st=older`)?.url).toBe(request.url);
  expect(asked()).toEqual([[MASTER], [`${FOLDER}a.ts`]]);
  expect(source.unsign('https://ads.test/a?st=1')).toBe('https://ads.test/a?st=1');
});

test('a stale token in the first URL of all is known, and one from before the CDN changed the names', async () => {
  const { source } = lab(({ urls, index }) => {
    const query = { [index === 1 ? 'a' : 'b']: `${index}` };
    return { now: seconds(), tokens: [{ url: urls[0]!.split('?')[0], query, expires: seconds() + 10 }] };
  });
  expect(await source.sign(`${MASTER}?a=stale`)).toMatchObject({ url: `${MASTER}?a=1`, unsignedUrl: MASTER });
  await sleep(11);
  expect(await source.sign(`${MASTER}?a=1`)).toMatchObject({ url: `${MASTER}?b=2`, unsignedUrl: MASTER });
});

test('a stale token in the first URL of all is no part of the unsigned URL, if the new token opens the folder', async () => {
  const { source } = lab(folder());
  expect((await source.sign(`${MASTER}?st=stale`)).unsignedUrl).toBe(MASTER);
});

const a = `${FOLDER}a.ts`;
const written = ['https://CDN.TEST:443/live/../vod/%2e/7/a.ts', 'https:\\\\cdn.test\\vod\\7\\a'];
const outside = [`${CDN}/vod/77/a`, `${CDN}/vod/7`, `${CDN}.evil/vod/7/a`, 'http://cdn.test/vod/7/a'];
test.each<[Partial<Token>, string[], string[]]>([
  [{ prefix: FOLDER }, [FOLDER, `${a}?x=1#f`, `${FOLDER}x/y/a.ts`, ...written], outside],
  [{ prefix: 'https://CDN.test:443/x/../vod/7/' }, [a], [`${CDN}/a`]],
  [{ prefix: `${CDN}/` }, [CDN, a], ['https://cdn.test:8443/']],
  [{ url: `${a}?x=1` }, [`${a}?x=1#f`, `${CDN}/x/../vod/7/a.ts?x=1&st=old`], [a, `${a}?x=2`, `${a}?x=1&y`]],
  [{ url: `${a}?x=1`, anyQuery: true }, [a, `${a}?y=2`], [`${a}/b`, `${FOLDER}b.ts`]],
])('a token with %j opens what it names, and nothing else', (scope, opened, others) => {
  const source = held({ query: { st: 'it' }, ...scope });
  expect(opened.filter((url) => tokenOf(source.signNow(url)) !== 'it')).toEqual([]);
  expect(others.filter((url) => source.signNow(url))).toEqual([]);
});

test('of several tokens that of the URL is sent, then any query, the longest folder; an ended one last', async () => {
  const exact = { url: `${a}?x=1`, expires: START + 10 };
  const scopes = [{ prefix: `${CDN}/` }, { url: a, anyQuery: true }, exact, { prefix: FOLDER }];
  const tokens = scopes.map((it, n) => ({ ...it, query: { st: 'host any url long'.split(' ')[n]! } }));
  const urls = [`${a}?x=1`, `${a}?x=2`, `${FOLDER}b`, `${CDN}/b`];
  const sent = (source: Lab['source']): string => urls.map((url) => tokenOf(source.signNow(url))).join(' ');
  const [source, other] = [held(...tokens), held(...[...tokens].reverse())];
  expect(sent(source)).toBe('url any long host');
  expect(sent(other)).toBe('url any long host');
  await sleep(10);
  expect(sent(source)).toBe('any any long host');
});

test('a token without a scope opens each URL of its call; one that was not asked for is kept, too', async () => {
  const token = (st: string, url?: string): object => ({ url, query: { st }, expires: START + 60 });
  const { source, calls } = lab(() => ({ tokens: [token('all'), token('d', `${FOLDER}d`)] }));
  const [b, c] = await Promise.all(['b', 'c'].map((name) => source.sign(FOLDER + name)));
  const [d, e] = ['d', 'e'].map((name) => source.signNow(FOLDER + name));
  expect([b, c, d, e].map(tokenOf)).toEqual(['all', 'all', 'd', undefined]);
  expect(calls).toHaveLength(1);
});

test.each([
  ['http://cdn.test/vod/', true],
  ['xhttps://cdn.test/vod/', false],
  ['ftp://cdn.test/vod/', false],
  ['https://cdn.test/vod/?x=/', false],
  ['https://cdn.test/vod', false],
])('a token may be for the folder %s: %s', (prefix, isFolder) => {
  const create = () => lab(undefined, { tokens: [{ prefix, query: { st: 'a' }, expires: START + 60 }] });
  if (isFolder) expect(create).not.toThrow();
  else expect(create).toThrow('tokens[0].prefix');
});
