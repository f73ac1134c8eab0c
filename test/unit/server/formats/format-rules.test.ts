import { describe, expect, test } from 'vitest';
import {
  bunny,
  cloudCdn,
  edgeAuth,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  wowza,
} from '../../../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { base64Key, hexKey, secret } from '../../../support/format-samples.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const url = 'https://cdn.example.com/vod/7/index.m3u8';
const hex = { key: hexKey };
const google = { keys: [{ name: 'k', key: base64Key }] };
const media = { keys: [base64Key] };
const verdictOf = async (
  signing: VerifyingTokenFormat,
  verifying: VerifyingTokenFormat,
  now = NOW,
  target = url,
): Promise<string> => {
  const token = await signing.sign(new URL(url), NOW + 60);
  const verdict = await verifying.verify(requestWith(target, token), now);
  return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
};

describe('the configuration decides what kind of token is right, not the token', () => {
  test.each<[string, VerifyingTokenFormat, VerifyingTokenFormat]>([
    ['edgeAuth', edgeAuth(hex), edgeAuth({ ...hex, exact: true })],
    ['bunny', bunny({ secret, carrier: 'query' }), bunny({ secret, carrier: 'query', exact: true })],
    ['cloudCdn', cloudCdn(google), cloudCdn({ ...google, exact: true })],
    ['mediaCdn', mediaCdn({ ...google, carrier: 'query' }), mediaCdn({ ...google, carrier: 'query', exact: true })],
    ['mediaCdnToken', mediaCdnToken(media), mediaCdnToken({ ...media, exact: true })],
  ])('%s: a folder where one URL is due, and the other way round', async (_, folder, exact) => {
    expect(await verdictOf(folder, folder)).toBe('ok');
    expect(await verdictOf(exact, exact)).toBe('ok');
    expect(await verdictOf(folder, exact)).toBe('403 malformed');
    expect(await verdictOf(exact, folder)).toBe('403 malformed');
  });

  test.each<[string, VerifyingTokenFormat, VerifyingTokenFormat]>([
    ['carrier', edgeAuth({ ...hex, carrier: 'cookie' }), edgeAuth(hex)],
    ['carrier', mediaCdn(google), mediaCdn({ ...google, carrier: 'query' })],
    ['carrier', bunny({ secret }), bunny({ secret, carrier: 'query' })],
  ])('%s: a token elsewhere is no token', async (_, elsewhere, here) => {
    expect(await verdictOf(elsewhere, here)).toBe('403 missing');
  });

  test.each<[string, VerifyingTokenFormat, VerifyingTokenFormat]>([
    ['algorithm', edgeAuth({ ...hex, algorithm: 'md5' }), edgeAuth(hex)],
    ['version', bunny({ secret, version: 2 }), bunny({ secret })],
  ])('%s: the weaker one is refused', async (_, weaker, configured) => {
    expect(await verdictOf(weaker, configured)).toMatch(/^403/);
  });
});

describe('what a token says beside its expiry', () => {
  const startsAt = NOW + 10;
  test.each<[string, VerifyingTokenFormat]>([
    ['edgeAuth', edgeAuth({ ...hex, startsAt })],
    ['mediaCdnToken', mediaCdnToken({ ...media, startsAt })],
    ['wowza', wowza({ secret, startsAt })],
  ])('%s: not before its beginning', async (_, format) => {
    expect(await verdictOf(format, format, startsAt - 1)).toBe('403 malformed');
    expect(await verdictOf(format, format, startsAt)).toBe('ok');
  });

  test.each<[string, (ip?: string) => VerifyingTokenFormat]>([
    ['secureLink', (ip) => secureLink({ secret, ...layouts.gcore, ...(ip && { ip }) })],
    ['edgeAuth', (ip) => edgeAuth({ ...hex, ...(ip && { ip }) })],
    ['bunny', (ip) => bunny({ secret, ...(ip && { ip }) })],
    ['wowza', (ip) => wowza({ secret, ...(ip && { ip }) })],
    ['mediaCdnToken', (ip) => mediaCdnToken({ ...media, ipRanges: ['203.0.113.9'], ...(ip && { ip }) })],
  ])('%s: not from another address, nor from one that is not known', async (_, from) => {
    expect(await verdictOf(from('203.0.113.9'), from('203.0.113.9'))).toBe('ok');
    expect(await verdictOf(from('203.0.113.9'), from('203.0.113.8'))).toBe('403 signature');
    expect(await verdictOf(from('203.0.113.9'), from())).toBe('403 signature');
  });
});

describe('a token given twice', () => {
  const twice = async (
    format: VerifyingTokenFormat,
    change: (request: Request, token: SignedToken) => Request,
  ): Promise<string> => {
    const token = await format.sign(new URL(url), NOW + 60);
    const verdict = await format.verify(change(requestWith(url, token), token), NOW);
    return verdict.ok ? 'ok' : `${verdict.status} ${verdict.reason}`;
  };

  test.each<[string, VerifyingTokenFormat]>([
    ['secureLink', secureLink({ secret, ...layouts.keyCdn })],
    ['bunny', bunny({ secret, carrier: 'query' })],
    ['cloudCdn', cloudCdn(google)],
  ])('%s: in the query, also in another spelling', async (_, format) => {
    for (const rename of [
      String,
      (name: string) => name.toUpperCase(),
      (name: string) => `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
    ]) {
      const status = await twice(format, ({ url: target }, { query = {} }) => {
        const [[name, value]] = Object.entries(query) as [[string, string]];
        return new Request(`${target}&${rename(name)}=${encodeURIComponent(value)}`);
      });
      expect(status).toBe('403 malformed');
    }
  });

  test('in a cookie', async () => {
    const format = edgeAuth({ ...hex, carrier: 'cookie' });
    const add =
      (more: string) =>
      (request: Request): Request =>
        new Request(request.url, { headers: { Cookie: `${request.headers.get('Cookie')}; ${more}` } });
    expect(await twice(format, add('other=1'))).toBe('ok');
    expect(await twice(format, add('hdnts=x'))).toBe('403 malformed');
  });
});

test('rotation: every secret verifies, the first one signs', async () => {
  const old = secureLink({ secret: 'old', ...layouts.keyCdn });
  const both = secureLink({ secrets: ['new', 'old'], ...layouts.keyCdn });
  const current = secureLink({ secret: 'new', ...layouts.keyCdn });
  expect(await verdictOf(old, both)).toBe('ok');
  expect(await verdictOf(both, current)).toBe('ok');
  expect(await verdictOf(old, current)).toBe('403 signature');
});
