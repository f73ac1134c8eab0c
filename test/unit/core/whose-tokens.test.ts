import { describe, expect, test, vi } from 'vitest';
import type { Token, TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { createProtection } from '../../../packages/core/src/tokens/protection.ts';
import type { Lab } from './lab.ts';
import { CDN, FOLDER, MASTER, START, code, fakeTime, lab, advanceSeconds, seconds, segment, tokenOf } from './lab.ts';

fakeTime();

const OTHER = 'https://other.test';
const expires = START + 300;
const query = { st: 'SECRET' };
const own: Token = { prefix: FOLDER, query, expires };

/** A source whose endpoint answers `tokens` whatever it is asked. */
const answering = (tokens: readonly Token[], options: Partial<TokenSourceOptions> = {}): Lab =>
  lab(() => ({ now: seconds(), tokens }), options);
const dropped = ({ events }: Lab): unknown[] =>
  events.filter(({ type }) => type === 'tokenerror').map(({ detail }) => [detail.error.code, detail.error.url]);
const drop = (url: string): unknown[] => [['ERR_SIGNING_RESPONSE', url]];

describe('createTokenSource', () => {
  describe('whose tokens are taken, without protect', () => {
    test.each<[string, Token, string]>([
      ['a URL', { url: `${OTHER}/a.ts`, query, expires }, `${OTHER}/a.ts`],
      ['a URL with any query', { url: `${OTHER}/a.ts`, anyQuery: true, query, expires }, `${OTHER}/a.ts`],
      ['a folder', { prefix: `${OTHER}/vod/`, headers: { authorization: 'SECRET' }, expires }, `${OTHER}/vod/`],
      [
        'a URL that holds the token already',
        { url: `${OTHER}/a.ts?x=1&st=SECRET`, query, expires },
        `${OTHER}/a.ts?x=1`,
      ],
      ['the same host, another port', { prefix: 'https://cdn.test:8443/', query, expires }, 'https://cdn.test:8443/'],
      ['the same host without TLS', { prefix: 'http://cdn.test/', query, expires }, 'http://cdn.test/'],
      ['a host that begins like ours', { prefix: 'https://cdn.test.evil/', query, expires }, 'https://cdn.test.evil/'],
      ['our host as a user', { prefix: 'https://cdn.test@evil/', query, expires }, 'https://cdn.test@evil/'],
      ['a base', { prefix: `${CDN}/vod/8/`, base: `${OTHER}/SECRET/`, expires }, `${CDN}/vod/8/`],
      ['a base without TLS', { prefix: `${CDN}/vod/8/`, base: 'http://cdn.test/SECRET/', expires }, `${CDN}/vod/8/`],
    ])('%s that nobody has named is dropped; the rest of the answer counts', async (_, token, url) => {
      const viewer = answering([token, own]);
      viewer.source.allow(MASTER);
      expect(tokenOf(await viewer.source.sign(MASTER))).toBe('SECRET');
      expect(dropped(viewer)).toEqual(drop(url));
      expect(viewer.types()).toContain('tokenrenewed');
      expect(viewer.source.protects(`${OTHER}/a.ts`)).toBe(false);
      expect(viewer.source.signNow(`${OTHER}/vod/a.ts`)).toMatchObject({ url: `${OTHER}/vod/a.ts`, headers: {} });
      expect(viewer.source.unsign(`${OTHER}/a.ts?st=1`)).toBe(`${OTHER}/a.ts?st=1`);
      expect(
        JSON.stringify(viewer.events.map(({ detail }) => [detail, String(detail.error)])),
        'no token',
      ).not.toContain('SECRET');
    });

    test('the error says how to allow it', async () => {
      const viewer = answering([{ prefix: `${OTHER}/`, query, expires }, own]);
      await viewer.source.sign(MASTER);
      expect(viewer.events[0]!.detail.error.message).toMatch(/"protect"/);
    });

    test('many of one origin are told once', async () => {
      const viewer = answering([
        ...Array.from({ length: 500 }, (_, n) => ({ url: `${OTHER}/${n}`, query, expires })),
        own,
      ]);
      await viewer.source.sign(MASTER);
      expect(dropped(viewer)).toHaveLength(1);
    });

    test('those of getTokens are no better', async () => {
      const viewer = lab(undefined, {
        endpoint: undefined as never,
        getTokens: () => Promise.resolve([{ prefix: `${OTHER}/`, query, expires }, own]),
      });
      await viewer.source.sign(MASTER);
      expect(dropped(viewer)).toEqual(drop(`${OTHER}/`));
    });

    test('a URL that is left without a token ends as ever', async () => {
      const viewer = answering([{ prefix: FOLDER, base: `${OTHER}/SECRET/`, expires }]);
      viewer.source.allow(MASTER);
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      expect(dropped(viewer)).toEqual(drop(FOLDER));
      await advanceSeconds(60);
      expect(viewer.calls).toHaveLength(1);
    });

    test('URLs of the same origin that were not asked for: kept (expand)', async () => {
      const viewer = answering([
        { url: segment(1), query, expires },
        { url: segment(2), query, expires },
        { url: `${CDN}/keys/1`, query, expires },
        { url: MASTER, query, expires },
      ]);
      viewer.source.allow(MASTER);
      await viewer.source.sign(MASTER);
      expect([segment(1), segment(2), `${CDN}/keys/1`].map((url) => tokenOf(viewer.source.signNow(url)))).toEqual([
        'SECRET',
        'SECRET',
        'SECRET',
      ]);
      expect(dropped(viewer)).toEqual([]);
    });

    test('origins of URLs that were asked for, by an app that has no player yet', async () => {
      const viewer = answering([{ prefix: `${OTHER}/`, query, expires }, own]);
      expect(await code(viewer.source.sign(`${OTHER}/8.m3u8`))).toBeUndefined();
      expect(dropped(viewer)).toEqual(drop(FOLDER));
      await viewer.source.sign(MASTER);
      expect(dropped(viewer), 'now both are named').toHaveLength(1);
      expect(viewer.source.signNow(`${OTHER}/9.m3u8`)?.token).toBeDefined();
    });

    test('a source that a player was given: also as the place where a base leads', async () => {
      const viewer = answering([
        { prefix: FOLDER, base: `${OTHER}/SECRET/`, expires },
        { prefix: `${OTHER}/live/`, query, expires },
      ]);
      viewer.source.allow(MASTER);
      viewer.source.allow(`${OTHER}/live/1.m3u8`);
      expect((await viewer.source.sign(MASTER)).url).toBe(`${OTHER}/SECRET/master.m3u8`);
      expect(tokenOf(viewer.source.signNow(`${OTHER}/live/1.m3u8`))).toBe('SECRET');
      expect(dropped(viewer)).toEqual([]);
    });

    test('a token without a scope opens what was asked for', async () => {
      const viewer = answering([{ query, expires }]);
      viewer.source.allow(MASTER);
      expect(tokenOf(await viewer.source.sign(MASTER))).toBe('SECRET');
      expect(dropped(viewer)).toEqual([]);
    });

    test('what the page has brought itself is named by it, for later answers too', async () => {
      const keys: Token = { prefix: 'https://keys.test/7/', base: `${OTHER}/SECRET1/`, expires: START + 60 };
      const viewer = answering([{ ...keys, base: `${OTHER}/SECRET2/`, expires }], { tokens: [keys] });
      viewer.source.allow(MASTER);
      expect(viewer.source.signNow('https://keys.test/7/key')?.url).toBe(`${OTHER}/SECRET1/key`);
      await advanceSeconds(61);
      expect((await viewer.source.sign('https://keys.test/7/key')).url).toBe(`${OTHER}/SECRET2/key`);
      expect(dropped(viewer)).toEqual([]);
    });
  });

  describe('whose tokens are taken, with protect', () => {
    const isVod = ({ pathname }: URL): boolean => pathname.startsWith('/vod/');
    test.each<[string, NonNullable<TokenSourceOptions['protect']>, Token, string]>([
      ['a folder beside it', `${CDN}/vod/`, { prefix: `${CDN}/live/`, query, expires }, `${CDN}/live/`],
      ['a URL beside it', `${CDN}/vod/`, { url: `${CDN}/vodka`, query, expires }, `${CDN}/vodka`],
      ['another origin', `${CDN}/vod/`, { prefix: `${OTHER}/vod/`, query, expires }, `${OTHER}/vod/`],
      [
        'another origin, past a pattern',
        /^https:\/\/cdn\.test\/.*\.(m3u8|ts)/,
        { prefix: `${OTHER}/vod/`, query, expires },
        `${OTHER}/vod/`,
      ],
      ['a URL that a function does not pick', isVod, { url: `${CDN}/live/1`, query, expires }, `${CDN}/live/1`],
      ['another base', `${CDN}/vod/`, { prefix: FOLDER, base: `${OTHER}/SECRET/`, expires }, FOLDER],
      [
        'a base that a pattern does not match',
        /^https:\/\/cdn\.test/,
        { prefix: FOLDER, base: `${OTHER}/cdn.test/`, expires },
        FOLDER,
      ],
    ])('%s is dropped', async (_, protect, token, url) => {
      const viewer = answering([{ url: MASTER, query, expires }, token], { protect });
      viewer.source.allow(`${OTHER}/live/`);
      await viewer.source.sign(MASTER);
      expect(dropped(viewer)).toEqual(drop(url));
      expect(viewer.events[0]!.detail.error.message).toMatch(/"protect"/);
    });

    test.each<[string, NonNullable<TokenSourceOptions['protect']>, Token]>([
      ['a folder below it', CDN, own],
      ['that folder', FOLDER, own],
      ['a folder above it, for the part of it that is protected', FOLDER, { prefix: `${CDN}/`, query, expires }],
      ['a folder of URLs that a pattern picks', /\.m3u8$/, own],
      ['a folder of URLs that a function picks', ({ pathname }) => pathname.endsWith('.m3u8'), own],
      ['a URL that a pattern matches', /m3u8/, { url: MASTER, query, expires }],
      ['another CDN that it names', [CDN, OTHER], { prefix: FOLDER, base: `${OTHER}/SECRET/`, expires }],
      [
        'a folder of another CDN that it names',
        [CDN, `${OTHER}/vod/`],
        { prefix: FOLDER, base: `${OTHER}/SECRET/vod/7/`, expires },
      ],
      [
        'another CDN that a pattern names',
        /^https:\/\/(cdn|other)\.test\//,
        { prefix: FOLDER, base: `${OTHER}/SECRET/`, expires },
      ],
    ])('%s is taken', async (_, protect, token) => {
      const viewer = answering([token], { protect });
      expect((await viewer.source.sign(MASTER)).url).toContain('SECRET');
      expect(dropped(viewer)).toEqual([]);
    });
  });

  describe('in a service worker, whose settings may be those of somebody who could run a script on the site once', () => {
    const protect = [`${CDN}/`, `${OTHER}/`];
    const moves = { prefix: FOLDER, base: `${OTHER}/SECRET/`, expires };
    const inServiceWorkerOf = (origin: string): void => {
      vi.stubGlobal('ServiceWorkerGlobalScope', EventTarget);
      vi.stubGlobal('location', new URL(`${origin}/token-worker.js`));
    };

    test('no token leads what is a file of the site to another origin', async () => {
      inServiceWorkerOf(CDN);
      const viewer = answering([moves], { protect });
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      expect(dropped(viewer)).toEqual(drop(FOLDER));
      expect(JSON.stringify(viewer.events)).not.toContain('SECRET');
    });

    test('no token makes the page take a file of another origin for one of the site', async () => {
      inServiceWorkerOf(OTHER);
      const file = { url: `${FOLDER}7.vtt`, query: {}, expires };
      const viewer = answering([{ prefix: FOLDER, base: `${OTHER}/`, expires }, file], { protect });
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      expect(dropped(viewer)).toEqual(drop(FOLDER));
      expect(viewer.source.signNow(`${OTHER}/7.vtt`)).toBeUndefined();
    });

    test.each([
      ['a base on the site itself', CDN, { ...moves, base: `${CDN}/SECRET/` }],
      ['a base of a file that lies elsewhere', 'https://www.test', moves],
    ])('%s is taken', async (_, site, token) => {
      inServiceWorkerOf(site);
      const viewer = answering([token], { protect });
      expect((await viewer.source.sign(MASTER)).url).toBe(`${token.base}master.m3u8`);
    });

    test('in a page of the same site it is taken, too: there the page has chosen the endpoint', async () => {
      vi.stubGlobal('location', new URL(`${CDN}/page.html`));
      const viewer = answering([moves], { protect });
      expect((await viewer.source.sign(MASTER)).url).toBe(`${OTHER}/SECRET/master.m3u8`);
    });
  });
});

test('a page that is open for days and asks at sixty thousand origins: the first ones are forgotten', () => {
  const protection = createProtection(undefined);
  const originOf = (n: number): string => `https://${n}.test/`;
  const isTaken = (n: number): boolean => protection.take([{ prefix: originOf(n), query, expires }]).tokens.length > 0;
  for (let n = 0; n < 60_000; n++) {
    protection.allow(originOf(n));
    protection.noteOriginOf(originOf(n));
  }
  expect(isTaken(0)).toBe(false);
  expect(isTaken(59_999)).toBe(true);
});
