import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-core';
import type { Lab } from './lab.ts';
import { CDN, FOLDER, MASTER, START, each, fakeTime, folder, lab, seconds, sleep, tokenOf } from './lab.ts';

fakeTime();

const BASE = 'https://edge.test/hdnts=abc/vod/7/';
const held = (...tokens: Partial<Token>[]): Lab['source'] =>
  lab(each(), { tokens: tokens.map((it) => ({ expires: START + 300, ...(it.url ? {} : { prefix: FOLDER }), ...it })) })
    .source;

describe('a token travels', () => {
  const all = { base: BASE, query: { st: 'a' }, headers: { 'x-t': 'b' }, credentials: true };
  test.each<[string, Partial<Token>, object]>([
    ['in the query', { query: { st: 'a', e: '1' } }, { url: `${MASTER}?st=a&e=1` }],
    ['in headers', { headers: { Authorization: 'Bearer a' } }, { headers: { Authorization: 'Bearer a' } }],
    ['in a cookie', { credentials: true }, { credentials: true }],
    ['in the path', { base: BASE }, { url: `${BASE}master.m3u8` }],
    ['in a host', { base: 'https://edge.test' }, { url: 'https://edge.test/master.m3u8' }],
    ['in a folder below its own', { base: `${FOLDER}st=a/` }, { url: `${FOLDER}st=a/master.m3u8` }],
    ['nowhere, if its query is empty', { query: {} }, {}],
    ['in all of them', all, { url: `${BASE}master.m3u8?st=a`, headers: { 'x-t': 'b' }, credentials: true }],
  ])('%s', (_, token, expected) => {
    const source = held(token);
    const request = source.signNow(MASTER)!;
    const plain = { url: MASTER, headers: {}, credentials: false, unsignedUrl: MASTER };
    expect(request).toEqual({ ...plain, token: { prefix: FOLDER, expires: START + 300, ...token }, ...expected });
    expect([source.unsign(request.url), source.signNow(request.url)]).toEqual([MASTER, request]);
  });

  test.each(['exp=1~acl=/*~hmac=ab', 'a+b/c==', 'a&b#c', 'a b%é', ''])('so that the edge reads %j back', (value) => {
    const { url } = held({ query: { st: value } }).signNow(MASTER)!;
    expect(new URL(url).searchParams.get('st')).toBe(value);
    if (/^[\w=~*/]*$/.test(value)) expect(url).toBe(`${MASTER}?st=${value}`);
  });

  test.each([
    ...['x/../a.ts', 'x/%2e%2E/a.ts', 'x/..\\a.ts', '../../vod/7/a.ts'].map((name) => [FOLDER + name, `${BASE}a.ts`]),
    ['https://CDN.test/x/../vod/7/a.ts?x=~', `${BASE}a.ts?x=~`],
    [`${FOLDER}a..b/..c/x.ts?of=/../y#f`, `${BASE}a..b/..c/x.ts?of=/../y#f`],
  ])('in the path of %s', (url, signed) => {
    expect(new URL(held({ base: BASE }).signNow(url)!.url).href).toBe(signed);
  });

  test('in a path: what a playlist from there names is known, by any base so far', async () => {
    const base = (index: number): string => `https://edge.test/${index}/`;
    const answer = folder.bind(null, 10, FOLDER);
    const { source, asked } = lab((call) => answer({ base: base(call.index), query: {} })(call), { protect: /test/ });
    await source.sign(MASTER);
    expect(source.signNow(`${base(1)}a.ts`)).toMatchObject({ url: `${base(1)}a.ts`, unsignedUrl: `${FOLDER}a.ts` });
    await sleep(20);
    expect(await source.sign(`${base(1)}a.ts`)).toMatchObject({ url: `${base(2)}a.ts`, unsignedUrl: `${FOLDER}a.ts` });
    expect(asked()).toEqual([[MASTER], [`${FOLDER}a.ts`]]);
  });

  test('in one path for two hosts: each URL is known by the host that it was requested with', () => {
    const urls = ['a', 'b', 'a'].map((host) => `https://${host}.test/vod/1.ts`);
    const source = held(
      ...urls.map((url) => ({ prefix: new URL('.', url).href, base: `${CDN}/hdnts=0123456789abcdef/` })),
    );
    for (const url of urls) expect(source.unsign(source.signNow(url)!.url)).toBe(url);
  });
});

describe('a URL keeps its spelling, and loses stale tokens that a server has written into it', () => {
  test.each([
    ['a.ts?x=1', 'a.ts?x=1&st=A&e=2'],
    ['a.ts?x=1&&y#t=1?b&c', 'a.ts?x=1&&y&st=A&e=2#t=1?b&c'],
    ["a~b(c).ts?q=a+b%20c~d*e'f:g/h?i", "a~b(c).ts?q=a+b%20c~d*e'f:g/h?i&st=A&e=2"],
    ['a.ts?est=1&ste=2&E=3', 'a.ts?est=1&ste=2&E=3&st=A&e=2'],
    ['a.ts?e=1&x=~&st=old&y=2', 'a.ts?e=2&x=~&st=A&y=2'],
    ['a.ts?st=1&st=2&x=3', 'a.ts?st=A&x=3&e=2'],
  ])('%s is signed as %s', (plain, signed) => {
    expect(held({ query: { st: 'A', e: '2' } }).signNow(FOLDER + plain)?.url).toBe(FOLDER + signed);
  });

  test('whatever it is: unsign() takes off what sign() has put on, and nothing else', () => {
    const source = held({ prefix: `${CDN}/`, query: { st: 'A~b/c=*', 'hd nts': 'exp=1~acl=/*~hmac=0a' } });
    source.signNow(MASTER);
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('abz019~-._*+%20/=:;,@!$()|{}é\u{1f600}')),
      maxLength: 8,
    });
    const part = (sign: string) =>
      fc.option(
        text.map((it) => sign + it),
        { nil: '' },
      );
    const url = fc
      .tuple(fc.array(text), part('?'), part('&'), part('#'))
      .filter(([, query]) => !/^\?(st|hd%20nts)(=|$)/.test(query));
    fc.assert(
      fc.property(url, ([path, query, more, hash]) => {
        const it = `${CDN}/${path.join('/')}${query}${query && more}${hash}`;
        const signed = source.signNow(it)!;
        expect(signed.url).not.toBe(it);
        expect([source.unsign(signed.url), signed.unsignedUrl, source.signNow(signed.url)!.url]).toEqual([
          it,
          it,
          signed.url,
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test('a relative one stays relative; the endpoint gets the absolute one, without fragment', async () => {
    vi.stubGlobal('location', { href: `${FOLDER}page.html` });
    const { source, asked } = lab(folder(300, `${CDN}/`));
    expect((await source.sign('../8/a.m3u8?x=~#f')).url).toBe('../8/a.m3u8?x=~&st=t1#f');
    expect([source.unsign('../8/a.m3u8?st=1'), asked()]).toEqual(['../8/a.m3u8', [[`${CDN}/vod/8/a.m3u8?x=~`]]]);
    vi.stubGlobal('document', { baseURI: `${CDN}/live/` });
    expect(source.signNow('1.ts')?.token).toBeDefined();
  });

  test('the endpoint gets it without, and is asked once; on another host the name means something else', async () => {
    const { source, asked } = lab(each(), { protect: /./ });
    await source.sign(MASTER);
    const request = await source.sign(`${FOLDER}a.ts?st=stale`);
    expect(request).toMatchObject({ url: `${FOLDER}a.ts?st=t2`, unsignedUrl: `${FOLDER}a.ts` });
    expect(source.signNow(`${FOLDER}a.ts?st=stale2`)?.url).toBe(request.url);
    expect(asked()).toEqual([[MASTER], [`${FOLDER}a.ts`]]);
    expect(source.unsign('https://ads.test/a?st=1')).toBe('https://ads.test/a?st=1');
  });

  test('also in the first URL of all, and after the CDN has changed the names', async () => {
    const { source } = lab(({ urls, index }) => {
      const token = {
        url: urls[0]!.split('?')[0],
        query: { [index === 1 ? 'a' : 'b']: `${index}` },
        expires: seconds() + 10,
      };
      return { now: seconds(), tokens: [token] };
    });
    expect(await source.sign(`${MASTER}?a=stale`)).toMatchObject({ url: `${MASTER}?a=1`, unsignedUrl: MASTER });
    await sleep(11);
    expect(await source.sign(`${MASTER}?a=1`)).toMatchObject({ url: `${MASTER}?b=2`, unsignedUrl: MASTER });
  });
});

describe('a token opens', () => {
  const a = `${FOLDER}a.ts`;
  const written = ['https://CDN.TEST:443/live/../vod/%2e/7/a.ts', 'https:\\\\cdn.test\\vod\\7\\a'];
  const outside = [
    `${CDN}/vod/77/a`,
    `${CDN}/vod/7`,
    `${FOLDER}../8/a`,
    `${CDN}.evil/vod/7/a`,
    'http://cdn.test/vod/7/a',
  ];
  test.each<[Partial<Token>, string[], string[]]>([
    [{ prefix: FOLDER }, [FOLDER, `${a}?x=1#f`, `${FOLDER}x/y/a.ts`, ...written], [...outside, `${CDN}/?u=/vod/7/a`]],
    [{ prefix: 'https://CDN.test:443/x/../vod/7/' }, [a], [`${CDN}/a`]],
    [{ prefix: `${CDN}/` }, [CDN, a], ['https://cdn.test:8443/']],
    [
      { url: `${a}?x=1` },
      [`${a}?x=1#f`, `${CDN}/x/../vod/7/a.ts?x=1&st=old`],
      [a, `${a}?x=2`, `${a}?x=1&y`, `${a}x?x=1`],
    ],
    [{ url: `${a}?x=1`, anyQuery: true }, [a, `${a}?y=2`], [`${a}/b`, `${FOLDER}b.ts`]],
  ])('%j', (scope, opened, others) => {
    const source = held({ query: { st: 'it' }, ...scope });
    expect(opened.filter((url) => tokenOf(source.signNow(url)) !== 'it')).toEqual([]);
    expect(others.filter((url) => source.signNow(url))).toEqual([]);
  });

  test('what it names best: a URL, any query, the longest folder; one that has ended counts last', async () => {
    const scopes = [
      { prefix: `${CDN}/` },
      { url: a, anyQuery: true },
      { url: `${a}?x=1`, expires: START + 10 },
      { prefix: FOLDER },
    ];
    const tokens = scopes.map((it, n) => ({ ...it, query: { st: 'host any url long'.split(' ')[n]! } }));
    const [source, other] = [held(...tokens), held(...tokens.reverse())];
    const urls = [`${a}?x=1`, `${a}?x=2`, `${FOLDER}b`, `${CDN}/b`];
    for (const it of [source, other])
      expect(urls.map((url) => tokenOf(it.signNow(url)))).toEqual(['url', 'any', 'long', 'host']);
    await sleep(10);
    expect(tokenOf(source.signNow(urls[0]!))).toBe('any');
  });

  test('each URL of its call, if it has no scope; one that was not asked for is kept, too', async () => {
    const token = (st: string, url?: string): object => ({ url, query: { st }, expires: START + 60 });
    const { source, calls } = lab(() => ({ tokens: [token('all'), token('d', `${FOLDER}d`)] }));
    const requests = await Promise.all(['b', 'c'].map((name) => source.sign(FOLDER + name)));
    expect([...requests, ...['d', 'e'].map((name) => source.signNow(FOLDER + name))].map(tokenOf)).toEqual([
      'all',
      'all',
      'd',
      undefined,
    ]);
    expect(calls).toHaveLength(1);
  });
});
