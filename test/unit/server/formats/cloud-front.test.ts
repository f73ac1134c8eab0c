import { getSignedCookies, getSignedUrl } from '@aws-sdk/cloudfront-signer';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cloudFront, signUrl } from '../../../../packages/server/src/index.ts';
import type { CloudFrontOptions, SignedToken } from '../../../../packages/server/src/index.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const url = 'https://d111.cloudfront.net/vod/7/master.m3u8';
const pem = { type: 'pkcs8', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = [{ id: 'K1', privateKey: rsa.privateKey.export(pem).toString() }];
const ecKeys = [{ id: 'K2', privateKey: ec.privateKey.export(pem).toString() }];
const aws = { keyPairId: 'K1', privateKey: keys[0]!.privateKey };
const dateLessThan = new Date(NOW * 1000).toISOString();
const policyOf = (resource: string): string =>
  `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${NOW}}}}]}`;
const cookiesOf = ({ setCookie = [] }: SignedToken): Record<string, string> =>
  Object.fromEntries(setCookie.map((cookie) => cookie.split(';')[0]!.split('=') as [string, string]));
const verdictOf = async (
  request: Request,
  options: Partial<CloudFrontOptions> = {},
  now = NOW - 1,
): Promise<string> => {
  const verdict = await cloudFront({ keys, ...options }).verify(request, now);
  return verdict.ok ? `ok ${verdict.url}` : `${verdict.status} ${verdict.reason}`;
};

describe('cloudFront', () => {
  test('canned URL: byte for byte what the AWS SDK signs', async () => {
    for (const target of [url, `${url}?a=1&b=2`]) {
      const theirs = getSignedUrl({ ...aws, url: target, dateLessThan });
      const format = cloudFront({ keys, carrier: 'query', exact: true, hash: 'SHA1' });
      const ours = new URL(await signUrl(target, { format, expires: NOW }));
      expect(Object.fromEntries(ours.searchParams)).toEqual(Object.fromEntries(new URL(theirs).searchParams));
      expect(await format.verify(new Request(theirs), NOW - 1)).toMatchObject({ ok: true, url: target });
    }
  });

  test('wildcard policy in the query and in cookies: what the AWS SDK signs', async () => {
    const policy = policyOf('https://d111.cloudfront.net/vod/7/*');
    const inQuery = await cloudFront({ keys, carrier: 'query', hash: 'SHA1' }).sign(new URL(url), NOW);
    const theirs = new URL(getSignedUrl({ ...aws, url, policy }));
    expect(inQuery).toEqual({
      prefix: 'https://d111.cloudfront.net/vod/7/',
      expires: NOW,
      query: Object.fromEntries(theirs.searchParams),
    });
    const inCookies = await cloudFront({ keys, hash: 'SHA1', cookie: { domain: 'example.com' } }).sign(
      new URL(url),
      NOW,
    );
    expect(cookiesOf(inCookies)).toEqual(getSignedCookies({ ...aws, url, policy }));
    expect(inCookies).toMatchObject({ prefix: 'https://d111.cloudfront.net/vod/7/', credentials: true });
    expect(inCookies.setCookie?.[0]).toMatch(
      /^CloudFront-Policy=[^;]+; Domain=example\.com; Path=\/; Expires=.* GMT; Secure; HttpOnly; SameSite=None$/,
    );
  });

  test('ECDSA signatures are DER, as OpenSSL checks them', async () => {
    for (let i = 0; i < 20; i++) {
      const { query = {} } = await cloudFront({ keys: ecKeys, carrier: 'query' }).sign(new URL(url), NOW);
      const signature = query.Signature!.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/');
      const policy = policyOf('https://d111.cloudfront.net/vod/7/*');
      expect(createVerify('sha256').update(policy).verify(ec.publicKey, signature, 'base64')).toBe(true);
    }
  });

  test.each<[string, Partial<CloudFrontOptions>]>([
    ['RSA SHA-1 query', { carrier: 'query', hash: 'SHA1' }],
    ['ECDSA query', { carrier: 'query', keys: ecKeys }],
    ['start and range', { startsAt: NOW - 100, ipRange: '203.0.113.0/24', ip: '203.0.113.9' }],
  ])('%s: accepted before its expiry', async (_, options) => {
    const format = cloudFront({ keys, ...options });
    const token = await format.sign(new URL(url), NOW);
    const request = requestWith(url, token);
    expect(await verdictOf(request, options)).toBe(`ok ${url}`);
    expect(await verdictOf(request, options, NOW)).toBe('410 expired');
    expect(await verdictOf(request, { ...options, maxTtl: 1 }, NOW - 10)).toBe('403 malformed');
  });

  test('a canned policy opens its URL with its query', async () => {
    const canned = await cloudFront({ keys, exact: true }).sign(new URL(url), NOW);
    expect(await verdictOf(requestWith(`${url}?x=1`, canned), { exact: true })).toBe('403 signature');
  });

  test('the configuration decides, not the token: hash, kind of policy, carrier, key, range', async () => {
    const token = await cloudFront({ keys, carrier: 'query', hash: 'SHA1' }).sign(new URL(url), NOW);
    const query = { carrier: 'query' } as const;
    expect(await verdictOf(requestWith(url, token), query)).toBe('403 malformed');
    expect(await verdictOf(requestWith(url, token), { ...query, hash: 'SHA1', exact: true })).toBe('403 missing');
    expect(await verdictOf(requestWith(url, token), { hash: 'SHA1' })).toBe('403 missing');
    const other = [{ id: 'K1', privateKey: ec.privateKey.export(pem).toString() }];
    expect(await verdictOf(requestWith(url, token), { ...query, hash: 'SHA1', keys: other })).toBe('403 signature');
    const bound = await cloudFront({ keys, ipRange: '2001:db8::/32' }).sign(new URL(url), NOW);
    expect(await verdictOf(requestWith(url, bound))).toBe('403 signature');
    expect(await verdictOf(requestWith(url, bound), { ip: '2001:db8::1' })).toMatch(/^ok/);
    expect(await verdictOf(requestWith(url, bound), { ip: '2001:db9::1' })).toBe('403 signature');
  });

  test('refuses keys that WebCrypto cannot read, and says how to convert them', () => {
    const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    for (const privateKey of [pkcs1, 'x', '']) {
      expect(() => cloudFront({ keys: [{ id: 'K1', privateKey }] })).toThrow(/^privateKey: .*openssl pkcs8 -topk8/);
    }
    expect(() => cloudFront({ keys: [] })).toThrow(/^keys:/);
    expect(() => cloudFront({ keys, exact: true, startsAt: NOW })).toThrow(/^exact:/);
  });
});
