import { describe, expect, test } from 'vitest';
import { bunny } from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { HOST, NOW, SOON, refusesToSign, secret, sign } from '../../../support/signed-text.ts';
import { requestWith } from '../../../support/token-request.ts';

describe('bunny', () => {
  const exact = (version: 2 | 3, more = {}): VerifyingTokenFormat =>
    bunny({ secret, carrier: 'query', exact: true, version, ...more });

  test.each([2, 3] as const)('version %i: a signed query has one spelling and no separators in it', async (version) => {
    for (const query of [
      'a=1%26token_path=/vod/',
      'a=1%26token_path%3D%2Fvod%2F',
      'a=b%3Dc',
      'a=b=c',
      '1a=b',
      'x1795500000y=b',
      'xtoken_path=%2F',
      'a',
      'a=',
      '=b',
      'a=1&&b=2',
      '?',
      '%61=1',
      'a=%41',
      'a=1+2',
      'a%3D=1',
    ]) {
      await refusesToSign(exact(version), `/vod/?${query}`);
    }
    await expect(sign(exact(version), '/vod/?b=1&a=%26'.replace('%26', '%20'))).resolves.toBeDefined();
  });

  test('options that are written into the token have no separators in them', () => {
    for (const [name, value] of [
      ['limit', '5&token_path=/'],
      ['limit', 0.5],
      ['countries', ['CA&token_path=/']],
      ['countries', []],
      ['countriesBlocked', ['ca']],
      ['tokenPath', '/a//b/'],
      ['tokenPath', '/../'],
      ['ip', '1.2.3'],
    ] as const) {
      expect(() => bunny({ secret, [name]: value }), name).toThrow(new RegExp(`^${name}:`));
    }
  });

  const judged = async (signing: VerifyingTokenFormat, verifying: VerifyingTokenFormat): Promise<string> => {
    const url = `${HOST}/vod/7/index.m3u8`;
    const verdict = await verifying.verify(requestWith(url, await signing.sign(new URL(url), SOON)), NOW);
    return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
  };

  test('an IPv6 client keeps its token while it changes the last 64 bits of its address', async () => {
    const from = (ip: string): VerifyingTokenFormat => bunny({ secret, ip });
    expect(await judged(from('2001:db8:1:2::1'), from('2001:db8:1:2:ffff::9'))).toBe('ok');
    expect(await judged(from('2001:db8:1:2::1'), from('2001:db8:1:3::1'))).toBe('403 signature');
  });

  test('not from another country, nor from one that is not known', async () => {
    const allowed = bunny({ secret, countries: ['CA', 'US'] });
    const blocked = bunny({ secret, countriesBlocked: ['RU'] });
    const from = (country?: string): VerifyingTokenFormat =>
      bunny({ secret, ...(country !== undefined && { country }) });
    for (const [token, country, expected] of [
      [allowed, 'US', 'ok'],
      [allowed, 'RU', '403 signature'],
      [allowed, undefined, '403 signature'],
      [allowed, 'us', 'ok'],
      [allowed, 'US-CA', 'ok'],
      [allowed, '', '403 signature'],
      [blocked, 'US', 'ok'],
      [blocked, 'de-by', 'ok'],
      ...['RU', undefined, 'ru', 'RU-MOW', 'ru-mow', '', 'Russia', 'RU ', 'T1', 'XX', 'zz'].map(
        (country) => [blocked, country, '403 signature'] as const,
      ),
    ] as const) {
      expect(await judged(token, from(country)), String(country)).toBe(expected);
    }
  });

  test('a folder opens no URL with a query, unless the query is not signed', async () => {
    await refusesToSign(bunny({ secret, carrier: 'query' }), '/vod/7/a.ts?x=1');
    for (const options of [{ exact: true }, {}, { carrier: 'query', ignoreParams: true }] as const)
      await expect(sign(bunny({ secret, ...options }), '/vod/7/a.ts?x=1')).resolves.toBeDefined();
  });
});
