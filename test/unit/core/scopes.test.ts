import { describe, expect, test } from 'vitest';
import type { Token } from '../../../packages/core/src/index.ts';
import { CDN, FOLDER, START, each, fakeTime, inTurn, lab, advanceSeconds, seconds, sleep, tokenOf } from './lab.ts';

fakeTime();

const token = (name: string, scope: Partial<Token>, lifetime = 300): Token => ({
  query: { st: name },
  expires: START + lifetime,
  ...scope,
});
const held = (...tokens: Token[]): ReturnType<typeof lab> => lab(each(), { tokens });

describe('createTokenSource', () => {
  describe('which token opens a URL', () => {
    test.each([
      ['below the prefix', `${FOLDER}a.ts`, 'p'],
      ['deep below the prefix', `${FOLDER}x/y/a.ts`, 'p'],
      ['the prefix itself', FOLDER, 'p'],
      ['with a query', `${FOLDER}a.ts?x=1`, 'p'],
      ['with a fragment', `${FOLDER}a.ts#x`, 'p'],
      ['host in capitals', 'https://CDN.TEST/vod/7/a.ts', 'p'],
      ['default port', 'https://cdn.test:443/vod/7/a.ts', 'p'],
      ['dot segments', `${CDN}/live/../vod/./7/a.ts`, 'p'],
      ['percent-encoded dot segments', `${CDN}/live/%2e%2e/vod/7/a.ts`, 'p'],
      ['backslashes', 'https:\\\\cdn.test\\vod\\7\\a.ts', 'p'],
      ['slashes in the query', `${FOLDER}a.ts?u=https://x/y/`, 'p'],
      ['a folder whose name goes on', `${CDN}/vod/77/a.ts`, undefined],
      ['the folder without its slash', `${CDN}/vod/7`, undefined],
      ['dot segments that lead out', `${FOLDER}../8/a.ts`, undefined],
      ['another host', 'https://cdn.test.evil/vod/7/a.ts', undefined],
      ['another port', 'https://cdn.test:8443/vod/7/a.ts', undefined],
      ['another scheme', 'http://cdn.test/vod/7/a.ts', undefined],
      ['other case in the path', `${CDN}/VOD/7/a.ts`, undefined],
      ['the prefix in a query', `${CDN}/?u=/vod/7/a.ts`, undefined],
    ])('a token with a prefix opens, or does not open: %s', (_, url, name) => {
      const { source } = held(token('p', { prefix: FOLDER }));
      expect(tokenOf(source.signNow(url))).toBe(name);
    });

    test('a prefix that is written in another way than the URL opens it', () => {
      expect(
        tokenOf(held(token('p', { prefix: 'https://CDN.test:443/x/../vod/7/' })).source.signNow(`${FOLDER}a.ts`)),
      ).toBe('p');
    });

    test('a prefix may be a whole host', () => {
      const { source } = held(token('p', { prefix: `${CDN}/` }));
      expect(tokenOf(source.signNow(`${CDN}/`))).toBe('p');
      expect(tokenOf(source.signNow(CDN))).toBe('p');
      expect(tokenOf(source.signNow(`${CDN}/a/b.ts`))).toBe('p');
    });

    test.each([
      ['the very URL', `${FOLDER}a.ts?x=1`, 'u'],
      ['with a fragment', `${FOLDER}a.ts?x=1#f`, 'u'],
      ['normalised', 'https://CDN.test/vod/8/../7/a.ts?x=1', 'u'],
      ['with a stale token', `${FOLDER}a.ts?x=1&st=old`, 'u'],
      ['another query', `${FOLDER}a.ts?x=2`, undefined],
      ['no query', `${FOLDER}a.ts`, undefined],
      ['more query', `${FOLDER}a.ts?x=1&y`, undefined],
      ['longer', `${FOLDER}a.tsx?x=1`, undefined],
    ])('a token with a url opens, or does not open: %s', (_, url, name) => {
      expect(tokenOf(held(token('u', { url: `${FOLDER}a.ts?x=1` })).source.signNow(url))).toBe(name);
    });

    test.each([
      ['no query', `${FOLDER}a.m3u8`, 'u'],
      ['any query', `${FOLDER}a.m3u8?_HLS_msn=3&_HLS_part=1`, 'u'],
      ['another path', `${FOLDER}b.m3u8`, undefined],
      ['below', `${FOLDER}a.m3u8/b`, undefined],
    ])('a token with a url and anyQuery opens, or does not open: %s', (_, url, name) => {
      expect(tokenOf(held(token('u', { url: `${FOLDER}a.m3u8?x=1`, anyQuery: true })).source.signNow(url))).toBe(name);
    });

    test('the exact URL wins, then any query, then the longest prefix, in whatever order they came', () => {
      const tokens = [
        token('host', { prefix: `${CDN}/` }),
        token('long', { prefix: FOLDER }),
        token('any', { url: `${FOLDER}a.ts`, anyQuery: true }),
        token('url', { url: `${FOLDER}a.ts?x=1` }),
        token('short', { prefix: `${CDN}/vod/` }),
      ];
      for (const order of [tokens, [...tokens].reverse()]) {
        const { source } = held(...order);
        expect(tokenOf(source.signNow(`${FOLDER}a.ts?x=1`))).toBe('url');
        expect(tokenOf(source.signNow(`${FOLDER}a.ts?x=2`))).toBe('any');
        expect(tokenOf(source.signNow(`${FOLDER}b.ts`))).toBe('long');
        expect(tokenOf(source.signNow(`${CDN}/vod/8/b.ts`))).toBe('short');
        expect(tokenOf(source.signNow(`${CDN}/b.ts`))).toBe('host');
      }
    });

    test('a token that lives beats a better one that is dead', async () => {
      const { source, calls } = held(token('url', { url: `${FOLDER}a.ts` }, 10), token('p', { prefix: FOLDER }, 300));
      await advanceSeconds(11);
      expect(tokenOf(source.signNow(`${FOLDER}a.ts`))).toBe('p');
      expect(calls).toHaveLength(0);
    });

    // very long ones are told apart by their ends at first
    test('of URLs that are long and end alike each has its own, also after one has ended', async () => {
      const [one, other] = ['a', 'b'].map((name) => `${FOLDER}${name}/${'x'.repeat(2000)}.ts`) as [string, string];
      const { source } = lab(inTurn(each(60), each(100), each(60)), { readAhead: 0 });
      await source.sign(one);
      expect(source.signNow(other)).toBeUndefined();
      await source.sign(other);
      expect([one, other].map((url) => tokenOf(source.signNow(url)))).toEqual(['t1', 't2']);
      await sleep(60);
      expect(tokenOf(await source.sign(one))).toBe('t3');
      expect([one, other].map((url) => tokenOf(source.signNow(url)))).toEqual(['t3', 't2']);
    });

    test('a token without a scope opens each URL it was asked for, and no other', async () => {
      const { source, asked } = lab(() => ({
        now: seconds(),
        tokens: [{ query: { st: 'all' }, expires: seconds() + 60 }],
      }));
      const both = await Promise.all([source.sign(`${FOLDER}a.ts`), source.sign(`${FOLDER}b.ts`)]);
      expect(both.map(tokenOf)).toEqual(['all', 'all']);
      expect(asked()).toEqual([[`${FOLDER}a.ts`, `${FOLDER}b.ts`]]);
      expect(source.signNow(`${FOLDER}c.ts`)).toBeUndefined();
    });

    test('tokens for URLs that were not asked for are kept', async () => {
      const { source, calls } = lab(() => ({
        now: seconds(),
        tokens: [token('a', { url: `${FOLDER}a` }), token('b', { url: `${FOLDER}b` })],
      }));
      await source.sign(`${FOLDER}a`);
      expect(tokenOf(source.signNow(`${FOLDER}b`))).toBe('b');
      expect(calls).toHaveLength(1);
    });
  });
});
