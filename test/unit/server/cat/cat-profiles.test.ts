import { decode } from 'cborg';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import type { CatProfile, CommonAccessTokenOptions } from '../../../../packages/server/src/cat.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const url = 'https://cdn.example.com/vod/7/index.m3u8';
const keys = [{ id: 'k', key: '00'.repeat(32) }];
const formatOf = (profile: CatProfile, options: Partial<CommonAccessTokenOptions> = {}): VerifyingTokenFormat =>
  commonAccessToken({ keys, profile, ...options });
const bytesOf = ({ query, headers }: SignedToken): Buffer =>
  Buffer.from(Object.values(query ?? headers ?? {})[0]!, 'base64url');
/** The claims that a token has. */
const claimsOf = (token: SignedToken): Map<number, unknown> => {
  const bytes = bytesOf(token);
  const list = decode(bytes.subarray(bytes.indexOf(0x84)), { useMaps: true }) as [unknown, unknown, Uint8Array];
  return decode(list[2], { useMaps: true, tags: { 52: (read) => read(), 54: (read) => read() } }) as Map<
    number,
    unknown
  >;
};

describe('a profile decides', () => {
  test.each([
    ['cta', 'cat', 'CTA-Common-Access-Token', 'd83dd184'],
    ['akamai', 'CAT', 'Common-Access-Token', 'd184'],
    ['cloudfront', 'CAT', 'CTA-Common-Access-Token', 'd83dd81184'],
  ] as const)('names and tags: %s', async (profile, query, header, tags) => {
    const inQuery = await formatOf(profile).sign(new URL(url), NOW + 60);
    expect(Object.keys(inQuery.query!)).toEqual([query]);
    expect(bytesOf(inQuery).toString('hex').slice(0, tags.length)).toBe(tags);
    const inHeader = await formatOf(profile, { carrier: 'header' }).sign(new URL(url), NOW + 60);
    expect(Object.keys(inHeader.headers!)).toEqual([header]);
    const inCookie = await formatOf(profile, { carrier: 'cookie' }).sign(new URL(url), NOW + 60);
    expect(inCookie.setCookie![0]!.split('=')[0]).toBe(header);
    expect(Object.keys((await formatOf(profile, { param: 'own' }).sign(new URL(url), NOW + 60)).query!)).toEqual([
      'own',
    ]);
  });

  test('the numbers of claims for AWS, which the standard gives to nobody', async () => {
    const token = await formatOf('cloudfront', { ipRanges: ['203.0.113.0/24'] }).sign(new URL(url), NOW + 60);
    expect(claimsOf(token)).toEqual(
      new Map<number, unknown>([
        [4, NOW + 60],
        [
          401,
          new Map([
            [1, new Map([[3, 'cdn.example.com']])],
            [2, new Map([[1, '/vod/7/']])],
          ]),
        ],
        [402, ['203.0.113.0/24']],
        [310, 1],
      ]),
    );
    const at = (ip: string, target = url) => formatOf('cloudfront', { ip }).verify(requestWith(target, token), NOW);
    expect(await at('203.0.113.9')).toMatchObject({ ok: true });
    expect(await at('203.0.114.9')).toMatchObject({ ok: false, claim: 'catnip (402)' });
    expect(await at('203.0.113.9', 'https://cdn.example.com:8443/vod/7/a')).toMatchObject({ claim: 'catu (401)' });
  });
});

describe('for CloudFront', () => {
  test('conditions are written with its numbers, or refused', async () => {
    const uri = new Map([
      [1, new Map([[2, '.example.com']])],
      [3, new Map([[1, '/vod/']])],
      [8, new Map([[0, '.m3u8']])],
    ]);
    const token = await formatOf('cloudfront', { uri }).sign(new URL(url), NOW + 60);
    expect(claimsOf(token).get(401)).toEqual(
      new Map([
        [1, new Map([[2, '.example.com']])],
        [2, new Map([[1, '/vod/']])],
        [3, new Map([[3, '.m3u8']])],
      ]),
    );
    expect(await formatOf('cloudfront').verify(requestWith(url, token), NOW)).toMatchObject({ ok: true });
    for (const [part, match] of [
      [0, 0],
      [4, 0],
      [3, 3],
      [3, -1],
    ] as const) {
      const own = new Map([[part, new Map([[match, 'https']])]]);
      expect(() => formatOf('cloudfront', { uri: own }), `${part} ${match}`).toThrow(/^uri: AWS/);
    }
  });

  test('a token that its function would not read is not made', async () => {
    const claims = new Map([[2, 'x'.repeat(900)]]);
    expect((await formatOf('cloudfront', { claims }).sign(new URL(url), NOW + 60)).query).toBeDefined();
    const long = formatOf('cloudfront', { claims: new Map([[2, 'x'.repeat(1000)]]) });
    await expect(long.sign(new URL(url), NOW + 60)).rejects.toThrow(/^url: Its token is longer than 1024 bytes/);
  });
});

test('a port is a part of its own, and another port is another host', async () => {
  const at = 'https://cdn.example.com:8443/vod/7/a';
  const token = await formatOf('cta').sign(new URL(at), NOW + 60);
  const status = async (target: string) => (await formatOf('cta').verify(requestWith(target, token), NOW)).ok;
  expect(await status(at)).toBe(true);
  expect(await status(at.replace('8443', '8444'))).toBe(false);
  expect(await status(at.replace(':8443', ''))).toBe(false);
});

test('a token opens its folder on its host and scheme; what `uri` does not open gets none', async () => {
  const token = await formatOf('cta').sign(new URL(url), NOW + 60);
  const isOpen = async (target: string) => (await formatOf('cta').verify(requestWith(target, token), NOW)).ok;
  expect(await isOpen(new URL('720p/seg.ts', url).href)).toBe(true);
  for (const other of ['https://cdn.example.com/vod/70/x', 'https://other.example.com/vod/7/x', url.replace('s:', ':')])
    expect(await isOpen(other), other).toBe(false);
  for (const [part, match, text] of [
    [3, 4, '.*'],
    [9, 0, ''],
    [1, 0, 'other'],
    [8, 0, '.ts'],
  ] as const) {
    const format = formatOf('cta', { uri: new Map([[part, new Map([[match, text]])]]) });
    expect(() => format.sign(new URL(url), NOW), `${part} ${match}`).toThrow(/^url:/);
  }
  expect(() => formatOf('cta', { uri: 'any', exact: true })).toThrow(/^uri:/);
});

describe('replay', () => {
  const claims = (kind: number, id: unknown): ReadonlyMap<number, unknown> =>
    new Map([
      [308, kind],
      [7, id],
    ]);
  const used = async (options: Partial<CommonAccessTokenOptions>, kind: number, id: unknown, now = NOW) => {
    const token = await formatOf('cta', { claims: claims(kind, id) }).sign(new URL(url), NOW + 60);
    return formatOf('cta', options).verify(requestWith(url, token), now);
  };

  test('is asked about tokens that may be used once, by their id, when all else is well', async () => {
    const asked: unknown[] = [];
    const replay = (use: { id: string }): boolean => asked.push(use) > 0 && use.id !== 'again';
    expect(await used({ replay }, 1, 'first')).toMatchObject({ ok: true });
    expect(await used({ replay: async (use) => replay(use) }, 2, Uint8Array.of(1, 255))).toMatchObject({ ok: true });
    expect(await used({ replay }, 1, 'again')).toMatchObject({ ok: false, status: 403, claim: 'catreplay' });
    const never = async (): Promise<boolean> => Promise.resolve(false);
    expect(await used({ replay: never }, 2, 'again')).toMatchObject({ ok: false, claim: 'catreplay' });
    expect(asked).toEqual([
      { id: 'first', kind: 'prohibited', expires: NOW + 60 },
      { id: '01ff', kind: 'detected', expires: NOW + 60 },
      { id: 'again', kind: 'prohibited', expires: NOW + 60 },
    ]);
    expect(await used({ replay }, 1, 'late', NOW + 60)).toMatchObject({ status: 410 });
    expect(await used({ replay, country: 'DE' }, 1, '')).toMatchObject({ claim: 'catreplay' });
    expect(asked).toHaveLength(3);
  });
});

test('an audience is written, and demanded', async () => {
  const token = await formatOf('cta', { audience: ['a', 'b'] }).sign(new URL(url), NOW + 60);
  expect(claimsOf(token).get(3)).toEqual(['a', 'b']);
  expect((await formatOf('cta', { audience: ['c', 'b'] }).verify(requestWith(url, token), NOW)).ok).toBe(true);
  const none = await formatOf('cta').sign(new URL(url), NOW + 60);
  expect(await formatOf('cta', { audience: 'a' }).verify(requestWith(url, none), NOW)).toMatchObject({ claim: 'aud' });
});
