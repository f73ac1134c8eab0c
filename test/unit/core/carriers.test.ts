import { describe, expect, test, vi } from 'vitest';
import type { Token } from '../../../packages/core/src/index.ts';
import { TokenSecrets } from '../../../packages/core/src/tokens/token-secrets.ts';
import { CDN, FOLDER, MASTER, START, each, fakeTime, folder, lab, advanceSeconds } from './lab.ts';

fakeTime();

const BASE = 'https://edge.test/hdnts=abc/vod/7/';
const held = (...tokens: Partial<Token>[]): ReturnType<typeof lab> =>
  lab(each(), { tokens: tokens.map((token) => ({ prefix: FOLDER, expires: START + 300, ...token })) });

describe('createTokenSource', () => {
  describe('carriers', () => {
    test('a token in the query is added to the URL', () => {
      expect(held({ query: { st: 'a', e: '1' } }).source.signNow(MASTER)).toMatchObject({
        url: `${MASTER}?st=a&e=1`,
        headers: {},
        credentials: false,
        source: MASTER,
      });
    });

    test('a token in headers leaves the URL alone', () => {
      expect(held({ headers: { Authorization: 'Bearer a' } }).source.signNow(MASTER)).toMatchObject({
        url: MASTER,
        headers: { Authorization: 'Bearer a' },
        credentials: false,
      });
    });

    test('a token in a cookie asks for credentials', () => {
      expect(held({ credentials: true }).source.signNow(MASTER)).toMatchObject({
        url: MASTER,
        headers: {},
        credentials: true,
      });
    });

    test('a base replaces the prefix at the front', () => {
      const { source } = held({ base: BASE });
      expect(source.signNow(`${FOLDER}x/a~b.ts?x=1#f`)).toMatchObject({
        url: `${BASE}x/a~b.ts?x=1#f`,
        source: `${FOLDER}x/a~b.ts?x=1#f`,
      });
      expect(source.unsign(`${BASE}x/a~b.ts?x=1#f`)).toBe(`${FOLDER}x/a~b.ts?x=1#f`);
    });

    test('a base without a path: its host is followed by a slash, not by the name of the file', () => {
      const { source } = held({ base: 'https://edge.test' });
      expect(source.signNow(MASTER)?.url).toBe('https://edge.test/master.m3u8');
      expect(source.unsign('https://edge.test/master.m3u8')).toBe(MASTER);
    });

    test('two hosts with one base: each URL is known by the host that it was asked for with', () => {
      const base = `${CDN}/hdnts=0123456789abcdef/`;
      const { source } = held({ prefix: 'https://a.test/vod/', base }, { prefix: 'https://b.test/vod/', base });
      for (const host of ['a', 'b', 'a']) {
        const url = `https://${host}.test/vod/1.ts`;
        expect(source.unsign(source.signNow(url)!.url)).toBe(url);
        expect(source.unsign('https://node.test/hdnts=0123456789abcdef/1.ts')).toBe('https://node.test/vod/1.ts');
      }
    });

    test('what a base stands for is noted again only after another one was', () => {
      const noted = vi.spyOn(TokenSecrets.prototype, 'noteBase');
      const bases = [`${CDN}/hdnts=0123456789abcdef/`, `${CDN}/hdnts=fedcba9876543210/`] as const;
      const [one, alias, other] = ['https://a.test/vod/', 'https://b.test/vod/', 'https://c.test/vod/'] as const;
      const { source } = held(
        { prefix: one, base: bases[0] },
        { prefix: alias, base: bases[0] },
        { prefix: other, base: bases[1] },
      );
      noted.mockClear();
      for (const prefix of [other, other, one, one, alias, alias, one, other, other]) {
        const { url } = source.signNow(`${prefix}1.ts`)!;
        expect(source.unsign(url)).toBe(`${prefix}1.ts`);
      }
      expect(noted.mock.calls).toEqual([
        [bases[0], one],
        [bases[0], alias],
        [bases[0], one],
        [bases[1], other],
      ]);
      noted.mockRestore();
    });

    test('a base may stand below its prefix', () => {
      const base = `${FOLDER}hdnts=abc/`;
      const { source } = held({ base });
      const { url } = source.signNow(MASTER)!;
      expect(url).toBe(`${base}master.m3u8`);
      expect(source.unsign(url)).toBe(MASTER);
      expect(source.signNow(url)?.url).toBe(url);
    });

    test('a base works for a URL that is not written like the prefix', () => {
      expect(held({ base: BASE }).source.signNow('https://CDN.test/x/../vod/7/a.ts?x=~')?.url).toBe(`${BASE}a.ts?x=~`);
    });

    test.each(['x/../a.ts', 'x/%2e%2E/a.ts', 'x/..\\a.ts', '../../vod/7/a.ts', './a.ts'])(
      'a base stays in front of a URL with dot segments: %s',
      (written) => {
        const { source } = held({ base: BASE });
        const { url } = source.signNow(`${FOLDER}${written}`)!;
        expect(new URL(url).href).toBe(`${BASE}a.ts`);
      },
    );

    test('dots in a name or in a query move nothing: the URL stays as it was written', () => {
      const { source } = held({ base: BASE });
      expect(source.signNow(`${FOLDER}a..b/..c/x.ts?of=/../y`)?.url).toBe(`${BASE}a..b/..c/x.ts?of=/../y`);
    });

    test('URLs that a playlist of a path token resolves to are recognised: by any base so far', async () => {
      const { source, asked } = lab(
        ({ index, ...call }) =>
          folder(10, FOLDER, { base: `https://edge.test/${index}/`, query: {} })({ index, ...call }),
        { protect: [CDN, 'https://edge.test'] },
      );
      const first = await source.sign(MASTER);
      expect(first.url).toBe('https://edge.test/1/master.m3u8');
      expect(source.protects('https://edge.test/1/a.ts')).toBe(true);
      expect(source.signNow('https://edge.test/1/a.ts')).toMatchObject({
        url: 'https://edge.test/1/a.ts',
        source: `${FOLDER}a.ts`,
      });
      await advanceSeconds(20);
      expect(await source.sign('https://edge.test/1/a.ts')).toMatchObject({
        url: 'https://edge.test/3/a.ts',
        source: `${FOLDER}a.ts`,
      });
      expect(
        asked()
          .flat()
          .filter((url) => !url.startsWith(CDN)),
      ).toEqual([]);
    });

    test('a token with base, query, headers and credentials at once: the request carries all of them', () => {
      const { source } = held({ base: BASE, query: { st: 'a' }, headers: { 'x-t': 'b' }, credentials: true });
      const request = source.signNow(`${FOLDER}a.ts?st=old`)!;
      expect(request).toMatchObject({
        url: `${BASE}a.ts?st=a`,
        headers: { 'x-t': 'b' },
        credentials: true,
        source: `${FOLDER}a.ts`,
      });
      expect(source.unsign(request.url)).toBe(`${FOLDER}a.ts`);
    });

    test('a token whose query is empty attaches nothing, and opens', () => {
      expect(held({ query: {} }).source.signNow(MASTER)).toMatchObject({
        url: MASTER,
        headers: {},
        credentials: false,
      });
    });

    test('the request names its token; one that needs none names none', () => {
      const { source } = held({ query: { st: 'a' } });
      expect(source.signNow(MASTER)?.token).toMatchObject({ prefix: FOLDER, query: { st: 'a' } });
      source.allow(MASTER);
      expect(source.signNow('https://ads.test/x')).toEqual({
        url: 'https://ads.test/x',
        headers: {},
        credentials: false,
        unsignedUrl: 'https://ads.test/x',
        source: 'https://ads.test/x',
      });
    });
  });
});
