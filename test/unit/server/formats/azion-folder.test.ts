import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { azion, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { AzionOptions, SignedToken, Verdict } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const secret = 'mysecret';
const folder = azion({ secret, depth: 2 });

const hashOf = (text: string): string => createHash('md5').update(text).digest('base64url');
const verdictOf = async (url: string, options: AzionOptions = { secret, depth: 2 }): Promise<string> => {
  const verdict: Verdict = await verifyUrl(url, { format: azion(options), now: NOW });
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};

describe('azion with depth', () => {
  test('signs the folder, and the token names it', () => {
    expect(folder.sign(new URL('/live/7/hd/a.m3u8?x=1#t', HOST), NOW)).toEqual({
      prefix: `${HOST}/live/7/`,
      expires: NOW,
      query: { st: hashOf(`${secret}folder:/live/7/${NOW}`), e: String(NOW) },
    });
  });

  test('one token opens every URL of the folder, and none beside it', async () => {
    const { query } = await folder.sign(new URL('/live/7/a.m3u8', HOST), NOW + 60);
    const search = `?st=${query!.st}&e=${query!.e}`;
    for (const path of ['/live/7/', '/live/7/a.m3u8', '/live/7/hd/s1.m4s', '/live/%37/x'])
      expect(await verdictOf(HOST + path + search), path).toBe('ok');
    for (const path of ['/live/7', '/live/', '/live/8/a', '/live/70/a', '/live/7x', '/x/live/7/a', '/'])
      expect(await verdictOf(HOST + path + search), path).toBe('403 signature');
    expect(await verdictOf(`${HOST}/live/7/x/../../8/a.m3u8${search}`)).toBe('403 signature');
    for (const options of [{ secret }, { secret, depth: 1 }, { secret, depth: 3 }])
      expect(await verdictOf(`${HOST}/live/7/a.m3u8${search}`, options)).toBe('403 signature');
  });

  test.each([
    ['decoded', '/my film/'],
    ['raw', '/my%20film/'],
  ] as const)('hashes the folder in the form of the path: %s', async (pathForm, hashed) => {
    const options = { secret, depth: 1, pathForm };
    const { prefix, query } = await azion(options).sign(new URL('/my%20film/a', HOST), NOW);
    expect(prefix).toBe(`${HOST}/my%20film/`);
    expect(query!.st).toEqual(hashOf(`${secret}folder:${hashed}${NOW}`));
    expect(await verdictOf(`${HOST}/my%20film/b?st=${query!.st}&e=${NOW}`, options)).toBe('ok');
  });

  test('refuses a secret with which another one would make tokens of folders', () => {
    for (const [a, b] of [
      ['x', 'xfolder:'],
      ['x', 'xfolder:/live'],
      ['x', 'x/y'],
    ]) {
      expect(() => azion({ secrets: [a!, b!] })).toThrow(/^secret: One secret begins with another one, and/);
      expect(() => azion({ secrets: [b!, a!], depth: 1 })).toThrow(/^secret:/);
    }
    expect(() => azion({ secrets: ['x', 'xfolder'], depth: 1 })).not.toThrow();
  });
});

describe.each(['decoded', 'raw'] as const)('a token of a folder, with the %s path', (pathForm) => {
  const format = azion({ secret, depth: 2, pathForm });
  const { query } = format.sign(new URL('/live/7/x', HOST), NOW + 60) as { query: Record<string, string> };
  const open = (rest: string): Promise<Verdict> =>
    verifyUrl(`${HOST}/live/7/${rest}?${new URLSearchParams(query).toString()}`, { format, now: NOW });

  test.each(['a', 'hd/s1.m4s', 'a..b/c', 'a,b', 'a:b', '..a/b', '%20..x', 'a%3Fb', 'a..%23b', '100%25.ts'])(
    'opens %s in the folder',
    async (rest) => {
      expect(await open(rest)).toMatchObject({ ok: true });
      const prefix = `${HOST}/live/7/`;
      expect(format.sign(new URL(prefix + rest), NOW + 60)).toEqual({ prefix, expires: NOW + 60, query });
    },
  );

  test.each(['%252e%252e/8/x', '..%20/8/x', '..%20', ',../8/x', 'x/..,/a', 'a::$DATA', '..%3Fx', '..%23', '.%3Fx'])(
    'opens nothing that a server may read as leading out of the folder: %s',
    async (rest) => expect(await open(rest)).toMatchObject({ status: 403, reason: 'malformed' }),
  );
});

describe('azion with a session in its folder text', () => {
  const params = { token: 'st', expires: 'e', session: 's' };
  const format = azion({ secret, depth: 2, params });
  const one = 'AAAAAAAAAAAAAAAAAAAAAA';
  const judge = (path: string, query: Readonly<Record<string, string>>, by = format): Verdict =>
    by.verify(new Request(`${HOST}${path}?${new URLSearchParams(query).toString()}`), NOW);
  const sign = (path: string, session?: string): SignedToken =>
    format.sign(new URL(path, HOST), NOW + 60, session) as SignedToken;

  test('signs the session with the folder, and with the path where there are fewer folders', () => {
    const e = String(NOW + 60);
    expect(sign('/live/7/hd/a.m3u8?x=1&s=old', one)).toEqual({
      prefix: `${HOST}/live/7/`,
      expires: NOW + 60,
      query: { st: hashOf(`${secret}folder:${one}:/live/7/${e}`), e, s: one },
    });
    const ofPath = { st: hashOf(`${secret}folder:${one}:path:/live/a.m3u8${e}`), e, s: one };
    expect(sign('/live/a.m3u8', one).query).toEqual(ofPath);
    expect(format.signExactly!(new URL('/live/7/a.ts', HOST), NOW + 60, one)).toMatchObject({
      url: `${HOST}/live/7/a.ts`,
      query: { st: hashOf(`${secret}folder:${one}:path:/live/7/a.ts${e}`), e, s: one },
    });
  });

  test.each(['/live/7/a.m3u8', '/live/a.m3u8'])(
    'tells the session of a genuine token, and accepts none that was taken off, changed or put on: %s',
    (path) => {
      const { st, e, s } = sign(path, one).query as Record<'st' | 'e' | 's', string>;
      const plain = sign(path).query!;
      expect(judge(path, { st, e, s, x: '1' })).toEqual({
        ok: true,
        expires: NOW + 60,
        url: `${HOST}${path}?x=1`,
        session: one,
      });
      const signature = { ok: false, status: 403, reason: 'signature' };
      expect(judge(path, { st, e })).toEqual(signature);
      expect(judge(path, { st, e, s: s.replace('A', 'B') })).toEqual(signature);
      expect(judge(path, { ...plain, s: one })).toEqual(signature);
      expect(judge(path, plain)).toMatchObject({ session: undefined });
      for (const bad of ['', 'a:b', '/', 'x'.repeat(65)])
        expect(judge(path, { st, e, s: bad })).toMatchObject({ reason: 'malformed' });
      // an edge that knows of no sessions
      expect(judge(path, { st, e, s }, azion({ secret, depth: 2 }))).toEqual(signature);
    },
  );

  test('refuses at once what cannot work', () => {
    expect(() => azion({ secret, params })).toThrow(/^params: `session` needs `depth`/);
    expect(() => azion({ secret, depth: 2, params: { ...params, session: 'E' } })).toThrow(/^params:/);
    for (const id of ['', 'a:b', 'a/b', 'x'.repeat(65)]) expect(() => sign('/live/7/a', id)).toThrow(/^session:/);
  });
});
