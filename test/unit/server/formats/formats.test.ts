import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bunny,
  cloudCdn,
  cloudFront,
  cloudflare,
  edgeAuth,
  fastly,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  azion,
  signPlaylist,
  signUrl,
  wowza,
} from '../../../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { jwt } from '../../../../packages/server/src/jwt.ts';
import { setUp } from '../../../support/edge.ts';
import { base64Key, hexKey, secret } from '../../../support/format-samples.ts';
import { endpoint, post } from '../../../support/signing-endpoint.ts';
import { changedTokens, flippedTokens, requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const google = [{ name: 'k', key: base64Key }];
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = [{ id: 'K', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }];
const link = (layout: keyof typeof layouts, more = {}): VerifyingTokenFormat =>
  secureLink({ secret, ...layouts[layout], ...more });

/** One of each kind of token of each format that players can use. */
const formats: Record<string, VerifyingTokenFormat> = {
  azion: azion({ secret }),
  cdn77: link('cdn77'),
  'cdn77 path': link('cdn77Path'),
  gcore: link('gcore', { ip: '203.0.113.9' }),
  'gcore folder': link('gcoreFolder'),
  bunnyBasic: link('bunnyBasic'),
  alibabaC: link('alibabaCQuery'),
  tencentA: link('tencentA'),
  'nginx path': secureLink({ secret, hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}', depth: 1 }),
  'edgeAuth folder': edgeAuth({ key: hexKey }),
  'edgeAuth exact': edgeAuth({ key: hexKey, exact: true, salt: 'salt', escape: true }),
  'edgeAuth cookie': edgeAuth({ key: hexKey, carrier: 'cookie', algorithm: 'sha1' }),
  'edgeAuth header': edgeAuth({ key: hexKey, carrier: 'header', algorithm: 'md5' }),
  'bunny path': bunny({ secret }),
  'bunny query': bunny({ secret, carrier: 'query', ignoreParams: true, depth: 1 }),
  'bunny exact': bunny({ secret, carrier: 'query', exact: true }),
  'bunny 2': bunny({ secret, version: 2, ip: '203.0.113.9' }),
  fastly: fastly({ key: base64Key }),
  cloudflare: cloudflare({ secret, ttl: 3600 }),
  cloudCdn: cloudCdn({ keys: google }),
  'cloudCdn exact': cloudCdn({ keys: google, exact: true }),
  'cloudCdn cookie': cloudCdn({ keys: google, carrier: 'cookie' }),
  'mediaCdn path': mediaCdn({ keys: google }),
  mediaCdnToken: mediaCdnToken({ keys: [google[0]!.key] }),
  'mediaCdnToken exact': mediaCdnToken({ keys: [google[0]!.key], algorithm: 'sha256', exact: true }),
  'cloudFront cookie': cloudFront({ keys }),
  'cloudFront exact': cloudFront({ keys, carrier: 'query', exact: true }),
  wowza: wowza({ secret }),
  cat: commonAccessToken({ keys: [{ id: 'k', key: hexKey }] }),
  jwt: jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: ({ pathname }) => ({ path: pathname }) }),
};

const word = fc.string({ unit: fc.constantFrom(...Array.from('abz019-_. é日%+&=#')), minLength: 1, maxLength: 8 });
const path = fc
  .array(
    // what servers read in two ways: test/unit/server/url/path-spellings.test.ts
    word.filter((text) => !/[. ]$|%[\da-f]{2}|^\.\.?(?: [. ]*)?#/.test(text)),
    { minLength: 1, maxLength: 4 },
  )
  .map((words) => `/${words.map(encodeURIComponent).join('/')}`);
const query = fc.constantFrom('', '?', '?a=1&b=%20', '?x', '?a=1&a=2');
const opened = (token: SignedToken): string => token.prefix ?? token.url!;

describe.each(Object.entries(formats))('%s', (name, format) => {
  test('what it signs it accepts, and forwards without the token', async () => {
    const property = fc.asyncProperty(
      path,
      query,
      fc.integer({ min: 120, max: 3600 }),
      async (pathname, asked, lifetime) => {
        // Bunny leaves empty parameters out of what it hashes, so they are refused where it signs the query
        const search = name === 'bunny exact' && asked === '?x' ? '' : asked;
        const url = HOST + pathname + search;
        const token = await format.sign(new URL(url), NOW + lifetime);
        expect(token.expires).toBeLessThanOrEqual(NOW + lifetime);
        expect(token.expires).toBeGreaterThan(NOW + lifetime - 60);
        expect(url.startsWith(opened(token).split('?')[0]!)).toBe(true);
        const verdict = await format.verify(requestWith(url, token), NOW);
        expect(verdict).toMatchObject({ ok: true, expires: token.expires });
        const forwarded = new URL(verdict.ok ? verdict.url : '');
        expect(decodeURIComponent(forwarded.pathname)).toBe(decodeURIComponent(pathname));
        expect(forwarded.search).toBe(new URL(url).search);
        expect(await format.verify(requestWith(url, token), token.expires + 1)).toMatchObject({ status: 410 });
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  test('nothing of a token can be changed, and it opens nothing else', async () => {
    const url = `${HOST}/vod/7/index.m3u8`;
    const token = await format.sign(new URL(url), NOW + 600);
    // of a Common Access Token, one byte says only whether the name of the key is text: test/properties alters it
    for (const changed of name === 'cat' ? changedTokens(token) : flippedTokens(token))
      expect(await format.verify(requestWith(url, changed), NOW)).toMatchObject({ ok: false, status: 403 });
    const { base, prefix, ...rest } = token;
    for (const other of ['/vod2/7/index.m3u8', '/', '/vo', '/VOD/7/index.m3u8', '/other/vod/7/index.m3u8']) {
      // A token in the path is moved in front of the other path, which is what an attacker would do.
      const front = base && prefix ? { base: base.replace(new URL(prefix).pathname, '/'), prefix: `${HOST}/` } : {};
      const request = requestWith(HOST + other, { ...rest, ...front });
      expect(await format.verify(request, NOW), other).toMatchObject({ ok: false, status: 403 });
    }
    expect(await format.verify(new Request(url), NOW)).toMatchObject({ ok: false, status: 403, reason: 'missing' });
    for (const now of [NaN, String(NOW) as never])
      expect(await format.verify(requestWith(url, token), now)).toMatchObject({ reason: 'malformed' });
    expect(await format.verify(requestWith(url, token), NOW - 90_000)).toMatchObject({
      status: 403,
      reason: 'malformed',
    });
  });

  test('signed again, a URL and a playlist have the new token and nothing of the old one', async () => {
    const url = `${HOST}/vod/7/index.m3u8?x=1#t=5`;
    const text =
      '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\na/b.ts\n/vod/7/c.ts\nhttps://cdn.example.com/vod/7/d.ts\n../8/e.ts\n';
    const { headers, credentials } = await format.sign(new URL(url), NOW);
    if (headers || credentials) return;
    const [first, second] = [
      { format, expires: NOW + 600 },
      { format, expires: NOW + 900 },
    ];
    // ECDSA signs differently each time
    const named = (signed: string): string => signed.replace(/Signature=[\w~-]+/g, 'Signature=…');
    expect(named(await signUrl(await signUrl(url, first), second))).toBe(named(await signUrl(url, second)));
    // a path token is inherited by relative URIs, and what was made absolute stays so: the same files, each once
    const filesOf = (playlist: string): string[] =>
      named(playlist)
        .split('\n')
        .map((line) => new URL(line, url).href);
    const again = await signPlaylist(await signPlaylist(text, url, first), url, second);
    expect(filesOf(again)).toEqual(filesOf(await signPlaylist(text, url, second)));
  });

  test('no request makes verify throw', async () => {
    const wild = fc.string({ unit: 'binary' });
    const property = fc.asyncProperty(wild, wild, wild, async (pathname, search, value) => {
      const token = await format.sign(new URL(`${HOST}/a/b`), NOW + 600);
      const names = [...Object.keys(token.query ?? {}), ...Object.keys(token.headers ?? {}), 'Cookie'];
      const text = encodeURIComponent(value.replace(/\p{Surrogate}/gu, ''));
      const request = new Request(`${HOST}/${pathname}?${search}&${names.map((name) => `${name}=${text}`).join('&')}`, {
        headers: Object.fromEntries(names.map((name) => [name, text])),
      });
      expect((await format.verify(request, NOW)).ok).toBe(false);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test('works between a signing endpoint and an edge, which strips it', async () => {
    const { handle, asked } = setUp({ format, protect: '/vod/' });
    const url = `${HOST}/vod/7/index.m3u8`;
    const response = await endpoint({ format })(post({ urls: [url] }));
    const {
      tokens: [token],
    } = (await response.json()) as { tokens: [SignedToken] };
    expect('setCookie' in token).toBe(false);
    const viewer = requestWith(url, { ...token, setCookie: response.headers.getSetCookie() });
    viewer.headers.append('Cookie', `${viewer.headers.has('Cookie') ? '; ' : ''}mine=1`);
    expect((await handle(viewer)).status).toBe(200);
    expect(asked[0]?.url).toEqual(url);
    expect(asked[0]?.headers.get('Cookie')?.replace(/^[;, ]+/, '')).toBe('mine=1');
    for (const name of Object.keys(token.headers ?? {})) expect(asked[0]?.headers.has(name)).toBe(false);
    expect((await handle(new Request(url))).status).toBe(403);
    expect((await handle(new Request(`${HOST}/public/x`))).status).toBe(200);
  });
});
