import { describe, expect, test } from 'vitest';
import {
  bunny,
  cloudCdn,
  cloudFront,
  cloudflare,
  createSigningEndpoint,
  edgeAuth,
  fastly,
  mediaCdn,
  secureLink,
  secureLinkLayouts as layouts,
  azion,
  wowza,
} from '../../../../packages/server/src/index.ts';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { cloudflareStream, mux } from '../../../../packages/server/src/jwt.ts';
import { hex, key32, refusesToSign, rsa, secret } from '../../../support/signed-text.ts';

describe('options', () => {
  const link = (options: object): unknown => secureLink({ secret, ...layouts.keyCdn, ...options });
  test.each<[string, () => unknown]>([
    ['hash', () => link({ hash: '{path}{expires}' })],
    ['hash', () => link({ hash: '{secret}{expires}' })],
    ['query', () => link({ query: { token: '{token}' } })],
    ['query', () => link({ base: '/{token}/{expires}' })],
    ['pathForm', () => azion({ secret, pathForm: 'other' as never })],
    ['params', () => azion({ secret, params: { token: 'st', expires: 'ST' } })],
    ['exact', () => edgeAuth({ key: 'ab', exact: 'false' as never })],
    ['carrier', () => cloudCdn({ keys: [{ name: 'k', key: key32 }], carrier: 'path' as never })],
    ['key', () => edgeAuth({ key: 'xyz' })],
    ['acl', () => edgeAuth({ key: 'ab', acl: [] })],
    ['acl', () => edgeAuth({ key: 'ab', acl: '/*', exact: true })],
    ['algorithm', () => edgeAuth({ key: 'ab', algorithm: 'crc' as never })],
    ['param', () => edgeAuth({ key: 'ab', param: 'a b' })],
    ['cookie.domain', () => edgeAuth({ key: 'ab', carrier: 'cookie', cookie: { domain: 'a;b' } })],
    ['cookie.path', () => edgeAuth({ key: 'ab', carrier: 'cookie', cookie: { path: 'a' } })],
    ['tokenPath', () => bunny({ secret, tokenPath: 'a' })],
    ['ignoreParams', () => bunny({ secret, ignoreParams: true })],
    ['key', () => fastly({ key: '???' })],
    ['keys', () => mediaCdn({ keys: [] })],
    ['key', () => mediaCdn({ keys: [{ name: 'k', key: 'AAAA' }] })],
    ['exact', () => mediaCdn({ keys: [{ name: 'k', key: 'A'.repeat(43) }], exact: true })],
    ['params', () => wowza({ secret, params: { other: '1' } })],
  ])('%s is named at once', (name, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${name}:`) }));
  });

  test('a token in the path of one file is for links: the endpoint does not hand it to players', async () => {
    const errors: unknown[] = [];
    const endpoint = createSigningEndpoint({
      format: secureLink({ secret, hash: '{secret}{path}{expires}', base: '/{token}/{expires}' }),
      authorize: () => true,
      allow: 'https://h/',
      ttl: 60,
      onError: (error) => errors.push(error),
    });
    const headers = { 'Content-Type': 'application/json' };
    const request = new Request('https://h/', { method: 'POST', headers, body: '{"urls":["https://h/a.ts"]}' });
    expect((await endpoint(request)).status).toBe(503);
    expect(String(errors[0])).toMatch(/links, not for players/);
  });
});

test('claims of the team take the place of none that the format makes', () => {
  const keys = [{ id: 'k', key: rsa }];
  for (const name of ['sub', 'aud', 'kid', 'exp']) {
    expect(() => mux({ keys, params: { [name]: 'x' } })).toThrow(/^params:/);
    if (name !== 'aud') expect(() => cloudflareStream({ keys, params: { [name]: 'x' } })).toThrow(/^params:/);
  }
  for (const label of [4, 310, 312]) {
    expect(() => commonAccessToken({ keys: [{ id: 'k', ...hex }], claims: new Map([[label, 1]]) })).toThrow(/^claims:/);
  }
});

test('a text where a number is due switches nothing off', async () => {
  const makers: Record<string, (option: object) => unknown> = {
    azion: (option) => azion({ secret, ...option }),
    secureLink: (option) => secureLink({ secret, ...layouts.keyCdn, ...option }),
    cloudflare: (option) => cloudflare({ secret, ttl: 60, ...option }),
    edgeAuth: (option) => edgeAuth({ ...hex, ...option }),
    mux: (option) => mux({ keys: [{ id: 'k', key: rsa }], ...option }),
    cat: (option) => commonAccessToken({ keys: [{ id: 'k', ...hex }], ...option }),
  };
  const timed: Record<string, readonly string[]> = {
    startsAt: ['edgeAuth'],
    depth: ['azion', 'secureLink', 'edgeAuth', 'cat'],
    validity: ['secureLink'],
    ttl: ['cloudflare'],
    maxTtl: Object.keys(makers),
  };
  for (const [option, names] of Object.entries(timed)) {
    for (const name of names) {
      for (const value of ['60', '1795500000', NaN, -1, null]) {
        expect(() => makers[name]!({ [option]: value }), `${name} ${option} ${value}`).toThrow(
          expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${option}:`) }),
        );
      }
    }
  }
});

test('a parameter of another kind of token that would stay in the URL is not signed over', async () => {
  const google = { keys: [{ name: 'k', key: key32 }] };
  await refusesToSign(bunny({ secret, carrier: 'query', exact: true }), '/a?token_path=/');
  await refusesToSign(bunny({ secret, carrier: 'query', ignoreParams: true }), '/a?limit=5');
  await refusesToSign(wowza({ secret }), '/vod/a?wowzatokenstarttime=1795500000');
  await refusesToSign(mediaCdn({ ...google, carrier: 'query', exact: true }), '/a?URLPrefix=x');
  await refusesToSign(
    cloudFront({ keys: [{ id: 'K', privateKey: rsa }], carrier: 'query', hash: 'SHA1' }),
    '/a?Hash-Algorithm=SHA256',
  );
});
