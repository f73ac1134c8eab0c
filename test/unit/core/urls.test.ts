import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { CDN, FOLDER, MASTER, each, fakeTime, folder, inTurn, lab, advanceSeconds, seconds } from './lab.ts';

fakeTime();

const twoParams = folder(300, FOLDER, { query: { st: 'A-b_c', e: '1800000300' } });

describe('createTokenSource', () => {
  describe('signing a URL', () => {
    test.each([
      ['no query', 'a.ts', 'a.ts?st=A-b_c&e=1800000300'],
      ['a query', 'a.ts?x=1', 'a.ts?x=1&st=A-b_c&e=1800000300'],
      ['an empty query', 'a.ts?', 'a.ts?&st=A-b_c&e=1800000300'],
      ['a trailing &', 'a.ts?x=1&', 'a.ts?x=1&&st=A-b_c&e=1800000300'],
      ['&& in the middle', 'a.ts?x=1&&y', 'a.ts?x=1&&y&st=A-b_c&e=1800000300'],
      ['a fragment', 'a.ts#t=10', 'a.ts?st=A-b_c&e=1800000300#t=10'],
      ['a query and a fragment with ?', 'a.ts?x=1#a?b&c', 'a.ts?x=1&st=A-b_c&e=1800000300#a?b&c'],
      ['a fragment with the name of a parameter', 'a.ts#st=1', 'a.ts?st=A-b_c&e=1800000300#st=1'],
      [
        'bytes that URLSearchParams would change',
        "a~b(c).ts?q=a+b%20c~d*e'f:g/h?i",
        "a~b(c).ts?q=a+b%20c~d*e'f:g/h?i&st=A-b_c&e=1800000300",
      ],
      ['names without a value', 'a.ts?skip&x=', 'a.ts?skip&x=&st=A-b_c&e=1800000300'],
      ['names that merely contain the name', 'a.ts?est=1&ste=2&E=3', 'a.ts?est=1&ste=2&E=3&st=A-b_c&e=1800000300'],
      ['a stale token', 'a.ts?st=old&e=1', 'a.ts?st=A-b_c&e=1800000300'],
      ['a stale token among others', 'a.ts?e=1&x=~&st=old&y=2', 'a.ts?e=1800000300&x=~&st=A-b_c&y=2'],
      ['a stale token twice', 'a.ts?st=1&st=2&x=3', 'a.ts?st=A-b_c&x=3&e=1800000300'],
      ['part of a stale token', 'a.ts?st&x=3', 'a.ts?st=A-b_c&x=3&e=1800000300'],
    ])('%s', async (_, plain, signed) => {
      const { source } = lab(twoParams);
      await source.sign(MASTER);
      expect(source.signNow(FOLDER + plain)?.url).toBe(FOLDER + signed);
    });

    test('the source of a request is the URL without the token', async () => {
      const { source } = lab(twoParams);
      await source.sign(MASTER);
      expect(source.signNow(`${FOLDER}a.ts?x=1&st=old&e=1#f`)?.unsignedUrl).toBe(`${FOLDER}a.ts?x=1#f`);
    });

    test('a signed URL that is signed again: nothing changes but the token', async () => {
      const { source } = lab(twoParams);
      const once = await source.sign(MASTER);
      expect((await source.sign(once.url)).url).toBe(once.url);
      expect((await source.sign(once.url)).unsignedUrl).toBe(MASTER);
    });

    test('unsign takes off what sign put on, and nothing else', async () => {
      const { source } = lab(twoParams);
      await source.sign(MASTER);
      expect(source.unsign(`${FOLDER}a.ts?st=1&x=~&e=2#f`)).toBe(`${FOLDER}a.ts?x=~#f`);
      expect(source.unsign('https://other.test/a?st=1')).toBe('https://other.test/a?st=1');
      expect(source.unsign('not a url ?st=1')).toBe('not a url ?st=1');
    });

    test('on another host a parameter of the same name means something else', async () => {
      const { source } = lab(folder(), { protect: /./ });
      await source.sign(MASTER);
      expect(source.unsign('https://ads.test/a?st=1')).toBe('https://ads.test/a?st=1');
    });

    test('unsign(sign(url)) === url for any URL', async () => {
      const { source } = lab(folder(3600, `${CDN}/`, { query: { st: 'A~b/c=*', 'hd nts': 'exp=1~acl=/*~hmac=0a' } }));
      await source.sign(`${CDN}/`);
      const text = fc.string({
        unit: fc.constantFrom(...'abz019~-._*+%20/=:;,@!$()|{}é\u{1f600}'.split('')),
        maxLength: 8,
      });
      const pair = fc
        .oneof(
          text,
          fc.tuple(text, text).map(([a, b]) => `${a}=${b}`),
        )
        .filter((it) => !/^(st|hd%20nts)(=|$)/.test(it));
      const url = fc
        .tuple(fc.array(text), fc.option(fc.array(pair)), fc.option(text))
        .map(
          ([path, query, hash]) =>
            `${CDN}/${path.join('/')}${query ? `?${query.join('&')}` : ''}${hash === null ? '' : `#${hash}`}`,
        );
      fc.assert(
        fc.property(url, (it) => {
          const signed = source.signNow(it)!;
          expect(signed.url).not.toBe(it);
          expect(source.unsign(signed.url)).toBe(it);
          expect(signed.unsignedUrl).toBe(it);
          // a token that is renewed changes the URL nowhere else
          expect(source.signNow(signed.url)!.url).toBe(signed.url);
        }),
        { numRuns: 500 },
      );
    });

    test('sign() of a relative URL: it stays relative, and the endpoint is asked for the absolute one', async () => {
      vi.stubGlobal('location', { href: `${FOLDER}page.html` });
      const { source, asked } = lab(folder(300, `${CDN}/vod/`));
      expect((await source.sign('../8/a.m3u8?x=~#f')).url).toBe('../8/a.m3u8?x=~&st=t1#f');
      expect(asked()).toEqual([[`${CDN}/vod/8/a.m3u8?x=~`]]);
      expect(source.unsign('../8/a.m3u8?st=1')).toBe('../8/a.m3u8');
    });
  });

  describe('values of query parameters', () => {
    test.each([
      ['exp=1~acl=/*~hmac=ab', 'exp=1~acl=/*~hmac=ab'],
      ['a+b/c==', 'a%2Bb/c=='],
      ['a&b#c', 'a%26b%23c'],
      ['a b%é', 'a%20b%25%C3%A9'],
    ])('%s travels so that the edge reads it back', async (value, encoded) => {
      const { source } = lab(folder(300, FOLDER, { query: { st: value } }));
      const { url } = await source.sign(MASTER);
      expect(url).toBe(`${MASTER}?st=${encoded}`);
      expect(new URL(url).searchParams.get('st')).toBe(value);
    });

    test('a query parameter of a token with an empty value is kept', async () => {
      const { source } = lab(folder(300, FOLDER, { query: { st: '' } }));
      expect((await source.sign(MASTER)).url).toBe(`${MASTER}?st=`);
    });
  });

  describe('a stale token', () => {
    test('that a server wrote into a playlist is replaced, and its URL has the same identity', async () => {
      const { source, calls, asked } = lab(each());
      await source.sign(MASTER);
      const request = await source.sign(`${FOLDER}a.ts?st=stale`);
      expect(request).toMatchObject({ url: `${FOLDER}a.ts?st=t2`, source: `${FOLDER}a.ts` });
      expect(asked()[1]).toEqual([`${FOLDER}a.ts`]);
      expect(source.signNow(`${FOLDER}a.ts`)?.url).toBe(request.url);
      expect(source.signNow(`${FOLDER}a.ts?st=stale2`)?.url).toBe(request.url);
      expect(calls).toHaveLength(2);
    });

    test('in the first URL of all is recognised as soon as a token has shown its name', async () => {
      const { source } = lab(({ urls }) => ({
        now: seconds(),
        tokens: [{ url: urls[0]!.split('?')[0], query: { st: 'new' }, expires: seconds() + 60 }],
      }));
      expect(await source.sign(`${MASTER}?st=stale`)).toMatchObject({ url: `${MASTER}?st=new`, source: MASTER });
    });

    test('is still recognised after the CDN has changed the names', async () => {
      const { source } = lab(
        inTurn(folder(10, FOLDER, { query: { a: '1' } }), folder(300, FOLDER, { query: { b: '2' } })),
      );
      await source.sign(MASTER);
      await advanceSeconds(11);
      expect(await source.sign(`${MASTER}?a=1&x`)).toMatchObject({ url: `${MASTER}?x&b=2`, source: `${MASTER}?x` });
    });
  });
});
