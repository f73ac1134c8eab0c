import { describe, expect, test, vi } from 'vitest';
import type { Token, TokenRequest } from '../../../packages/core/src/index.ts';
import { SecureTokenError, createTokenSource } from '../../../packages/core/src/index.ts';
import {
  CDN,
  FOLDER,
  MASTER,
  START,
  code,
  each,
  fakeTime,
  folder,
  lab,
  advanceSeconds,
  seconds,
  segment,
  tokenOf,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('tokens known beforehand', () => {
    test('tokens known beforehand: no round trip at start-up', async () => {
      const { source, calls } = lab(folder(), {
        tokens: [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 300 }],
      });
      expect(tokenOf(source.signNow(MASTER))).toBe('page');
      expect(tokenOf(await source.sign(segment(1)))).toBe('page');
      expect(calls).toHaveLength(0);
    });

    test('a token known beforehand that is dead already costs one call', async () => {
      const { source, reasons } = lab(folder(), {
        tokens: [{ prefix: FOLDER, query: { st: 'page' }, expires: START - 300 }],
      });
      expect(source.signNow(MASTER)).toBeUndefined();
      expect(tokenOf(await source.sign(MASTER))).toBe('t1');
      expect(reasons()).toEqual(['expired']);
    });

    test('the window of tokens known beforehand is counted from when the page was opened', async () => {
      const { source, calls } = lab(folder(), { tokens: [{ prefix: FOLDER, expires: START + 100, query: {} }] });
      source.signNow(MASTER);
      await advanceSeconds(74.9);
      expect(calls).toHaveLength(0);
      await advanceSeconds(0.2);
      expect(calls).toHaveLength(1);
    });

    test('the list is the caller’s: it is not changed, and may be', async () => {
      const tokens: readonly Token[] = [
        Object.freeze({ prefix: FOLDER, query: Object.freeze({ st: 'page' }), expires: START + 300 }),
      ];
      const { source } = lab(folder(), { tokens: Object.freeze(tokens) });
      expect(tokenOf(source.signNow(MASTER))).toBe('page');
    });

    test('a stale token in a URL is recognised from them', () => {
      const { source } = lab(folder(), { tokens: [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 300 }] });
      expect(source.unsign(`${MASTER}?st=old`)).toBe(MASTER);
    });
  });

  describe('the next asset of a catalogue', () => {
    test('sign() beforehand: its first request does not wait', async () => {
      const { source, calls } = lab(({ urls, index }) => ({
        now: seconds(),
        tokens: urls.map((url) => ({
          prefix: url.replace(/[^/]*$/, ''),
          query: { st: `t${index}` },
          expires: seconds() + 300,
        })),
      }));
      await source.sign(MASTER);
      await Promise.all([1, 2, 3].map((n) => source.sign(`${CDN}/vod/${n}/master.m3u8`)));
      expect(calls).toHaveLength(2);
      for (const n of [1, 2, 3]) expect(tokenOf(source.signNow(`${CDN}/vod/${n}/master.m3u8`))).toBe('t2');
    });

    test('an endpoint that reads playlists hands over a whole presentation in one round trip', async () => {
      const names = ['master.m3u8', 'v.m3u8', ...Array.from({ length: 500 }, (_, i) => `${i}.ts`)];
      const { source, calls } = lab((call) => each()({ ...call, urls: names.map((name) => FOLDER + name) }));
      await source.sign(MASTER);
      for (const name of names) expect(tokenOf(source.signNow(FOLDER + name))).toBe('t1');
      expect(calls).toHaveLength(1);
    });
  });

  describe('getTokens', () => {
    const from = (
      getTokens: (request: TokenRequest) => unknown,
      options = {},
    ): ReturnType<typeof createTokenSource> => {
      const source = createTokenSource({ getTokens: getTokens as never, jitter: 0, random: () => 1, ...options });
      return source;
    };
    const token = (more: Partial<Token> = {}): Token => ({
      prefix: FOLDER,
      query: { st: 'mine' },
      expires: seconds() + 300,
      ...more,
    });

    test('getTokens is told what is wanted and why', async () => {
      const getTokens = vi.fn(() => Promise.resolve(token()));
      const source = from(getTokens);
      await source.sign(MASTER);
      const { session } = source;
      expect(getTokens.mock.calls[0]).toEqual([
        { urls: [MASTER], reason: 'initial', session, signal: expect.any(AbortSignal) },
      ]);
      source.destroy();
    });

    test.each<[string, () => unknown]>([
      ['one token', async () => token()],
      ['a list', async () => [token({ prefix: 'https://b.test/' }), token()]],
      ['without a promise', () => token()],
      ['without a scope', async () => ({ query: { st: 'mine' }, expires: seconds() + 300 })],
    ])('brings %s', async (_, getTokens) => {
      const source = from(getTokens);
      expect(tokenOf(await source.sign(MASTER))).toBe('mine');
      source.destroy();
    });

    test.each<[string, unknown]>([
      ['nothing', undefined],
      ['null', null],
      ['a text', 'abc'],
      ['an empty list', []],
      ['a token without expires', { prefix: '/' }],
      ['the endpoint’s answer', { tokens: [] }],
      ['what JSON cannot say', { prefix: FOLDER, expires: 10n }],
    ])('brings %s: not understood, not tried again', async (_, value) => {
      const getTokens = vi.fn(async () => value);
      const source = from(getTokens);
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      await advanceSeconds(60);
      expect(getTokens).toHaveBeenCalledTimes(1);
      source.destroy();
    });

    test.each([
      ['an Error', new Error('no'), 'ERR_SIGNING_UNAVAILABLE', 2],
      ['undefined', undefined, 'ERR_SIGNING_UNAVAILABLE', 2],
      ['an error with status 503', Object.assign(new Error('no'), { status: 503 }), 'ERR_SIGNING_UNAVAILABLE', 2],
      ['an error with status 429', Object.assign(new Error('no'), { status: 429 }), 'ERR_SIGNING_UNAVAILABLE', 2],
      ['an error with status 401', Object.assign(new Error('no'), { status: 401 }), 'ERR_DENIED', 1],
      ['an error with status 403', Object.assign(new Error('no'), { status: 403 }), 'ERR_DENIED', 1],
      ['an answer of axios', { status: 503, headers: { 'retry-after': '3' } }, 'ERR_SIGNING_UNAVAILABLE', 2],
      ['a Response', new Response('', { status: 403 }), 'ERR_DENIED', 1],
      ['an error with status 400', Object.assign(new Error('no'), { status: 400 }), 'ERR_SIGNING_RESPONSE', 1],
      ['our own', new SecureTokenError('ERR_DENIED', 'no'), 'ERR_DENIED', 1],
    ])('throws %s', async (_, thrown, expected, calls) => {
      const getTokens = vi.fn(async () => {
        throw thrown as Error;
      });
      const source = from(getTokens, { retry: { limit: 1 } });
      const request = code(source.sign(MASTER));
      await advanceSeconds(5);
      expect(await request).toBe(expected);
      expect(getTokens).toHaveBeenCalledTimes(calls);
      source.destroy();
    });

    test('getTokens throws at once, without a promise: ERR_SIGNING_UNAVAILABLE', async () => {
      const source = from(
        () => {
          throw new Error('no');
        },
        { retry: { limit: 0 } },
      );
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      source.destroy();
    });

    test('getTokens fails: the error keeps the cause', async () => {
      const cause = new Error('no session');
      const source = from(() => Promise.reject(cause), { retry: { limit: 0 } });
      await expect(source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE', cause });
      source.destroy();
    });

    test('the signal of getTokens aborts when it takes too long, and when the source is destroyed', async () => {
      const signals: AbortSignal[] = [];
      const source = from(({ signal }) => (signals.push(signal), new Promise(() => undefined)), {
        timeout: 3,
        retry: { limit: 1 },
      });
      const request = code(source.sign(MASTER));
      await advanceSeconds(3.1);
      expect(signals[0]!.aborted).toBe(true);
      await advanceSeconds(1);
      expect(signals[1]!.aborted).toBe(false);
      source.destroy();
      expect(signals[1]!.aborted).toBe(true);
      expect(await request).toBe('ERR_DESTROYED');
    });
  });
});
