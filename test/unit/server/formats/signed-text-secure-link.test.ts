import { describe, expect, test } from 'vitest';
import { bunny, secureLink, secureLinkLayouts as layouts, azion } from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { HOST, SOON, refusesToSign, secret, sign, tokenOf, verdictOf } from '../../../support/signed-text.ts';

describe('secureLink', () => {
  const bound = (ip: string, layout: object = layouts.gcore): VerifyingTokenFormat =>
    secureLink({ secret, ...layouts.gcore, ...layout, ...(ip && { ip }) });

  test('an address behind the path is not a part of the path: one of the two readings is refused', async () => {
    const hash = { hash: '{expires}{path}{ip} {secret}' };
    const signatures = async (path: string, ip: string): Promise<string> =>
      tokenOf(bound(ip, hash), path, 'md5').catch(() => 'refused');
    for (const [[path, ip], [other, address]] of [
      [
        ['/ch', '11.2.3.4'],
        ['/ch1', '1.2.3.4'],
      ],
      [
        ['/a.m3u', '85.1.1.1'],
        ['/a.m3u8', '5.1.1.1'],
      ],
      [
        ['/a', '1.2.3.4'],
        ['/a1.2.3.4', ''],
      ],
      [
        ['/a', '2001:db8::1'],
        ['/a200', '1:db8::1'],
      ],
    ] as const) {
      const [one, two] = [await signatures(path, ip), await signatures(other, address)];
      expect([one, two]).toContain('refused');
      expect(one).not.toBe(two);
    }
    expect(await signatures('/a.m3u8', '5.1.1.1')).not.toBe('refused');
    expect(await signatures('/ch', '11.2.3.4')).not.toBe('refused');
    await refusesToSign(bound('1.2.3.4'), '/ch1');
    expect(await verdictOf(bound('1.2.3.4'), `${HOST}/ch1?md5=${'A'.repeat(22)}&expires=${SOON}`)).toBe('malformed');
  });

  test('digits of a repeating expiry are not those of the path and the address', async () => {
    const basic = (ip: string): VerifyingTokenFormat => secureLink({ secret, ...layouts.bunnyBasic, ip });
    for (const format of [basic, (ip: string) => bunny({ secret, version: 2, exact: true, ip })]) {
      await expect(sign(format('11.2.3.4'), '/a', 1_111_111_111)).rejects.toThrow(/^url:/);
      await expect(sign(format('1.2.3.4'), '/a1', 1_111_111_111)).rejects.toThrow(/^url:/);
      await expect(sign(format('1.2.3.4'), '/a1')).resolves.toBeDefined();
    }
    const url = `${HOST}/a1?token=${'A'.repeat(22)}&expires=1111111111`;
    expect(await basic('1.2.3.4').verify({ url, headers: new Headers() }, 1_111_111_000)).toMatchObject({
      reason: 'malformed',
    });
  });

  test('a template has one path, and nothing that is no placeholder', () => {
    for (const hash of [
      '{secret}{path}{directory}{expires}',
      '{secret}{uri}{path}{expires}',
      '{ip}{relativePath}{expires}{secret}',
    ]) {
      expect(() => secureLink({ secret, ...layouts.keyCdn, hash }), hash).toThrow(/^hash:/);
    }
  });

  test('in a rotation no secret is another one with a path', async () => {
    expect(() => azion({ secrets: ['key', 'key/vod'] })).toThrow(/^secret:/);
    expect(() => secureLink({ secrets: ['my key', 'key'], ...layouts.keyCdn })).toThrow(/^secret:/);
    expect(() => azion({ secrets: ['my key', 'key', 'key2', 'key'] })).not.toThrow();
  });

  const sample = { query: { t: '{token}', e: '{expires}' } };

  test.each([
    ['{expires}{path}{ip} {secret}', ['correct horse', 'horse']],
    ['{expires}{path}{ip}{secret}', ['bx', 'x']],
    ['{secret}{ip}{path}{expires}', ['s', 's1']],
    ['{secret}:{relativePath}:{expires}', ['k:x', 'k']],
    ['{path}{secret}{expires}', ['x', 'ax']],
    ['{expires}{path}{ip} {secret}', ['2summer', 'summer']],
  ])('%s: of two secrets, none is the beginning or the end of the other (%j)', (hash, secrets) => {
    expect(() => secureLink({ secrets, hash, ...sample })).toThrow(/^secret: /);
    expect(() => secureLink({ secrets: ['one secret', 'another'], hash, ...sample })).not.toThrow();
    expect(
      () => secureLink({ secrets: ['summer', 'summer2'], ...layouts.nginx }),
      'where nothing variable follows',
    ).not.toThrow();
  });

  test('a path, a time and an address with nothing between need a decimal time', () => {
    const hash = '{secret}{path}{expires}{ip}';
    expect(() => secureLink({ secret: 's', hash, time: 'hex', ...sample })).toThrow(/^hash: /);
    expect(() => secureLink({ secret: 's', hash: '{secret}{path}1{expires}{ip}', ...sample })).toThrow(/^hash: /);
    expect(() => secureLink({ secret: 's', hash, ...sample })).not.toThrow();
  });

  test.each([
    '{secret}:{expires}:{ip}:{relativePath}',
    '{secret}{expires}{ip}1{relativePath}',
    '{secret}{expires}{path}:{ip}',
    '{secret}{expires}{path}.{ip}',
  ])('%s: what stands between path and address could be of either', (hash) =>
    expect(() => secureLink({ secret: 's', hash, ...sample })).toThrow(/^hash: /),
  );
});
