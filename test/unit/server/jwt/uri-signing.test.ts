import { decodeJwt, exportPKCS8, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSigningEndpoint, signUrl } from '../../../../packages/server/src/index.ts';
import type { Verdict, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { jwt } from '../../../../packages/server/src/jwt.ts';
import type { UriSigningOptions } from '../../../../packages/server/src/jwt.ts';
import { changedTokens, requestWith } from '../../../support/token-request.ts';
import rfc from '../../../vectors/rfc9246.json' with { type: 'json' };

const NOW = 1_795_500_000;
const secret = 'a secret of this test, long enough';
const format = (options: Partial<UriSigningOptions> = {}): VerifyingTokenFormat =>
  jwt({ profile: 'rfc9246', keys: [{ key: secret }], algorithm: 'HS256', ...options });
const url = 'https://cdn.example.com/vod/7/hd/s1.m4s';

const told = (verdict: Verdict): string =>
  verdict.ok
    ? `ok ${verdict.url}`
    : [verdict.status, verdict.reason, verdict.claim].filter((each) => each !== undefined).join(' ');
/** The verdict about a URL with this token in the query. */
const verdictOf = async (by: VerifyingTokenFormat, asked: string, token: string, now = NOW): Promise<string> => {
  const sent = `${asked}${asked.includes('?') ? '&' : '?'}URISigningPackage=${token}`;
  return told(await by.verify({ url: sent, headers: new Headers() }, now));
};
/** A genuine token with claims that `sign` does not make. */
const tokenOf = (claims: Record<string, unknown>): Promise<string> =>
  new SignJWT({ cdniuc: 'regex:^https://cdn\\.example\\.com/.*', exp: NOW + 60, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));

describe('the examples of RFC 9246, Appendix A', () => {
  const exp = 1_646_867_369;
  const verifier = (options: Partial<UriSigningOptions> = {}): VerifyingTokenFormat =>
    jwt({ profile: 'rfc9246', keys: [{ key: rfc.publicKey }], algorithm: 'ES256', ...options });
  const judge = (token: string, asked: string, now = exp - 1, options: Partial<UriSigningOptions> = {}) =>
    verdictOf(verifier(options), asked, token, now);

  test('A.1, simple: opens its one URI for its issuer, until the second of its end', async () => {
    const issuer = { issuer: 'uCDN Inc' };
    expect(await judge(rfc.simple, 'http://cdni.example/foo/bar', exp - 1, issuer)).toBe(
      'ok http://cdni.example/foo/bar',
    );
    expect(await judge(rfc.simple, 'http://cdni.example/foo/bar', exp, issuer)).toBe('410 expired');
    for (const other of [
      'http://cdni.example/foo/ba',
      'https://cdni.example/foo/bar',
      'http://cdni.example/foo/bar?x=1',
    ])
      expect(await judge(rfc.simple, other, exp - 1, issuer), other).toBe('403 signature cdniuc');
    expect(await judge(rfc.simple, 'http://cdni.example/foo/bar', exp - 1, { issuer: 'another' })).toBe(
      '403 signature iss',
    );
    expect(await judge(rfc.simple, 'http://cdni.example/foo/bar')).toBe('403 malformed iss');
  });

  test('A.1, simple: sign makes its claims', async () => {
    const signer = jwt({
      profile: 'rfc9246',
      keys: [{ id: rfc.privateKey.kid, key: rfc.privateKey }],
      algorithm: 'ES256',
      issuer: 'uCDN Inc',
      exact: true,
    });
    const { query } = await signer.sign(new URL('http://cdni.example/foo/bar'), exp);
    expect(decodeJwt(query!.URISigningPackage!)).toEqual(decodeJwt(rfc.simple));
  });

  test('A.2, complex: is refused for the encrypted address of the client, which nobody here reads', async () => {
    const options = { issuer: 'uCDN Inc', audience: 'dCDN LLC' };
    expect(await judge(rfc.complex, 'http://cdni.example/foo/bar/123.png', exp - 1, options)).toBe(
      '403 malformed cdniip',
    );
    expect(await judge(rfc.complex.slice(0, -2), 'http://cdni.example/foo/bar/123.png', exp - 1, options)).toBe(
      '403 signature',
    );
  });

  test('A.3, renewal: both tokens open what their pattern fits, the renewed one 30 seconds longer', async () => {
    const segment = 'http://cdni.example/foo/bar/123.ts';
    expect(await judge(rfc.renewal, segment)).toBe(`ok ${segment}`);
    expect(await judge(rfc.renewal, segment, exp)).toBe('410 expired');
    expect(await judge(rfc.renewed, segment, exp + 29)).toBe(`ok ${segment}`);
    expect(await judge(rfc.renewed, segment, exp + 30)).toBe('410 expired');
    for (const other of ['1234.ts', '12.ts', '12a.ts', '123xts', '123.ts?x', 'x/123.ts'])
      expect(await judge(rfc.renewal, `http://cdni.example/foo/bar/${other}`), other).toBe('403 signature cdniuc');
    expect(await judge(rfc.renewal, 'http://cdnixexample/foo/bar/123.ts')).toBe('403 signature cdniuc');
  });
});

describe("jwt with profile 'rfc9246': sign", () => {
  test('a token opens the folder of its URL on this host, with any query', async () => {
    const token = await format({ depth: 2 }).sign(new URL(`${url}?x=1`), NOW + 60);
    expect(token).toMatchObject({ prefix: 'https://cdn.example.com/vod/7/', expires: NOW + 60 });
    const jws = token.query!.URISigningPackage!;
    expect(decodeJwt(jws)).toEqual({ cdniuc: 'regex:^https://cdn\\.example\\.com/vod/7/.*', exp: NOW + 60 });
    const judge = (asked: string): Promise<string> => verdictOf(format(), asked, jws);
    for (const asked of [
      url,
      `${url}?a=b`,
      'https://cdn.example.com/vod/7/',
      'https://cdn.example.com/vod/7/%C3%A9.ts',
    ])
      expect(await judge(asked), asked).toBe(`ok ${asked}`);
    for (const asked of [
      'https://cdn.example.com/vod/8/a.ts',
      'https://cdn.example.com/vod/7',
      'https://cdnxexample.com/vod/7/a.ts',
      'http://cdn.example.com/vod/7/a.ts',
      'https://cdn.example.com/vod/8/a.ts?u=https://cdn.example.com/vod/7/',
    ])
      expect(await judge(asked), asked).toBe('403 signature cdniuc');
  });

  test('with exact, a token opens one URI with its query, and no other', async () => {
    const token = await format({ exact: true }).sign(new URL(`${url}?x=1`), NOW + 60);
    expect(token).toMatchObject({ url: `${url}?x=1` });
    expect(token.anyQuery).toBeUndefined();
    expect(await verdictOf(format(), `${url}?x=1`, token.query!.URISigningPackage!)).toBe(`ok ${url}?x=1`);
    for (const other of [url, `${url}?x=2`])
      expect(await verdictOf(format(), other, token.query!.URISigningPackage!)).toBe('403 signature cdniuc');
    expect(format({ exact: true }).opens!(new URL(`${url}?x=1`))).toEqual({ kind: 'url', href: `${url}?x=1` });
    expect(format({ depth: 1 }).opens!(new URL(url))).toEqual({
      kind: 'folder',
      href: 'https://cdn.example.com/vod/',
    });
  });

  test('one character of a token changed is a 403, in the query and in a cookie', async () => {
    for (const options of [{}, { carrier: 'cookie', cookie: { domain: 'example.com' } }] as const) {
      const token = await format(options).sign(new URL(url), NOW + 60);
      const judge = async (sent: typeof token) => told(await format(options).verify(requestWith(url, sent), NOW));
      expect(await judge(token)).toBe(`ok ${url}`);
      for (const changed of changedTokens(token)) expect(await judge(changed)).toMatch(/^403/);
    }
  });

  test('issuer, audience and renewal become claims', async () => {
    const options = { issuer: ['a', 'b'], audience: 'cdn', renewal: { lifetime: 30, depth: 2 } };
    const { query } = await format(options).sign(new URL(url), NOW + 60);
    const jws = query!.URISigningPackage!;
    expect(decodeJwt(jws)).toMatchObject({ iss: 'a', aud: 'cdn', cdnistt: 1, cdniets: 30, cdnistd: 2 });
    expect(await verdictOf(format({ issuer: ['b', 'a'], audience: ['cdn'] }), url, jws)).toBe(`ok ${url}`);
  });

  test('a character with a meaning in regular expressions stands for itself', async () => {
    const odd = 'https://cdn.example.com/a(b)+c*$|[d]/s.ts';
    const jws = (await format().sign(new URL(odd), NOW + 60)).query!.URISigningPackage!;
    expect(await verdictOf(format(), odd, jws)).toBe(`ok ${odd}`);
    expect(await verdictOf(format(), 'https://cdn.example.com/abbc$|d/s.ts', jws)).toBe('403 signature cdniuc');
    // As another reader has it: POSIX and JavaScript agree on what is written here.
    const { cdniuc } = decodeJwt(jws) as { cdniuc: string };
    expect(new RegExp(cdniuc.slice('regex:'.length)).test(odd)).toBe(true);
  });

  test('a URL in a form that the RFC normalises is refused, when it is signed and when it is asked for', async () => {
    const jws = await tokenOf({});
    for (const path of ['/%c3%a9.ts', '/%41.ts', '/a%2Db.ts', '/%7E.ts', '/a.ts?q=%5f']) {
      const asked = `https://cdn.example.com${path}`;
      await expect(signUrl(asked, { format: format(), expires: NOW + 60 }), path).rejects.toThrow(/^url:/);
      expect(await verdictOf(format(), asked, jws), path).toBe('403 malformed');
    }
    for (const path of ['/%C3%A9.ts', '/%20%5B.ts', '/a.ts?q=%2F'])
      expect(await verdictOf(format(), `https://cdn.example.com${path}`, jws), path).toMatch(/^ok/);
  });

  test('the endpoint grants a folder, and makes the token of one URI where an edge asks for that', async () => {
    const endpoint = createSigningEndpoint({
      format: format({ depth: 2 }),
      allow: ['https://cdn.example.com/vod/'],
      ttl: 60,
      authorize: () => true,
    });
    const body = JSON.stringify({ urls: [url], reason: 'initial' });
    const answer = await endpoint(
      new Request('https://app.example/token', {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json' },
      }),
    );
    expect(((await answer.json()) as { tokens: object[] }).tokens).toMatchObject([
      { prefix: 'https://cdn.example.com/vod/7/', query: { URISigningPackage: expect.any(String) } },
    ]);
    const alone = await format().signExactly!(new URL(url), NOW + 60);
    expect(decodeJwt(alone.query!.URISigningPackage!).cdniuc).toMatch(/^hash:sha-256;[\w-]{43}$/);
    expect(format({ exact: true }).signExactly).toBeUndefined();
  });
});

describe("jwt with profile 'rfc9246': verify", () => {
  test.each<[Record<string, unknown>, string]>([
    [{ cdniv: 1 }, 'ok'],
    [{ cdniv: 2 }, '403 malformed cdniv'],
    [{ cdniv: '1' }, '403 malformed cdniv'],
    [{ cdnicrit: 'x', x: 1 }, '403 malformed cdnicrit'],
    [{ cdniip: 'eyJ' }, '403 malformed cdniip'],
    [{ jti: 'once' }, '403 malformed jti'],
    [{ sub: 'eyJ', iat: NOW, unknown: true }, 'ok'],
    [{ iss: 'a' }, '403 malformed iss'],
    [{ aud: 'a' }, '403 malformed aud'],
    [{ nbf: NOW }, 'ok'],
    [{ nbf: NOW + 1 }, '403 malformed'],
    [{ exp: undefined }, '403 malformed'],
    [{ exp: NOW + 86_401 }, '403 malformed'],
    [{ exp: NOW }, '410 expired'],
    [{ cdnistt: 1, cdniets: 30, cdnistd: 2 }, 'ok'],
    [{ cdnistt: 0, cdniets: 30 }, 'ok'],
    [{ cdnistt: 1 }, '403 malformed cdniets'],
    [{ cdnistt: 1, cdniets: '30' }, '403 malformed cdniets'],
    [{ cdnistt: 1.5, cdniets: 30 }, '403 malformed cdnistt'],
    [{ cdnistd: -1 }, '403 malformed cdnistd'],
    [{ cdniuc: undefined }, '403 malformed cdniuc'],
    [{ cdniuc: 7 }, '403 malformed cdniuc'],
    [{ cdniuc: url }, '403 malformed cdniuc'],
    [{ cdniuc: 'uri-regex:.*' }, '403 malformed cdniuc'],
    [{ cdniuc: 'hash:sha-512;AAAA' }, '403 malformed cdniuc'],
    [{ cdniuc: 'regex:(a+)+$' }, '403 malformed cdniuc'],
    [{ cdniuc: 'regex:.*' }, 'ok'],
  ])('claims %o: %s', async (claims, expected) => {
    expect(await verdictOf(format(), url, await tokenOf(claims))).toBe(expected === 'ok' ? `ok ${url}` : expected);
  });

  test('a configured issuer or audience is demanded, and a list of audiences needs one that is known', async () => {
    expect(await verdictOf(format({ issuer: 'a' }), url, await tokenOf({}))).toBe('403 signature iss');
    expect(await verdictOf(format({ audience: 'a' }), url, await tokenOf({}))).toBe('403 signature aud');
    expect(await verdictOf(format({ audience: 'a' }), url, await tokenOf({ aud: ['b', 'a'] }))).toBe(`ok ${url}`);
    expect(await verdictOf(format({ audience: 'a' }), url, await tokenOf({ aud: ['b'] }))).toBe('403 signature aud');
    expect(await verdictOf(format({ issuer: 'a' }), url, await tokenOf({ iss: ['a'] }))).toBe('403 signature iss');
  });

  test('a token that opens less than those of sign is conditional: no other is made of it', async () => {
    const conditional = async (claims: Record<string, unknown>): Promise<unknown> => {
      const sent = `${url}?URISigningPackage=${await tokenOf(claims)}`;
      const verdict = await format().verify({ url: sent, headers: new Headers() }, NOW);
      return verdict.ok && verdict.conditional;
    };
    expect(await conditional({})).toBe(false);
    expect(await conditional({ cdniuc: 'regex:^https://cdn\\.example\\.com/.*\\.m4s' })).toBe(true);
    expect(await conditional({ cdniuc: 'regex:https://cdn.example.com/.*' })).toBe(true);
    expect(await conditional({ nbf: NOW })).toBe(true);
  });

  test('no token is 403 missing; one twice, or a path that can be read in two ways, is malformed', async () => {
    const judge = async (asked: string): Promise<string> =>
      told(await format().verify({ url: asked, headers: new Headers() }, NOW));
    expect(await judge(url)).toBe('403 missing');
    const jws = await tokenOf({});
    expect(await judge(`${url}?URISigningPackage=${jws}&URISigningPackage=${jws}`)).toBe('403 malformed');
    expect(await judge(`https://cdn.example.com/vod//a.ts?URISigningPackage=${jws}`)).toBe('403 malformed');
  });
});

describe("jwt with profile 'rfc9246': options", () => {
  let pem: string;
  beforeAll(async () => {
    pem = await exportPKCS8((await generateKeyPair('RS256', { extractable: true })).privateKey);
  });

  test('RS256 and another package attribute work as HS256 does', async () => {
    const options = { keys: [{ id: 'k', key: pem }], algorithm: 'RS256', param: 'usp' } as const;
    const token = await format(options).sign(new URL(url), NOW + 60);
    expect(told(await format(options).verify(requestWith(url, token), NOW))).toBe(`ok ${url}`);
    expect(Object.keys(token.query!)).toEqual(['usp']);
  });

  test.each<[object, RegExp]>([
    [{ profile: 'rfc9999' }, /^profile:/],
    [{ claims: () => ({}) }, /'claims'/],
    [{ carrier: 'header' }, /^carrier:/],
    [{ exact: true, depth: 2 }, /^depth:/],
    [{ depth: -1 }, /^depth:/],
    [{ issuer: '' }, /^issuer:/],
    [{ issuer: [] }, /^issuer:/],
    [{ audience: [7] }, /^audience:/],
    [{ renewal: { lifetime: 0 } }, /^renewal\.lifetime:/],
    [{ renewal: { lifetime: 30, depth: -1 } }, /^renewal\.depth:/],
    [{ renewal: { seconds: 30 } }, /renewal\.seconds/],
    [{ maxTtl: -1 }, /^maxTtl:/],
  ])('%o is ERR_OPTIONS', (options, message) => {
    expect(() => format(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    expect(() => format(options)).toThrow(message);
  });
});

describe('a token of another maker, for an edge that signs children', () => {
  const conditionalOf = async (by: VerifyingTokenFormat, claims: Record<string, unknown>): Promise<unknown> => {
    const sent = `${url}?URISigningPackage=${await tokenOf({ cdniuc: 'regex:^https://cdn\\.example\\.com/vod/7/.*', ...claims })}`;
    const verdict = await by.verify({ url: sent, headers: new Headers() }, NOW);
    return verdict.ok && verdict.conditional;
  };

  test.each<[string, Partial<UriSigningOptions>, Record<string, unknown>]>([
    ['this format would make it renewable', { renewal: { lifetime: 60 } }, {}],
    ['this format would name another audience', { audience: ['cdn-a', 'cdn-b'] }, { aud: 'cdn-b' }],
    ['this format would name another issuer', { issuer: ['a', 'b'] }, { iss: 'b' }],
  ])('conditions: %s', async (_, options, claims) => {
    expect(await conditionalOf(format(options), claims)).toBe(true);
  });

  test('conditions: none where this format would say the same', async () => {
    expect(await conditionalOf(format({ audience: 'cdn-a' }), { aud: 'cdn-a' })).toBe(false);
  });
});

test('HS256: the text of a public key is no secret, for whoever has read it could sign', () => {
  const key = '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----';
  expect(() => format({ keys: [{ key }] })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
