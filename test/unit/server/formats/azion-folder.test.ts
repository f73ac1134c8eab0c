import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { azion, signPlaylist, signUrl, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { AzionOptions, Verdict } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const secret = 'mysecret';
const exact = azion({ secret });
const folder = azion({ secret, depth: 2 });

const hashOf = (text: string): string => createHash('md5').update(text).digest('base64url');
const verdictOf = async (url: string, options: AzionOptions = { secret, depth: 2 }): Promise<string> => {
  const verdict: Verdict = await verifyUrl(url, { format: azion(options), now: NOW });
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};
const withToken = (path: string, text: string, e = NOW + 60): string => `${HOST}${path}?st=${hashOf(text)}&e=${e}`;

describe('azion with depth', () => {
  test('signs the folder, and the token names it', () => {
    expect(folder.sign(new URL('/live/7/hd/a.m3u8?x=1#t', HOST), NOW)).toEqual({
      prefix: `${HOST}/live/7/`,
      expires: NOW,
      query: { st: hashOf(`${secret}folder:/live/7/${NOW}`), e: String(NOW) },
    });
    expect([folder.scope, exact.scope]).toEqual(['prefix', 'url']);
    expect(folder.opens!(new URL('/live/7/hd/a.m3u8?x=1', HOST))).toEqual({ kind: 'folder', href: `${HOST}/live/7/` });
  });

  test('one token opens every URL of the folder, and none beside it', async () => {
    const { query } = await folder.sign(new URL('/live/7/a.m3u8', HOST), NOW + 60);
    const search = `?st=${query!.st}&e=${query!.e}`;
    for (const path of ['/live/7/', '/live/7/a.m3u8', '/live/7/hd/s1.m4s', '/live/%37/x']) {
      expect(await verdictOf(HOST + path + search), path).toBe('ok');
    }
    for (const path of [
      '/live/7',
      '/live/',
      '/live/8/a.m3u8',
      '/live/70/a.m3u8',
      '/live/7x',
      '/x/live/7/a.m3u8',
      '/',
    ]) {
      expect(await verdictOf(HOST + path + search), path).toBe('403 signature');
    }
    expect(await verdictOf(`${HOST}/live/7/x/../../8/a.m3u8${search}`)).toBe('403 signature');
    expect(await verdictOf(`${HOST}/live/7/a.m3u8${search}`, { secret })).toBe('403 signature');
    expect(await verdictOf(`${HOST}/live/7/a.m3u8${search}`, { secret, depth: 1 })).toBe('403 signature');
    expect(await verdictOf(`${HOST}/live/7/a.m3u8${search}`, { secret, depth: 3 })).toBe('403 signature');
  });

  test('tokens of one path go on working beside it', async () => {
    for (const path of ['/live/7/a.m3u8', '/live/7/', '/live/a.m3u8', '/a.m3u8', '/']) {
      const signed = await signUrl(HOST + path, { format: exact, expires: NOW + 60 });
      expect(await verdictOf(signed), path).toBe('ok');
      expect(await verdictOf(signed.replace('?', 'x?')), path).toBe('403 signature');
    }
  });

  test('a URL with fewer folders gets a token of its own', async () => {
    for (const path of ['/live/a.m3u8', '/live/7', '/a.m3u8', '/']) {
      const url = new URL(path, HOST);
      expect(folder.sign(url, NOW), path).toEqual(exact.sign(url, NOW));
      expect(folder.opens!(url), path).toEqual(exact.opens!(url));
    }
  });

  test('is as strict as with one path', async () => {
    const good = await signUrl(`${HOST}/live/7/a.m3u8`, { format: folder, expires: NOW + 60 });
    const [, st, e] = /st=([^&]*)&e=(\d+)/.exec(good)!;
    const cases: Record<string, string> = {
      [`${HOST}/live/7/b`]: '403 missing',
      [`${HOST}/live/7/b?st=${st}`]: '403 missing',
      [`${good}&st=${st}`]: '403 malformed',
      [`${good}&ST=x`]: '403 malformed',
      [`${good}&%73t=x`]: '403 malformed',
      [good.replace('&e=', '==&e=')]: '403 malformed',
      [good.replace('a.m3u8', 'x%2fa')]: '403 malformed',
      [good.replace('a.m3u8', 'x//a')]: '403 malformed',
      [good.replace('a.m3u8', '..;/8/a')]: '403 malformed',
      [good.replace('a.m3u8', '%00')]: '403 malformed',
      [withToken('/live/7/a', `${secret}folder:/live/7/${NOW + 86_401}`, NOW + 86_401)]: '403 malformed',
      [withToken('/live/7/a', `${secret}folder:/live/7/${NOW - 1}`, NOW - 1)]: '410 expired',
      [withToken('/live/7/a', `other folder:/live/7/${NOW - 1}`, NOW - 1)]: '403 signature',
      [withToken('/live/7/a', `${secret}folder:/live/7${NOW + 60}`)]: '403 signature',
      [withToken('/live/7/a', `${secret}/live/7/${NOW + 60}`)]: '403 signature',
      [withToken('/live/7/a', `${secret}folder:/live/7/a${NOW + 60}`)]: '403 signature',
      [`${HOST}/live/7/b?e=${e}&x=1&st=${st}`]: 'ok',
    };
    for (const [url, expected] of Object.entries(cases)) expect(await verdictOf(url), url).toBe(expected);
    for (const path of ['/live/7/a%2Fb', '/live/7//b', '/live/7/%00']) {
      expect(() => folder.sign(new URL(path, HOST), NOW), path).toThrow(/^url:/);
    }
    expect(() => folder.sign(new URL('/live/7/a?st=1&st=2', HOST), NOW)).toThrow(/^url:/);
    expect(() => folder.sign(new URL('/live/7/a', HOST), 1.5)).toThrow(/^expires:/);
  });

  test('with rotation, other names, and either form of a path', async () => {
    const old = await signUrl(`${HOST}/live/7/a`, { format: folder, expires: NOW });
    expect(await verdictOf(old, { secrets: ['new', secret], depth: 2 })).toBe('ok');
    expect(await verdictOf(old, { secrets: ['new'], depth: 2 })).toBe('403 signature');
    const named: AzionOptions = { secret, depth: 1, params: { token: 'md5', expires: 'expires' } };
    const renamed = await signUrl(`${HOST}/live/a`, { format: azion(named), expires: NOW });
    expect(renamed).toBe(`${HOST}/live/a?md5=${hashOf(`${secret}folder:/live/${NOW}`)}&expires=${NOW}`);
    expect(await verdictOf(renamed, named)).toBe('ok');
    const asked: AzionOptions = { secret: () => secret, depth: 1 };
    for (const [pathForm, hashed] of Object.entries({ decoded: '/my film/', raw: '/my%20film/' })) {
      const options = { ...asked, pathForm } as AzionOptions;
      const token = await azion(options).sign(new URL('/my%20film/a', HOST), NOW);
      expect(token).toMatchObject({
        prefix: `${HOST}/my%20film/`,
        query: { st: hashOf(`${secret}folder:${hashed}${NOW}`) },
      });
      expect(await verdictOf(`${HOST}/my%20film/b?st=${token.query!.st}&e=${NOW}`, options)).toBe('ok');
    }
  });

  test('signPlaylist: the same token for each URI of the folder', async () => {
    const text = '#EXTM3U\n#EXTINF:4,\ns1.m4s\n#EXTINF:4,\nhd/s2.m4s\n#EXTINF:4,\n/top.m4s\n';
    const signed = await signPlaylist(text, `${HOST}/live/7/a.m3u8`, { format: folder, expires: NOW });
    const tokens = [...signed.matchAll(/st=([\w-]+)/g)].map(([, st]) => st);
    const ofFolder = hashOf(`${secret}folder:/live/7/${NOW}`);
    expect(tokens).toEqual([ofFolder, ofFolder, hashOf(`${secret}/top.m4s${NOW}`)]);
  });

  test.each([0, -1, 1.5, NaN, Infinity, '2', '', null, true, [2]])('refuses the depth %j at once', (depth) => {
    const error = expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^depth: this is /) });
    expect(() => azion({ secret, depth: depth as number })).toThrow(error);
    expect(() => azion({ secret: () => secret, depth: depth as number })).toThrow(error);
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

/** Names that look like the mark, like an expiry, or like another folder. */
const name = fc.oneof(
  fc.constantFrom('a', '7', 'folder:', 'folder:a', 'folder%3A', 'live', '1795500060', ';x', 'é', ' ', '%2e', '...'),
  fc.string({ unit: fc.constantFrom(...Array.from('ab7:-_ ')), minLength: 1, maxLength: 4 }),
);
const path = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([names, isFolder]) => `/${names.map(encodeURIComponent).join('/')}${isFolder ? '/' : ''}`);
const depth = fc.integer({ min: 1, max: 4 });
const secrets = fc.constantFrom('a', 'b', 'bfold', 'a secret', 'folder:', '/');

describe('properties of folder tokens', () => {
  test('a token of one kind is never good as the other', async () => {
    const property = fc.asyncProperty(path, path, depth, secrets, secrets, async (one, other, count, signs, judges) => {
      const [ofPath, ofFolder] = [azion({ secret: signs }), azion({ secret: signs, depth: count })];
      const names = ({ query }: { query?: Readonly<Record<string, string>> }) => `?st=${query!.st}&e=${query!.e}`;
      const a = await ofPath.sign(new URL(one, HOST), NOW + 60);
      const b = await ofFolder.sign(new URL(one, HOST), NOW + 60);
      const judge = { secret: judges, depth: count };
      // of the path: for that path alone
      expect(await verdictOf(HOST + other + names(a), judge)).toBe(
        judges === signs && decodeURIComponent(other) === decodeURIComponent(one) ? 'ok' : '403 signature',
      );
      // of the folder: for its folder alone, and nowhere without `depth`
      const isOpened =
        b.prefix === undefined ? other === one : (HOST + other).startsWith(b.prefix) && !/%25[\da-f]{2}/i.test(other);
      expect(await verdictOf(HOST + other + names(b), judge)).toBe(
        judges === signs && isOpened ? 'ok' : '403 signature',
      );
      if (b.prefix === undefined) expect(b).toEqual(a);
      else {
        expect(b.query!.st).not.toBe(a.query!.st);
        for (const each of [one, other]) {
          expect(await verdictOf(HOST + each + names(b), { secret: judges })).toBe('403 signature');
        }
      }
    });
    await fc.assert(property, { numRuns: 400 });
  });
});
