import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { azion } from '../../../../packages/server/src/index.ts';
import type { SignedToken } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const secret = 'mysecret';
const params = { token: 'st', expires: 'e', session: 's' };
const format = azion({ secret, depth: 2, params });
const one = 'AAAAAAAAAAAAAAAAAAAAAA';

const hashOf = (text: string): string => createHash('md5').update(text).digest('base64url');
const verdictOf = (path: string, query: Readonly<Record<string, string>>, by = format) =>
  by.verify(new Request(`${HOST}${path}?${new URLSearchParams(query).toString()}`), NOW);
const sign = (path: string, session?: string): SignedToken =>
  format.sign(new URL(path, HOST), NOW + 60, session) as SignedToken;

describe('azion with a session in its folder text', () => {
  test('signs the session with the folder, and with the path where there are fewer folders', () => {
    const e = String(NOW + 60);
    expect(sign('/live/7/hd/a.m3u8?x=1&s=old', one)).toEqual({
      prefix: `${HOST}/live/7/`,
      expires: NOW + 60,
      query: { st: hashOf(`${secret}folder:${one}:/live/7/${e}`), e, s: one },
    });
    const ofPath = { st: hashOf(`${secret}folder:${one}:path:/live/a.m3u8${e}`), e, s: one };
    expect(sign('/live/a.m3u8', one).query).toEqual(ofPath);
    expect(format.signExactly!(new URL('/live/7/a.ts', HOST), NOW + 60, one)).toEqual({
      url: `${HOST}/live/7/a.ts`,
      anyQuery: true,
      expires: NOW + 60,
      query: { st: hashOf(`${secret}folder:${one}:path:/live/7/a.ts${e}`), e, s: one },
    });
    expect([format.carriesSession, format.parameters]).toEqual([true, ['st', 'e', 's']]);
  });

  test('tells the session of a genuine token, and forwards the URL without it', () => {
    for (const path of ['/live/7/a.m3u8', '/live/a.m3u8'])
      expect(verdictOf(path, { ...sign(path, one).query, x: '1' })).toEqual({
        ...{ ok: true, expires: NOW + 60, url: `${HOST}${path}?x=1`, session: one },
      });
  });

  test('a token whose session was taken off, changed or put on is not genuine', () => {
    for (const path of ['/live/7/a.m3u8', '/live/a.m3u8']) {
      const { st, e, s } = sign(path, one).query as Record<'st' | 'e' | 's', string>;
      const plain = sign(path).query!;
      const signature = { ok: false, status: 403, reason: 'signature' };
      expect(verdictOf(path, { st, e })).toEqual(signature);
      expect(verdictOf(path, { st, e, s: s.replace('A', 'B') })).toEqual(signature);
      expect(verdictOf(path, { ...plain, s: one })).toEqual(signature);
      expect(verdictOf(path, { ...plain })).toMatchObject({ ok: true });
      expect(verdictOf(path, { ...plain })).not.toHaveProperty('session');
      for (const bad of ['', 'a:b', '/', 'x'.repeat(65)])
        expect(verdictOf(path, { st, e, s: bad })).toMatchObject({ reason: 'malformed' });
      expect(format.verify(new Request(`${HOST}${path}?st=${st}&e=${e}&s=${one}&s=${one}`), NOW)).toMatchObject({
        reason: 'malformed',
      });
      // an edge that knows of no sessions
      const others = azion({ secret, depth: 2 });
      expect(verdictOf(path, { st, e, s }, others)).toEqual(signature);
    }
  });

  test('what cannot work is refused at once', () => {
    const code = (message: RegExp) =>
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) as string }) as Error;
    expect(() => azion({ secret, params })).toThrow(code(/^params: `session` needs `depth`/));
    expect(() => azion({ secret, depth: 2, params: { ...params, session: 'E' } })).toThrow(code(/^params:/));
    for (const id of ['', 'a:b', 'a/b', 'x'.repeat(65)]) expect(() => sign('/live/7/a', id)).toThrow(code(/^session:/));
  });

  test('a token is good for its session and its folder, and for nothing else', () => {
    const id = fc.stringMatching(/^[\w-]{1,6}$/);
    const path = fc
      .array(fc.constantFrom('live', '7', 'path:', 'folder:', 'a'), { minLength: 1, maxLength: 4 })
      .map((names) => `/${names.join('/')}`);
    fc.assert(
      fc.property(path, path, id, id, (signed, asked, his, sent) => {
        const token = sign(signed, his);
        const { prefix } = token as { prefix?: string };
        const opens = prefix === undefined ? asked === signed : (HOST + asked).startsWith(prefix);
        const verdict = verdictOf(asked, { ...token.query, s: sent });
        expect(verdict.ok).toBe(opens && his === sent);
      }),
      { numRuns: 500 },
    );
  });
});
