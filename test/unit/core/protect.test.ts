import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import { protectedBy } from '../../../packages/core/src/tokens/protection.ts';
import type { TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { CDN, FOLDER, MASTER, START, each, fakeTime, folder, lab, advanceSeconds, watch } from './lab.ts';

fakeTime();

const guard = (protect: NonNullable<TokenSourceOptions['protect']>): ReturnType<typeof lab>['source'] =>
  lab(each(), { protect }).source;

describe('createTokenSource', () => {
  describe('protects', () => {
    test.each([
      ['an origin', CDN, `${CDN}/a`, true],
      ['an origin: the host goes on', CDN, `${CDN}.evil/a`, false],
      ['a folder', FOLDER, MASTER, true],
      ['a folder: its neighbour', FOLDER, `${CDN}/vod/77/a`, false],
      ['no slash at the end: the URL itself', `${CDN}/vod`, `${CDN}/vod`, true],
      ['no slash at the end: with a query', `${CDN}/vod`, `${CDN}/vod?x`, true],
      ['no slash at the end: below', `${CDN}/vod`, `${CDN}/vod/a`, true],
      ['no slash at the end: the name goes on', `${CDN}/vod`, `${CDN}/vodka/a`, false],
      ['written otherwise', 'https://CDN.test:443/x/../vod/', `${CDN}/vod/a`, true],
      ['a URL written otherwise', `${CDN}/vod/`, 'https://CDN.test/x/%2e%2e/vod/a', true],
      ['another scheme', CDN, 'http://cdn.test/a', false],
    ])('prefix: %s', (_, prefix, url, expected) => {
      expect(guard(prefix).protects(url)).toBe(expected);
    });

    test('pattern, also a global one, which remembers where it stopped', () => {
      const source = guard(/\.m3u8$/g);
      for (let i = 0; i < 3; i++) expect(source.protects(MASTER)).toBe(true);
      expect(source.protects(`${FOLDER}a.ts`)).toBe(false);
    });

    test('function of the resolved URL', () => {
      const rule = vi.fn((url: URL) => url.pathname.startsWith('/vod/'));
      const source = guard(rule);
      expect(source.protects('https://CDN.test/x/../vod/a')).toBe(true);
      expect(source.protects(`${CDN}/live/a`)).toBe(false);
      expect(rule.mock.calls[0]![0].href).toBe(`${CDN}/vod/a`);
    });

    test('a list: any of them', () => {
      const source = guard(['https://a.test', /b\.test/, ({ host }) => host === 'c.test']);
      expect(['a', 'b', 'c', 'd'].map((name) => source.protects(`https://${name}.test/x`))).toEqual([
        true,
        true,
        true,
        false,
      ]);
    });

    test('with protect, allow() adds nothing', () => {
      const source = guard(`${CDN}/vod/`);
      source.allow('https://other.test/a');
      expect(source.protects('https://other.test/a')).toBe(false);
    });

    test('by default: the origins of the sources the player was given', () => {
      const { source } = lab();
      source.allow(MASTER);
      expect(source.protects(`${CDN}/anything`)).toBe(true);
      expect(source.protects('https://ads.test/x')).toBe(false);
      source.allow('https://live.test/a.m3u8');
      expect(source.protects('https://live.test/b')).toBe(true);
      expect(source.protects(`${CDN}/anything`)).toBe(true);
    });

    test('by default: every URL as long as no player has said what it plays', () => {
      expect(lab().source.protects(MASTER)).toBe(true);
    });

    test('by default: also what a token is held for', () => {
      const { source } = lab(each(), {
        tokens: [{ prefix: 'https://keys.test/7/', query: { st: 'k' }, expires: START + 60 }],
      });
      source.allow(MASTER);
      expect(source.protects('https://keys.test/7/key')).toBe(true);
      expect(source.protects('https://keys.test/8/key')).toBe(false);
    });

    test('an allowed source may be relative, or not a URL at all', () => {
      vi.stubGlobal('location', { href: `${CDN}/page` });
      const { source } = lab();
      source.allow('http://');
      source.allow('blob:https://ads.test/1');
      source.allow('/vod/a.m3u8');
      expect(source.protects('https://ads.test/x')).toBe(false);
      expect(source.protects(MASTER)).toBe(true);
    });

    test('a source of the page alone, as one of MediaSource, names no origin: every URL is signed', () => {
      const { source } = lab();
      source.allow('blob:https://cdn.test/0-1');
      expect(source.protects(MASTER)).toBe(true);
    });

    test.each<[string, NonNullable<TokenSourceOptions['protect']>]>([
      ['a pattern', /cdn/],
      ['a function', ({ host }) => host === 'cdn.test'],
    ])('%s is no path of the page: no token moves requests there', async (_, protect) => {
      vi.stubGlobal('location', { href: 'https://page.test/' });
      const { source, events } = lab(folder(60, FOLDER, { base: 'https://page.test/elsewhere/' }), { protect });
      const request = watch(source.sign(MASTER));
      await advanceSeconds(1);
      expect(request.error).toMatchObject({ code: 'ERR_SIGNING_RESPONSE' });
      expect(events[0]!.error).toMatchObject({ code: 'ERR_SIGNING_RESPONSE', url: FOLDER });
    });

    test.each([
      'data:text/plain,hello',
      'blob:https://cdn.test/0-1',
      'skd://key',
      'about:blank',
      'http://',
      '',
      'a.ts',
    ])('%s passes untouched', async (url) => {
      const { source, calls } = lab(each(), { protect: () => true });
      const untouched = { url, headers: {}, credentials: false, unsignedUrl: url, source: url };
      expect(source.protects(url)).toBe(false);
      expect(source.signNow(url)).toEqual(untouched);
      expect(await source.sign(url)).toEqual(untouched);
      expect(source.unsign(url)).toBe(url);
      await advanceSeconds(1);
      expect(calls).toHaveLength(0);
    });

    test('beside what is protected, a parameter of the same name is left alone', async () => {
      const { source } = lab(folder(), { protect: FOLDER });
      await source.sign(MASTER);
      expect(source.unsign(`${CDN}/other?st=1`)).toBe(`${CDN}/other?st=1`);
      expect((await source.sign(`${CDN}/other?st=1`)).url).toBe(`${CDN}/other?st=1`);
    });

    test('an unprotected URL is never sent to the endpoint, nor is anything attached', async () => {
      const { source, calls } = lab();
      source.allow(MASTER);
      const url = 'https://ads.test/vast?st=theirs';
      expect((await source.sign(url)).url).toBe(url);
      source.learn('https://ads.test/a.m3u8', hlsOrDash('#EXTM3U\n#EXTINF:4,\na.ts'));
      expect(await source.refused(await source.sign(url), 403)).toBeUndefined();
      await advanceSeconds(1);
      expect(calls).toHaveLength(0);
    });
  });
});

test('whoever signs by the tokens of somebody else learns which URLs are covered, and that no URL is not', () => {
  expect([`${CDN}/a.ts`, 'https://other.test/a.ts', 'https://'].map(protectedBy(`${CDN}/`))).toEqual([
    true,
    false,
    false,
  ]);
});
