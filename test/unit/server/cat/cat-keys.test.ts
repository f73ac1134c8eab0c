import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import type { CatAlgorithm, CatKey } from '../../../../packages/server/src/cat.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const url = 'https://cdn.example.com/vod/7/index.m3u8';
const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const pem = (key: KeyObject): string =>
  key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();
const jwk = (key: KeyObject): object => key.export({ format: 'jwk' });
const formatOf = (algorithm: CatAlgorithm, key: CatKey['key']): VerifyingTokenFormat =>
  commonAccessToken({ keys: [{ id: 'k', key }], algorithm });
const statusOf = async (format: VerifyingTokenFormat, request: Request, now = NOW): Promise<string> => {
  const verdict = await format.verify(request, now);
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};

test('commonAccessToken by ES256 writes the smaller s: one library refuses the other', async () => {
  const format = formatOf('ES256', pem(pairs.ES256.privateKey));
  const halfOfOrder = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;
  for (let i = 0; i < 20; i++) {
    const token = await format.sign(new URL(url), NOW + i);
    const s = Buffer.from(token.query!.cat!, 'base64url').subarray(-32).toString('hex');
    expect(BigInt(`0x${s}`) <= halfOfOrder, s).toBe(true);
    expect(await statusOf(format, requestWith(url, token), NOW - 1)).toBe('ok');
  }
});

describe.each(['ES256', 'PS256'] as const)('commonAccessToken by %s', (algorithm) => {
  const { privateKey, publicKey } = pairs[algorithm];

  test('signs with a private key, and verifies with it or with the public one alone, in PEM or as JWK', async () => {
    for (const signing of [pem(privateKey), jwk(privateKey)]) {
      const token = await formatOf(algorithm, signing).sign(new URL(url), NOW + 60);
      for (const key of [pem(privateKey), jwk(privateKey), pem(publicKey), jwk(publicKey)]) {
        const format = formatOf(algorithm, key);
        expect(await statusOf(format, requestWith(url, token))).toBe('ok');
        expect(await statusOf(format, requestWith(url, token), NOW + 60)).toBe('410 expired');
      }
    }
  });

  test('a public key signs nothing, renews nothing, and says why', async () => {
    for (const key of [pem(publicKey), jwk(publicKey)]) {
      const format = formatOf(algorithm, key);
      await expect(async () => format.sign(new URL(url), NOW + 60)).rejects.toMatchObject({
        code: 'ERR_OPTIONS',
        message: expect.stringContaining('public'),
      });
      expect(format.renew).toBeUndefined();
    }
  });

  test('a key of another kind is an error that holds nothing of it', async () => {
    const other = pairs[algorithm === 'ES256' ? 'PS256' : 'ES256'];
    const token = await formatOf(algorithm, pem(privateKey)).sign(new URL(url), NOW + 60);
    for (const key of [pem(other.privateKey), jwk(other.publicKey)]) {
      const failed = statusOf(formatOf(algorithm, key), requestWith(url, token));
      await expect(failed).rejects.toThrow(new RegExp(`^keys: A key is not one of ${algorithm}`));
    }
    for (const key of ['x', '00'.repeat(32), '-----BEGIN RSA PRIVATE KEY-----'])
      expect(() => formatOf(algorithm, key)).toThrow(/^keys: A key cannot be read/);
  });
});

test('a MAC under the public key is none of ours, whatever its header says', async () => {
  const open = pem(pairs.ES256.publicKey);
  const mac = commonAccessToken({ keys: [{ id: 'k', key: Buffer.from(open).toString('hex') }] });
  const token = await mac.sign(new URL(url), NOW + 60);
  expect(await statusOf(formatOf('ES256', open), requestWith(url, token))).toBe('403 signature');
});

test('a shared key may be a JWK', async () => {
  const bytes = Buffer.alloc(32, 7);
  const shared = { kty: 'oct', k: bytes.toString('base64url') };
  const token = await formatOf('HS256', shared).sign(new URL(url), NOW + 60);
  expect(await statusOf(formatOf('HS256', bytes.toString('hex')), requestWith(url, token))).toBe('ok');
  for (const wrong of [{ kty: 'oct' }, { kty: 'oct', k: '' }, { kty: 'oct', k: '*' }, { kty: 'EC', k: 'AAAA' }, null])
    expect(() => formatOf('HS256', wrong as never)).toThrow(/^key:/);
});

test('keys that cannot work are refused at once', () => {
  for (const key of ['', 'xyz', pem(pairs.ES256.publicKey)]) expect(() => formatOf('HS256', key)).toThrow(/^key:/);
  expect(() =>
    commonAccessToken({
      keys: [{ id: 'k', key: pem(pairs.ES256.privateKey) }],
      algorithm: 'ES256',
      profile: 'cloudfront',
    }),
  ).toThrow(/^algorithm: .*CloudFront/);
});
