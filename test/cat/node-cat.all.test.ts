import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import type { CatProfile, CommonAccessTokenOptions } from '../../packages/server/src/cat.ts';

/** The part of `@eyevinn/cat` that the tests use, which is a package of `test/extra`. */
interface NodeCat {
  CAT: new (options: { keys: Record<string, Buffer>; expectCwtTag: boolean }) => {
    generateFromJson(claims: object, options: { type: 'mac'; alg: 'HS256'; kid: string }): Promise<string>;
    validate(token: string, type: 'mac', options: { issuer: string; url: URL }): Promise<{ error?: Error }>;
  };
}

const { CAT } = createRequire(new URL('../extra/', import.meta.url))('@eyevinn/cat') as NodeCat;
const hex = '403697de87af64611c1d32a05dab0fe1fcb715a86ab435f1ec99192d79569388';
const keys = [{ id: 'k', key: hex }];
const nodeCat = (expectCwtTag: boolean) => new CAT({ keys: { k: Buffer.from(hex, 'hex') }, expectCwtTag });
// it judges by the clock of this machine
const now = Math.floor(Date.now() / 1000);
const exp = now + 600;
const url = new URL('https://cdn.example.com/vod/7/index.m3u8');
const other = new URL('https://cdn.example.com/premium/film.m3u8');
const path = (kind: string, value: unknown): object => ({ catu: { path: { [kind]: value } } });
const hash = (name: string): string => createHash(name).update(url.pathname).digest('hex');

describe('tokens of @eyevinn/cat', () => {
  test.each<[string, object, Partial<CommonAccessTokenOptions>, string]>([
    ['no claims', {}, {}, 'ok'],
    ['claims that pass', { sub: 'x', iat: now, cti: '0a0b', catreplay: 0 }, {}, 'ok'],
    ['an audience', { aud: ['a'] }, { audience: 'a' }, 'ok'],
    ['an audience that nobody has set', { aud: ['a'] }, {}, 'aud'],
    ['a host', { catu: { host: { 'exact-match': 'cdn.example.com' } } }, {}, 'ok'],
    ['a folder', path('prefix-match', '/vod/7/'), {}, 'ok'],
    ['another folder', path('prefix-match', '/vod/8/'), {}, 'catu'],
    ['SHA-256', path('sha256-match', hash('sha256')), {}, 'ok'],
    ['what it calls SHA-512/256', path('sha512-256-match', hash('sha512')), {}, 'ok'],
    ['a regular expression', path('regex-match', ['.*', '']), {}, 'catu'],
    ['methods', { catm: ['GET'] }, {}, 'ok'],
    ['addresses', { catnip: ['203.0.113.0/24'] }, { ip: '203.0.113.9' }, 'ok'],
    ['countries', { catgeoiso3166: ['DE'] }, { country: 'DE' }, 'ok'],
    ['one use', { catreplay: 1, cti: '0a' }, {}, 'catreplay'],
    ['renewal', { catr: { type: 'header', expadd: 120, deadline: 60 } }, {}, 'ok'],
    ['catif', { catif: { exp: [302, { Location: 'https://x' }] } }, {}, 'catif'],
  ])('with %s', async (_, claims, options, expected) => {
    const made = { type: 'mac', alg: 'HS256', kid: 'k' } as const;
    const token = await nodeCat(true).generateFromJson({ exp, ...claims }, made);
    const format = commonAccessToken({ keys, carrier: 'header', param: 'h', ...options });
    const verdict = await format.verify({ url: url.href, headers: new Headers({ h: token }) }, now);
    expect(verdict.ok ? 'ok' : verdict.claim).toBe(expected);
  });
});

describe('tokens of ours at @eyevinn/cat', () => {
  test.each<[CatProfile, boolean, string, string]>([
    ['cta', true, 'yes', 'no'],
    ['cta', false, 'yes', 'no'],
    ['akamai', false, 'yes', 'no'],
    ['akamai', true, 'error', 'error'],
    // it looks for 312, and finds nothing that restricts: docs/cat.md warns of it
    ['cloudfront', true, 'yes', 'yes'],
  ])('profile %s, expectCwtTag %s: its folder %s, another %s', async (profile, expectCwtTag, folder, elsewhere) => {
    const { query } = await commonAccessToken({ keys, profile }).sign(url, exp);
    const token = Object.values(query!)[0]!;
    const judged = async (target: URL): Promise<string> => {
      try {
        const { error } = await nodeCat(expectCwtTag).validate(token, 'mac', { issuer: 'i', url: target });
        return error ? 'no' : 'yes';
      } catch {
        return 'error';
      }
    };
    expect(await judged(url)).toEqual(folder);
    expect(await judged(other)).toEqual(elsewhere);
  });
});
