import { describe, expect, test } from 'vitest';
import {
  azion,
  createSigningEndpoint,
  secureLink,
  secureLinkLayouts as layouts,
} from '../../../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { HOST, SOON, refusesToSign, secret, verdictOf } from '../../../support/signed-text.ts';

test('a folder of Gcore is without those below: a player gets one token a URL', async () => {
  const urls = ['/a/i.m3u8', '/a/1.ts', '/a/b/1.ts'].map((pathname) => HOST + pathname);
  const format = secureLink({ secret, ...layouts.gcoreFolder });
  const endpoint = createSigningEndpoint({ format, authorize: () => true, allow: HOST, ttl: 300 });
  const headers = { 'Content-Type': 'application/json' };
  const request = new Request('https://h/', { method: 'POST', headers, body: JSON.stringify({ urls }) });
  const { tokens } = (await (await endpoint(request)).json()) as { tokens: SignedToken[] };
  expect(tokens.map(({ url, prefix }) => [url, prefix])).toEqual(urls.map((url) => [url, undefined]));
  expect(tokens[0]!.query).toEqual(tokens[1]!.query);
  expect(tokens[0]!.query).not.toEqual(tokens[2]!.query);
});

describe('an address behind the path', () => {
  const bound = (ip: string, hash: string = layouts.gcore.hash): VerifyingTokenFormat =>
    secureLink({ secret, ...layouts.gcore, hash, ...(ip && { ip }) });

  test('makes a path that could be read with more of it malformed', async () => {
    await refusesToSign(bound('1.2.3.4'), '/ch1');
    expect(await verdictOf(bound('1.2.3.4'), `${HOST}/ch1?md5=${'A'.repeat(22)}&expires=${SOON}`)).toBe('malformed');
  });
});

const sample = { query: { t: '{token}', e: '{expires}' } };

test.each([
  ['{expires}{path}{ip} {secret}', ['correct horse', 'horse']],
  ['{expires}{path}{ip}{secret}', ['bx', 'x']],
  ['{secret}{ip}{path}{expires}', ['s', 's1']],
  ['{secret}:{relativePath}:{expires}', ['k:x', 'k']],
  ['{path}{secret}{expires}', ['x', 'ax']],
])('%s: of two secrets, none is the beginning or the end of the other (%j)', (hash, secrets) => {
  expect(() => secureLink({ secrets, hash, ...sample })).toThrow(/^secret: /);
  expect(() => secureLink({ secrets: ['one secret', 'another'], hash, ...sample })).not.toThrow();
  // where nothing variable follows
  expect(() => secureLink({ secrets: ['summer', 'summer2'], ...layouts.nginx })).not.toThrow();
});

/** An expiry whose digits repeat, so that it looks the same a digit earlier or later. */
const EXPIRES = 1_111_111_111;
const addresses = ['1.2.3.4', '1.2.3.41', '1.2.3.11', '11.2.3.4', '::1', '::11', '1::', '11::', ''];
const paths = ['/f', '/1/f', '/11/f', '/a/f', '/1x', '/11x', '/x1', '/x11', '/x1/f', '/xa/f', '/x:', '/x.', '/', '/1'];
const pathNames = ['path', 'relativePath', 'directory', 'folder'];

const isAccepted = (hash: string): boolean => {
  try {
    secureLink({ secret, hash, ...sample });
    return true;
  } catch {
    return false;
  }
};
/** `undefined` for a path that is not signed. */
const signed = (format: VerifyingTokenFormat, path: string): string | undefined => {
  try {
    return Object.values((format.sign(new URL(HOST + path), EXPIRES) as SignedToken).query!)[0];
  } catch {
    return undefined;
  }
};
/** Two addresses and paths that have one token: the format signs the same text for both. */
const collisionsOf = (hash: string): string[] => {
  const byToken = new Map<string, string>();
  const isFolder = /\{(?:directory|folder)\}/.test(hash);
  return addresses.flatMap((ip) => {
    const format = secureLink({ secret, hash, ...sample, ip });
    return paths.flatMap((path) => {
      const token = signed(format, path);
      if (token === undefined) return [];
      const opened = `${isFolder ? path.slice(0, path.lastIndexOf('/') + 1) : path} from ${ip}`;
      const other = byToken.get(token) ?? opened;
      byToken.set(token, other);
      return other === opened ? [] : [`${hash}: ${other}, and ${opened}`];
    });
  });
};

test('what a template hashes has one reading, in every order of the fields, with a character between two or none', () => {
  const orders = (names: readonly string[]): string[][] =>
    names.length < 2
      ? [[...names]]
      : names.flatMap((name) => orders(names.filter((each) => each !== name)).map((others) => [name, ...others]));
  const texts = [[], ...['1', 'a', ':', '-'].flatMap((text) => [[text], ['', text], ['', '', text]])];
  const templates = pathNames
    .flatMap((path) => orders(['secret', 'expires', 'ip', path]))
    .flatMap((order) => texts.map((each) => order.map((name, i) => `{${name}}${each[i] ?? ''}`).join('')));
  const accepted = templates.filter(isAccepted);
  expect(templates).toHaveLength(1248);
  expect(accepted).toHaveLength(1016);
  expect(accepted.flatMap((hash) => collisionsOf(hash).slice(0, 1))).toEqual([]);
}, 60_000);

test.each([
  '{ip}1{expires}{relativePath}{secret}',
  '{ip}-{expires}{ip}{relativePath}{secret}',
  '{secret}17{relativePath}{expires}',
  '{path}{expires}{expires}{ip}{secret}',
  '{secret}{expires}{path}.{ip}',
  '{secret}{relativePath}{expires}',
  '{secret}{path}{directory}{expires}',
  '{secret}{uri}{path}{expires}',
  '{secret}folder:/a{directory}{expires}',
])('%s, which has two readings or two paths, is refused', (hash) =>
  expect(() => secureLink({ secret, hash, ...sample })).toThrow(/^hash: /),
);

test('with an HMAC, the secret is the key and no part of the text, and a rotation may have any secrets', () => {
  const hmac = { algorithm: 'hmac-sha256', ...sample } as const;
  expect(() => secureLink({ secret, ...hmac, hash: '{secret}{path}{expires}' })).toThrow(/^hash: .*HMAC/);
  expect(() => secureLink({ secret, ...sample, hash: '{path}{expires}' })).toThrow(/^hash: /);
  expect(() => secureLink({ secrets: ['xa', 'a'], ...hmac, hash: '{path}{expires}' })).not.toThrow();
});

test.each([
  ['sha1', 'base64url', 27, 'hex'],
  ['hmac-sha256', 'base64url=', 44, 'base64url'],
  ['sha256', 'hex', 64, 'base64url'],
] as const)('a token of %s in %s has %i characters, and one of another form is malformed', async (...row) => {
  const [algorithm, encoding, length, other] = row;
  const hash = algorithm === 'hmac-sha256' ? '{path}{expires}' : '{path}{secret}{expires}';
  const url = new URL(`${HOST}/vod/7/a.m3u8`);
  const of = (each: typeof encoding | typeof other): VerifyingTokenFormat =>
    secureLink({ secret, hash, algorithm, encoding: each, ...sample });
  const { t, e } = (await of(encoding).sign(url, SOON)).query!;
  expect(t).toHaveLength(length);
  expect(await verdictOf(of(encoding), `${url.href}?t=${t}&e=${e}`)).toBe('ok');
  expect(await verdictOf(of(other), `${url.href}?t=${t}&e=${e}`)).toBe('malformed');
  // the same bits in a second spelling
  if (encoding === 'base64url')
    expect(await verdictOf(of(encoding), `${url.href}?t=${t!.slice(0, -1)}B&e=${e}`)).toBe('malformed');
});

test('with one secret, no path has the token of a folder of azion, unless the layout is that of the folder', () => {
  const mark = 'folder:';
  const literals = ['', ...Array.from(mark, (_, i) => mark.slice(0, i + 1)), 'folder:/', 'folder:/v', '1', ':', 'x'];
  const names = literals.map((text) => 'folder:/vod/'.slice(text.length));
  const asked = [...names, '/vod/', '/od/', '/a/vod/'].flatMap((name) => [name.replace(/^(?!\/)/, '/'), `/${name}`]);
  const folders = ['/vod/', '/v/od/', '/v/'].map((path) => {
    const format = azion({ secret, depth: path.split('/').length - 2 });
    return signed(format, `${path}a`);
  });
  const accepted = pathNames
    .flatMap((name) => literals.map((text) => `{secret}${text}{${name}}{expires}`))
    .filter(isAccepted);
  const same = accepted.filter((hash) => {
    const format = secureLink({ secret, hash, ...sample });
    return asked.some((path) => folders.includes(signed(format, path) ?? ''));
  });
  expect(same).toEqual(['{secret}folder:{directory}{expires}']);
  expect(accepted).toHaveLength(33);
});
