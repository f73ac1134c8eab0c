import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  jwtVerify,
} from 'jose';
import type { JWK } from 'jose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createSigningEndpoint, signUrl } from '../../../../packages/server/src/index.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../../../packages/server/src/jwt.ts';
import { post } from '../../../support/signing-endpoint.ts';
import { changedTokens, requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const uid = '0123456789abcdef0123456789abcdef';
const streamUrl = `https://customer-x.cloudflarestream.com/${uid}/manifest/video.m3u8`;
const muxUrl = 'https://stream.mux.com/qxb01i6T202018GFS02vp9RIe01icTcDCjVzQpmaB00CUisJ4.m3u8';
let rsa: { pem: string; jwk: JWK; open: JWK };
let ec: string;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  rsa = { pem: await exportPKCS8(privateKey), jwk: await exportJWK(privateKey), open: await exportJWK(publicKey) };
  ec = await exportPKCS8((await generateKeyPair('ES256', { extractable: true })).privateKey);
});

const statusOf = async (
  format: VerifyingTokenFormat,
  url: string,
  token: SignedToken,
  now = NOW - 1,
): Promise<string> => {
  const verdict = await format.verify(requestWith(url, token), now);
  return verdict.ok ? `ok ${verdict.url}` : `${verdict.status} ${verdict.reason}`;
};
/** Expects a token to be accepted before its end, expired from there on, and refused with any one character changed. */
const holds = async (format: VerifyingTokenFormat, url: string, token: SignedToken): Promise<void> => {
  expect(await statusOf(format, url, token)).toBe(`ok ${url}`);
  expect(await statusOf(format, url, token, NOW)).toBe('410 expired');
  for (const changed of changedTokens(token)) expect(await statusOf(format, url, changed)).toMatch(/^403/);
};

describe('mux', () => {
  test('makes the token that Mux documents', async () => {
    const format = mux({ keys: [{ id: 'key-1', key: rsa.pem }] });
    const token = await format.sign(new URL(`${muxUrl}?x=1`), NOW);
    expect(token).toMatchObject({ url: `${muxUrl}?x=1`, anyQuery: true, expires: NOW });
    const verified = await jwtVerify(
      token.query!.token!,
      createLocalJWKSet({ keys: [{ ...rsa.open, kid: 'key-1', alg: 'RS256' }] }),
      {
        currentDate: new Date((NOW - 1) * 1000),
        audience: 'v',
        subject: new URL(muxUrl).pathname.slice(1, -5),
      },
    );
    expect(verified.payload).toMatchObject({ kid: 'key-1', exp: NOW });
    expect(decodeProtectedHeader(token.query!.token!)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    await holds(format, muxUrl, token);
  });

  test('one audience is not another, one playback id not another', async () => {
    const format = mux({ keys: [{ id: 'key-1', key: rsa.jwk }] });
    const urls = ['/abc.m3u8', '/abc/thumbnail.png', '/abc/animated.gif', '/abc/storyboard.vtt', '/abd.m3u8'];
    for (const [i, path] of urls.entries()) {
      const token = await format.sign(new URL(path, 'https://image.mux.com'), NOW);
      expect(decodeJwt(token.query!.token!).aud).toBe(['v', 't', 'g', 's', 'v'][i]);
      for (const other of urls) {
        const status = await statusOf(format, `https://image.mux.com${other}`, token);
        expect(status).toMatch(other === path ? /^ok/ : /^403 signature/);
      }
    }
    await expect(signUrl('https://stream.mux.com/', { format, expires: NOW })).rejects.toThrow(/^url:/);
  });

  test('a restriction that only Mux knows is not judged, so a token that has one is refused', async () => {
    const keys = [{ id: 'key-1', key: rsa.jwk }];
    const restricted = mux({ keys, params: { playback_restriction_id: 'r' } });
    const request = requestWith(muxUrl, await restricted.sign(new URL(muxUrl), NOW));
    for (const format of [restricted, mux({ keys })]) {
      const verdict = await format.verify(request, NOW - 1);
      expect(verdict).toMatchObject({ ok: false, status: 403, reason: 'malformed', claim: 'playback_restriction_id' });
    }
  });
});

describe('cloudflareStream', () => {
  test('the token takes the place of the video id, and the edge puts the id back', async () => {
    const format = cloudflareStream({ keys: [{ id: 'k', key: rsa.jwk }], params: { downloadable: true } });
    const token = await format.sign(new URL(streamUrl), NOW);
    expect(token).toEqual({
      prefix: `https://customer-x.cloudflarestream.com/${uid}/`,
      base: expect.stringMatching(/^https:\/\/customer-x\.cloudflarestream\.com\/[\w-]+\.[\w-]+\.[\w-]+\/$/),
      expires: NOW,
    });
    expect(await statusOf(format, streamUrl, token)).toBe(`ok ${streamUrl}`);
    expect(await statusOf(format, streamUrl, token, NOW)).toBe('410 expired');
    expect((await format.verify(new Request(streamUrl), NOW)).ok).toBe(false);
    for (const changed of changedTokens(token)) expect(await statusOf(format, streamUrl, changed)).toMatch(/^403/);
    await expect(signUrl('https://h/x/manifest/video.m3u8', { format, expires: NOW })).rejects.toThrow(/^url:/);
  });

  test('rules about addresses and countries are not judged, so a token that has some is refused', async () => {
    const keys = [{ id: 'k', key: rsa.jwk }];
    const ruled = cloudflareStream({ keys, params: { accessRules: [{ type: 'any', action: 'block' }] } });
    const request = requestWith(streamUrl, await ruled.sign(new URL(streamUrl), NOW));
    for (const format of [ruled, cloudflareStream({ keys })]) {
      const verdict = await format.verify(request, NOW - 1);
      expect(verdict).toMatchObject({ ok: false, status: 403, reason: 'malformed', claim: 'accessRules' });
    }
  });

  test('a download needs a token that says so, however its path is written', async () => {
    const keys = [{ id: 'k', key: rsa.jwk }];
    const [plain, downloadable] = [
      cloudflareStream({ keys }),
      cloudflareStream({ keys, params: { downloadable: true } }),
    ];
    for (const folder of ['downloads', '%64ownloads']) {
      const url = new URL(`/${uid}/${folder}/default.mp4`, streamUrl);
      const verdict = await plain.verify(requestWith(url.href, await plain.sign(url, NOW)), NOW - 1);
      expect(verdict).toMatchObject({ ok: false, status: 403, reason: 'signature', claim: 'downloadable' });
      const token = await downloadable.sign(url, NOW);
      expect(await plain.verify(requestWith(url.href, token), NOW - 1)).toMatchObject({ ok: true, url: url.href });
    }
  });
});

describe('jwt', () => {
  const claims = (url: URL): Record<string, unknown> => ({ path: url.pathname.split('/').slice(0, 3) });

  test('claims of your own, in a header, by ECDSA', async () => {
    const format = jwt({ keys: [{ key: ec }], algorithm: 'ES256', claims, carrier: 'header', param: 'X-Token' });
    const token = await format.sign(new URL('https://h/vod/7/a.m3u8'), NOW);
    await holds(format, 'https://h/vod/7/b.ts', token);
    expect(await statusOf(format, 'https://h/vod/8/b.ts', token)).toBe('403 signature');
  });

  const shared = { keys: [{ key: 'a shared secret of 32 characters' }], algorithm: 'HS256' } as const;
  /** What a team may have in place of text: JSON would write `{}`. */
  class Private {
    readonly #id: string;
    constructor(id: string) {
      this.#id = id;
    }
    get id(): string {
      return this.#id;
    }
  }
  /** As a query of an ORM, which asks its database when it is awaited. */
  class LazyQuery {
    then(done: (value: unknown) => void): void {
      done('7');
    }
  }
  class Ids extends Array<string> {}
  class Tagged extends Map {
    override readonly [Symbol.toStringTag] = 'Object';
  }

  test.each<[string, unknown, option: string]>([
    ['undefined', undefined, 'url'],
    ['NaN', NaN, 'url'],
    ['Infinity', Infinity, 'url'],
    ['a number in a box that is NaN', new Number(NaN), 'url'],
    ['a date that is none', new Date(NaN), 'url'],
    ['of a class that writes itself as null', { toJSON: () => null }, 'url'],
    ['of a class that writes itself as undefined', { toJSON: () => undefined }, 'url'],
    ['undefined in an object', { id: undefined }, 'url'],
    ['undefined in a list', [undefined], 'url'],
    ['undefined in what toJSON returns', { toJSON: () => ({ id: undefined }) }, 'url'],
    ['a function', String, 'claims'],
    ['a symbol', Symbol('7'), 'claims'],
    ['a BigInt', 7n, 'claims'],
    ['a promise, as of an async function', Promise.resolve('7'), 'claims'],
    ['a promise of a library', new LazyQuery(), 'claims'],
    ['a Set', new Set(['7']), 'claims'],
    ['a Map', new Map([['film', '7']]), 'claims'],
    ['a Map under the name of an object', new Tagged().set('film', '7'), 'claims'],
    ['a pattern', /7/, 'claims'],
    ['parameters', new URLSearchParams('film=7'), 'claims'],
    ['an object with private fields and getters', new Private('7'), 'claims'],
    ['an object of a class in a list', [new Private('7')], 'claims'],
    ['an object whose values are those of its prototype', Object.create({ id: '7' }), 'claims'],
    ['an object with a symbol as a key', { [Symbol('id')]: '7' }, 'claims'],
    ['an object with a hidden key', Object.defineProperty({}, 'id', { value: '7' }), 'claims'],
    ['a list with names', Object.assign([], { id: '7' }), 'claims'],
    ['a list with a gap', new Array(1), 'claims'],
    ['a list of a class', new Ids(), 'claims'],
    ['of a class that writes itself as another', { toJSON: () => new Private('7') }, 'claims'],
  ])('a claim that is %s opens no URL', async (_, value, option) => {
    const film = ({ pathname }: URL): unknown => /^\/vod\/(\d+)\//.exec(pathname)?.[1] ?? value;
    const format = jwt({ ...shared, claims: (url) => ({ film: film(url) }) });
    const other = new URL('https://h/admin/a.ts');
    const refusal = { code: 'ERR_OPTIONS', option };
    await expect(format.sign(other, NOW)).rejects.toMatchObject(refusal);
    expect(() => format.opens!(other)).toThrow(expect.objectContaining(refusal));
    for (const claims of [{}, { film: null }, { film: {} }, { film: [] }, { film: [null] }]) {
      const token = await jwt({ ...shared, claims: () => claims }).sign(other, NOW);
      expect(await statusOf(format, other.href, token)).toBe('403 malformed');
    }
    await holds(format, 'https://h/vod/7/b.ts', await format.sign(new URL('https://h/vod/7/a.m3u8'), NOW));
  });

  test.each<[string, () => unknown]>([
    ['a promise, as of an async function', async () => ({ film: '7' })],
    ['a promise of a library', () => new LazyQuery()],
    ['an object of a class', () => new Private('7')],
    ['a list', () => [{ film: '7' }]],
    ['an empty list', () => []],
    ['text', () => '/vod/7/'],
    ['what writes itself as a list', () => ({ toJSON: () => [{ film: '7' }] })],
  ])('a function for the claims that returns %s opens no URL', async (_, claims) => {
    const format = jwt({ ...shared, claims: claims as never });
    await expect(format.sign(new URL('https://h/vod/7/a'), NOW)).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      option: 'claims',
    });
    const token = await jwt({ ...shared, claims: () => ({}) }).sign(new URL('https://h/vod/7/a'), NOW);
    expect(await statusOf(format, 'https://h/vod/7/a', token)).toBe('403 malformed');
  });

  test.each<[string, (url: URL) => unknown, problem: number]>([
    ['is async', async ({ pathname }) => ({ sub: pathname }), 503],
    ['returns a promise as a claim', ({ pathname }) => ({ sub: Promise.resolve(pathname) }), 503],
    ['returns undefined as a claim', () => ({ sub: undefined }), 403],
    ['returns undefined', () => undefined, 403],
  ])('a function for the claims that %s: the endpoint answers', async (_, claims, problem) => {
    const onError = vi.fn();
    const format = jwt({ ...shared, claims: claims as never });
    const endpoint = createSigningEndpoint({ format, allow: 'https://h/', ttl: 300, authorize: () => true, onError });
    const { status } = await endpoint(post({ urls: ['https://h/vod/7/a'] }));
    expect(status).toBe(problem);
    // what is wrong with the URL is no news, what is wrong with the function is
    expect(onError.mock.calls.map(([error]) => error.option)).toEqual(problem === 503 ? ['claims'] : []);
  });

  test('claims are signed as they are checked: by `toJSON`, and read once', async () => {
    let reads = 0;
    const written = jwt({ ...shared, claims: ({ pathname }) => ({ toJSON: () => ({ film: pathname }) }) });
    const changing = jwt({
      ...shared,
      claims: ({ pathname }) => ({
        get film() {
          return reads++ % 2 === 0 ? pathname : undefined;
        },
      }),
    });
    for (const format of [written, changing]) {
      const token = await format.sign(new URL('https://h/vod/7/a'), NOW);
      expect(decodeJwt(token.query!.token!)).toEqual({ film: '/vod/7/a', exp: NOW });
      await holds(written, 'https://h/vod/7/a', token);
      expect(await statusOf(written, 'https://h/vod/8/a', token)).toBe('403 signature');
    }
  });

  test('dates and boxed values are written as JSON writes them', async () => {
    const claims = (): Record<string, unknown> => ({
      since: new Date(0),
      boxes: [new String('a'), new Number(1), new Boolean(false)],
      list: [{ a: null }, Object.assign(Object.create(null), { b: true })],
      ['__proto__']: { c: '' },
    });
    const format = jwt({ ...shared, claims });
    const token = await format.sign(new URL('https://h/vod/7/a'), NOW);
    await holds(format, 'https://h/vod/7/a', token);
    const [, payload] = token.query!.token!.split('.');
    expect(Buffer.from(payload!, 'base64url').toString()).toBe(JSON.stringify({ ...claims(), exp: NOW }));
  });

  test.each<[string, unknown]>([
    ['an undefined restriction', { playback_restriction_id: undefined, accessRules: undefined }],
    ['undefined in a rule', { accessRules: [{ type: 'ip.src', ip: undefined, action: 'block' }] }],
    ['a function', { accessRules: () => [] }],
    ['NaN', { nbf: NaN }],
    ['a Set', { accessRules: new Set([{ type: 'any', action: 'block' }]) }],
    ['a promise', { playback_restriction_id: Promise.resolve('7') }],
    ['a BigInt', { nbf: 7n }],
    ['an object of a class', { accessRules: new Private('7') }],
    ['a date that is none', { nbf: new Date(NaN) }],
    ['no plain object, but one of a class', new Private('7')],
    ['no object, but null', null],
    ['no object, but text', 'downloadable'],
    ['no object, but a list', []],
  ])('`params` that would be missing in tokens are refused at once: %s', (_, params) => {
    const options = { keys: [{ id: 'k', key: rsa.jwk }], params: params as Record<string, unknown> };
    for (const format of [mux, cloudflareStream])
      expect(() => format(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', option: 'params' }));
  });

  test('the algorithm is that of the configuration: neither none, nor HMAC with the public key', async () => {
    const format = jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims });
    const { query } = await format.sign(new URL('https://h/vod/7/a'), NOW);
    const [, payload] = query!.token!.split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const hmac = jwt({ keys: [{ key: JSON.stringify(rsa.open) }], algorithm: 'HS256', claims });
    const forged = (await hmac.sign(new URL('https://h/vod/7/a'), NOW)).query!.token!;
    for (const token of [none, forged, 'a.b', 'a.b.c', '..']) {
      expect(await statusOf(format, 'https://h/vod/7/a', { expires: NOW, query: { token } }), token).toBe(
        '403 signature',
      );
    }
  });

  test('a genuine signature under the name of another algorithm is none of ours', async () => {
    const format = jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims });
    const payload = Buffer.from(JSON.stringify({ path: ['', 'vod', '7'], exp: NOW })).toString('base64url');
    const verdict = async (alg: string): Promise<string> => {
      const signed = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${payload}`;
      const token = `${signed}.${sign('sha256', Buffer.from(signed), rsa.pem).toString('base64url')}`;
      return statusOf(format, 'https://h/vod/7/a', { expires: NOW, query: { token } });
    };
    expect(await verdict('RS256')).toMatch(/^ok/);
    for (const alg of ['RS384', 'PS256', 'ES256', 'none', '']) expect(await verdict(alg)).toBe('403 signature');
  });

  test('a public key verifies and does not sign', async () => {
    const token = await jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims }).sign(new URL('https://h/a'), NOW);
    for (const key of [rsa.open, createPublicKey(rsa.pem).export({ type: 'spki', format: 'pem' }).toString()]) {
      const format = jwt({ keys: [{ key }], algorithm: 'RS256', claims });
      expect(await statusOf(format, 'https://h/a', token)).toMatch(/^ok/);
      const changed = [...changedTokens(token)];
      for (const each of changed) expect(await statusOf(format, 'https://h/a', each)).toMatch(/^403/);
      await expect(format.sign(new URL('https://h/a'), NOW)).rejects.toMatchObject({
        code: 'ERR_OPTIONS',
        message: expect.stringMatching(/^keys: .*public/),
      });
    }
  });

  test('a token that lives too long, is not valid yet or has no end is refused', async () => {
    const secret = 'a secret of thirty-two characters';
    const format = jwPlayer({ secret });
    const far = await format.sign(new URL('https://h/a'), NOW + 100_000);
    expect(await statusOf(format, 'https://h/a', far)).toBe('403 malformed');
    const early = jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: () => ({ resource: '/a', nbf: NOW }) });
    expect(await statusOf(format, 'https://h/a', await early.sign(new URL('https://h/a'), NOW + 60))).toBe(
      '403 malformed',
    );
  });

  test('a token for an audience is refused, unless the claims of the edge make it', async () => {
    const key = { keys: [{ key: 'a secret of thirty-two characters' }], algorithm: 'HS256' as const };
    const forAudience = (aud?: unknown): VerifyingTokenFormat =>
      jwt({ ...key, claims: (url) => ({ ...claims(url), ...(aud !== undefined && { aud }) }) });
    const verdict = async (aud: unknown, format: VerifyingTokenFormat): Promise<unknown> =>
      format.verify(
        requestWith('https://h/vod/7/a', await forAudience(aud).sign(new URL('https://h/vod/7/a'), NOW)),
        NOW - 1,
      );
    for (const aud of ['cdn-2', ['cdn-1', 'cdn-2'], null, ''])
      expect(await verdict(aud, forAudience())).toMatchObject({
        ok: false,
        status: 403,
        reason: 'malformed',
        claim: 'aud',
      });
    expect(await verdict('cdn-1', forAudience('cdn-1'))).toMatchObject({ ok: true });
    expect(await verdict('cdn-2', forAudience('cdn-1'))).toMatchObject({ ok: false, reason: 'signature' });
    expect(await verdict(undefined, forAudience('cdn-1'))).toMatchObject({ ok: false, reason: 'signature' });
    const stream = cloudflareStream({ keys: [{ id: 'k', key: rsa.jwk }], params: { aud: 'cdn-2' } });
    const request = requestWith(streamUrl, await stream.sign(new URL(streamUrl), NOW));
    expect(await stream.verify(request, NOW - 1)).toMatchObject({ ok: true });
    const other = cloudflareStream({ keys: [{ id: 'k', key: rsa.jwk }] });
    expect(await other.verify(request, NOW - 1)).toMatchObject({ ok: false, claim: 'aud' });
  });

  test('rotation: every key verifies, the first one signs', async () => {
    const [old, current] = ['o', 'n'].map((each) => each.repeat(32));
    const token = await jwPlayer({ secret: old! }).sign(new URL('https://h/a'), NOW);
    expect(await statusOf(jwPlayer({ secrets: [current!, old!] }), 'https://h/a', token)).toMatch(/^ok/);
    expect(await statusOf(jwPlayer({ secret: current! }), 'https://h/a', token)).toBe('403 signature');
  });

  test('refuses keys that cannot work', () => {
    expect(() => mux({ keys: [] })).toThrow(/^keys:/);
    expect(() => mux({ keys: [{ id: 'a', key: '-----BEGIN RSA PRIVATE KEY-----' }] })).toThrow(/^keys: .*pkcs8/);
    expect(() => jwt({ keys: [{ key: '' }], algorithm: 'HS256', claims })).toThrow(/^keys:/);
    expect(() => jwt({ keys: [{ key: 'x' }], algorithm: 'none' as never, claims })).toThrow(/^algorithm:/);
  });

  test('neither signs nor verifies with an RSA key of 1024 bits, nor with a key of another kind', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const short = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const token = await jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims }).sign(new URL('https://h/a'), NOW);
    for (const key of [short, { kty: 'oct', k: 'c2VjcmV0' }]) {
      const format = jwt({ keys: [{ key }], algorithm: 'RS256', claims });
      await expect(format.sign(new URL('https://h/a'), NOW)).rejects.toThrow(/^keys: .*2048/);
      await expect(statusOf(format, 'https://h/a', token)).rejects.toThrow(/^keys: .*2048/);
    }
  });

  test('the signing endpoint hands out one token for a whole Cloudflare Stream video', async () => {
    const endpoint = createSigningEndpoint({
      format: cloudflareStream({ keys: [{ id: 'k', key: rsa.jwk }] }),
      authorize: () => true,
      allow: 'https://customer-x.cloudflarestream.com/',
      ttl: 300,
    });
    const body = JSON.stringify({ urls: [streamUrl, streamUrl.replace('video.m3u8', 'seg_1.ts')] });
    const headers = { 'Content-Type': 'application/json' };
    const response = await endpoint(new Request('https://h/token', { method: 'POST', headers, body }));
    expect((await response.json()).tokens).toHaveLength(1);
  });
});
