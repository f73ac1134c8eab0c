import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import {
  bunny,
  cloudflare,
  combine,
  createEdgeHandler,
  createSigningEndpoint,
  edgeAuth,
  mediaCdn,
  secureLink,
  secureLinkLayouts,
  secureToken,
  signUrl,
  verifyUrl,
} from '../../../../packages/server/src/index.ts';
import type { SignedToken, TokenFormat, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { isOptionsError } from '../../../../packages/server/src/errors/options-error.ts';
import { isWithin } from '../../../support/format-properties.ts';
import { base64Key, hexKey, samples, secret } from '../../../support/format-samples.ts';
import { requestWith } from '../../../support/token-request.ts';

const HOST = 'https://cdn.example.com';
const FILM = `${HOST}/vod/7/a.m3u8`;
const NOW = 1_795_500_000;
const expires = NOW + 600;

const watermark = bunny({ secret }); // in the path, for a folder
const cdn = edgeAuth({ key: hexKey }); // in the query, for a folder
const onePath = secureToken({ secret });
const inHeader = edgeAuth({ key: hexKey, carrier: 'header', param: 'x-token' });
const inCookie = edgeAuth({ key: hexKey, carrier: 'cookie', param: 'session' });
const own = (token: Partial<SignedToken>, more: Partial<TokenFormat> = {}): TokenFormat => ({
  name: 'own',
  scope: 'url',
  sign: (url, until) => ({ url: url.href, expires: until, ...token }),
  verify: ({ url }) => ({ ok: true, expires, url }),
  ...more,
});

describe('combine', () => {
  test('a watermark in the path and the token of a CDN in the query are one token of one folder', async () => {
    const token = await combine(watermark, cdn).sign(new URL(FILM), expires);
    expect(token).toEqual({
      prefix: `${HOST}/vod/7/`,
      base: expect.stringMatching(/^https:\/\/cdn\.example\.com\/bcdn_token=[^/]+\/vod\/7\/$/),
      query: { hdnts: expect.stringMatching(/^exp=1795500600~acl=\/vod\/7\/\*~hmac=/) },
      expires,
    });
  });

  test('in the query, the second token signs the first one where its format signs the query', async () => {
    const around = combine(onePath, cloudflare({ secret, ttl: 3600 }));
    const token = await around.sign(new URL(FILM), expires);
    const other = await secureToken({ secret, pathForm: 'raw' }).sign(new URL(FILM), expires - 60);
    expect((await around.verify(requestWith(FILM, token), NOW)).ok).toBe(true);
    const exchanged = { ...token, query: { ...other.query, verify: token.query!.verify! } };
    expect(await around.verify(requestWith(FILM, exchanged), NOW)).toMatchObject({ reason: 'signature' });
  });

  test('a use of the first token counts only if the second token is right', async () => {
    const used: string[] = [];
    const once = commonAccessToken({
      keys: [{ id: 'k', key: hexKey }],
      claims: new Map([[308, 1]]),
      replay: ({ id }) => !used.includes(id) && used.push(id) > 0,
    });
    const both = combine(once, onePath);
    const token = await both.sign(new URL(FILM), expires, 'session1');
    const wrong = { ...token, query: { ...token.query, e: String(expires + 1) } };
    expect(await both.verify(requestWith(FILM, wrong), NOW)).toMatchObject({ ok: false, reason: 'signature' });
    expect(used).toEqual([]);
    expect(await both.verify(requestWith(FILM, token), NOW)).toMatchObject({ ok: true });
    expect(await both.verify(requestWith(FILM, token), NOW)).toMatchObject({ ok: false, claim: 'catreplay' });
  });

  test('opens the narrower of two folders, and says so', async () => {
    for (const [first, second] of [
      [edgeAuth({ key: hexKey, depth: 1 }), watermark],
      [cdn, bunny({ secret, depth: 1 })],
      [bunny({ secret, depth: 1 }), secureToken({ secret, depth: 2 })],
    ] as const) {
      const format = combine(first, second);
      const token = await format.sign(new URL(`${HOST}/vod/7/a.m3u8`), expires);
      expect([token.prefix, format.scope]).toEqual([expect.stringMatching(/\/vod\/(7\/)?$/), 'prefix']);
      const { kind, href } = format.opens!(new URL(FILM));
      expect([kind, token.prefix!.startsWith(href)]).toEqual(['folder', true]);
    }
    expect(combine(edgeAuth({ key: hexKey, depth: 1 }), watermark).opens!(new URL(FILM)).href).toBe(`${HOST}/vod/7/`);
    expect(combine(watermark, edgeAuth({ key: hexKey, depth: 1 })).opens!(new URL(FILM)).href).toBe(`${HOST}/vod/7/`);
    expect(combine(inHeader, edgeAuth({ key: hexKey, depth: 1 })).opens!(new URL(FILM)).href).toBe(`${HOST}/vod/7/`);
  });

  test('opens one path, or one URL, where one of the two does', async () => {
    const asked = new URL(`${FILM}?x=1#t=2`);
    expect(combine(onePath, inHeader)).toMatchObject({ scope: 'url' });
    expect(combine(inHeader, onePath).opens!(asked)).toEqual({ kind: 'path', href: FILM });
    expect(await combine(inHeader, onePath).sign(asked, expires)).toMatchObject({ url: asked.href, anyQuery: true });
    const oneUrl = cloudflare({ secret, ttl: 3600 });
    expect(combine(oneUrl, inHeader).opens!(asked)).toEqual({ kind: 'url', href: `${FILM}?x=1` });
    expect(await combine(onePath, oneUrl).sign(asked, expires)).not.toHaveProperty('anyQuery');
  });

  test('has the earlier expiry, and the shorter of two lifetimes', async () => {
    const format = combine(own({ expires: expires - 100 }, { maxTtl: 50 }), cdn);
    expect(await format.sign(new URL(FILM), expires)).toMatchObject({ expires: expires - 100 });
    expect(format.maxTtl).toBe(50);
    const earlier = own({}, { verify: ({ url }) => ({ ok: true, expires: expires - 100, url }) });
    const request = requestWith(FILM, await cdn.sign(new URL(FILM), expires));
    expect(await combine(earlier, cdn).verify!(request, NOW)).toMatchObject({ ok: true, expires: expires - 100 });
    expect(combine(own({}), own({}))).not.toHaveProperty('maxTtl');
  });

  test('lets a request through only if both tokens are good, and tells why not', async () => {
    const format = combine(onePath, inHeader);
    const token = await format.sign(new URL(FILM), expires);
    const verdict = async (changed: Partial<SignedToken>, now = NOW): Promise<unknown> =>
      format.verify(requestWith(FILM, { ...token, ...changed }), now);
    expect(await verdict({})).toMatchObject({ ok: true, url: FILM, carriers: { headers: ['x-token'] } });
    expect(await verdict({ query: {} })).toMatchObject({ status: 403, reason: 'missing' });
    expect(await verdict({ headers: {} })).toMatchObject({ status: 403, reason: 'missing' });
    expect(await verdict({ query: { ...token.query, st: 'A'.repeat(22) } })).toMatchObject({ reason: 'signature' });
    expect(await verdict({}, expires + 1)).toMatchObject({ status: 410, reason: 'expired' });
  });

  test('sets all cookies and headers, and tells the edge which of them carry tokens', async () => {
    const format = combine(inHeader, inCookie);
    const token = await format.sign(new URL(FILM), expires);
    expect(token).toMatchObject({ headers: { 'x-token': expect.any(String) }, credentials: true });
    expect(token.setCookie).toHaveLength(1);
    expect(format.cookies).toEqual(['session']);
    expect(await format.verify(requestWith(FILM, token), NOW)).toMatchObject({
      ok: true,
      carriers: { headers: ['x-token'], cookies: ['session'] },
    });
  });

  test('both judge the method of a request, and neither one of a request that has none', async () => {
    const asked: object[] = [];
    const noting = own({}, { verify: (request) => (asked.push(request), { ok: true, expires, url: request.url }) });
    const both = combine(noting, noting) as VerifyingTokenFormat;
    await both.verify({ url: FILM, headers: new Headers(), method: 'HEAD' }, NOW);
    await both.verify({ url: FILM, headers: new Headers() }, NOW);
    expect(asked.map((request) => Object.entries(request).find(([name]) => name === 'method'))).toEqual([
      ...[['method', 'HEAD'], ['method', 'HEAD'], undefined, undefined],
    ]);
  });

  test('tokens of two sessions are not one viewer', async () => {
    const inSession = (session?: string): TokenFormat =>
      own({}, { verify: ({ url }) => ({ ok: true, expires, url, ...(session && { session }) }) });
    const verdict = async (a?: string, b?: string) =>
      combine(inSession(a), { ...inSession(b), name: 'other' }).verify!({ url: FILM, headers: new Headers() }, NOW);
    expect(await verdict('a', 'b')).toMatchObject({ ok: false, status: 403, reason: 'signature' });
    for (const pair of [['a', 'a'], ['a'], [undefined, 'a']])
      expect(await verdict(...pair)).toMatchObject({ ok: true, session: 'a' });
  });

  test('a token that has conditions has them in company, too', async () => {
    const conditional = own({}, { verify: ({ url }) => ({ ok: true, expires, url, conditional: true }) });
    const request = requestWith(FILM, await cdn.sign(new URL(FILM), expires));
    expect(await combine(conditional, cdn).verify!(request, NOW)).toMatchObject({ conditional: true });
  });

  test('only signs, where one of the two only signs', () => {
    const { verify, ...signing } = own({});
    expect(verify).toBeDefined();
    expect(combine(signing as TokenFormat, cdn)).not.toHaveProperty('verify');
  });

  test('a URL that carries both tokens already gets new ones in their place', async () => {
    const format = combine(cloudflare({ secret, ttl: 3600 }), edgeAuth({ key: hexKey, exact: true, signQuery: true }));
    const signed = await signUrl(`${FILM}?x=1`, { format, expires });
    const again = await signUrl(signed, { format, expires: expires + 60 });
    expect(again).not.toBe(signed);
    expect(await verifyUrl(again, { format, now: NOW })).toMatchObject({ ok: true, url: `${FILM}?x=1` });
    const inPath = combine(watermark, cdn);
    const moved = await signUrl(await signUrl(FILM, { format: inPath, expires }), { format: inPath, expires });
    expect(moved).toBe(await signUrl(FILM, { format: inPath, expires }));
  });

  test('a path that one format reads decoded and the other as it is sent is judged by each in its own way', async () => {
    const format = combine(edgeAuth({ key: hexKey, exact: true }), secureToken({ secret, pathForm: 'decoded' }));
    const url = await signUrl(`${HOST}/vod/%41/a.m3u8`, { format, expires });
    expect((await verifyUrl(url, { format, now: NOW })).ok).toBe(true);
  });

  test('three tokens: a combination is a format', async () => {
    const format = combine(combine(watermark, onePath), inHeader);
    const token = await format.sign(new URL(FILM), expires);
    expect((await format.verify(requestWith(FILM, token), NOW)).ok).toBe(true);
    expect(format.name).toBe('bunny+secure-token+edge-auth');
  });

  describe('refuses at once with ERR_OPTIONS', () => {
    test.each<[string, TokenFormat, TokenFormat, string]>([
      ['two tokens in one parameter', cdn, edgeAuth({ key: hexKey, exact: true }), 'the parameter "hdnts"'],
      ['two that differ in case', cdn, edgeAuth({ key: hexKey, param: 'HDNTS' }), 'the parameter "HDNTS"'],
      ['two in one header', inHeader, edgeAuth({ key: hexKey, carrier: 'header', param: 'X-Token' }), 'the header'],
      ['two in one cookie', inCookie, inCookie, 'the cookie "session"'],
      ['two in the path', watermark, secureLink({ secret, ...secureLinkLayouts.cdn77Path }), 'the path'],
    ])('%s', (_, first, second, what) => {
      for (const pair of [
        [first, second],
        [second, first],
      ] as const) {
        expect(() => combine(...pair)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
      }
      expect(() => combine(first, second)).toThrow(what);
    });

    test.each([undefined, null, {}, 'edgeAuth', () => cdn])('what is no format: %s', (wrong) => {
      expect(() => combine(cdn, wrong as never)).toThrow(/^second: This is not a format/);
      expect(() => combine(wrong as never, cdn)).toThrow(/^first: This is not a format/);
    });
  });

  test.each<[string, Partial<SignedToken>, Partial<SignedToken>]>([
    ['a parameter', { query: { T: '1' } }, { query: { t: '2' } }],
    ['a header', { headers: { 'X-T': '1' } }, { headers: { 'x-t': '2' } }],
    ['a cookie', { setCookie: ['t=1; Path=/'] }, { setCookie: ['t=2; Path=/'] }],
    ['the path', { base: `${HOST}/1/` }, { base: `${HOST}/2/` }],
  ])('two formats of your own that share %s are refused when they sign', async (_, first, second) => {
    const format = combine(own(first), own(second));
    await expect(async () => format.sign(new URL(FILM), expires)).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });

  test('a token in the path of one file is a link; in the middle of the path there is no place for one', async () => {
    const format = combine(onePath, watermark);
    const url = await signUrl(`${FILM}?x=1`, { format, expires });
    expect(url).toMatch(/\/bcdn_token=[^/]*\/vod\/7\/a\.m3u8\?x=1&st=.*&e=/);
    expect(await verifyUrl(url, { format, now: NOW })).toMatchObject({ ok: true, url: `${FILM}?x=1` });
    const google = mediaCdn({ keys: [{ name: 'k', key: base64Key }], carrier: 'path' });
    const inMiddle = combine(google, onePath);
    await expect(signUrl(FILM, { format: inMiddle, expires })).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
  });

  test('of any two formats with different carriers, what both sign is let through, and no half of it', async () => {
    let judged = 0;
    for (const [, first, path] of samples) {
      for (const [, second, other] of samples) {
        if (path !== other) continue;
        let format: TokenFormat;
        let token: SignedToken;
        try {
          format = combine(first, second);
          token = await format.sign(new URL(HOST + path), expires);
        } catch (error) {
          expect(isOptionsError(error)).toBe(true);
          continue;
        }
        judged++;
        const opened = format.opens!(new URL(HOST + path));
        const verdict = await format.verify!(requestWith(HOST + path, token), NOW);
        expect(verdict, format.name).toMatchObject({ ok: true });
        expect(isWithin(verdict.ok ? verdict.url : '', opened)).toBe(true);
        if (token.prefix !== undefined) expect(isWithin(`${token.prefix}x`, opened)).toBe(true);
        for (const half of [first, second]) {
          const request = requestWith(HOST + path, await half.sign(new URL(HOST + path), expires));
          expect((await format.verify!(request, NOW)).ok, format.name).toBe(false);
        }
      }
    }
    expect(judged).toBeGreaterThan(300);
  });
});

describe('two tokens, from the endpoint to the edge', () => {
  test.each([
    ['a watermark in the path, a CDN token in the query', combine(watermark, cdn)],
    ['a CDN token in the query, a watermark in the path', combine(cdn, watermark)],
    ['one in the query, one in a header', combine(secureToken({ secret, depth: 2 }), inHeader)],
  ])('%s', async (_, format) => {
    const clock = (): number => NOW * 1000;
    const endpoint = createSigningEndpoint({ format, allow: `${HOST}/vod/`, ttl: 600, authorize: () => true, clock });
    const answer = await endpoint(
      new Request('https://app.example.com/token', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ urls: [FILM, `${HOST}/vod/7/b.m3u8`] }),
      }),
    );
    const { tokens } = (await answer.json()) as { tokens: SignedToken[] };
    expect(tokens).toHaveLength(1);

    const asked: Request[] = [];
    const origin = (request: Request): Response => {
      asked.push(request);
      return new Response('ok');
    };
    const edge = createEdgeHandler({ format, origin, clock, protect: '/vod/' });
    expect((await edge(requestWith(`${HOST}/vod/7/hd/1.ts?x=1`, tokens[0]!))).status).toBe(200);
    expect(asked[0]?.url).toBe(`${HOST}/vod/7/hd/1.ts?x=1`);
    expect(asked[0]?.headers.has('x-token')).toBe(false);
    expect((await edge(new Request(`${HOST}/vod/7/hd/1.ts`))).status).toBe(403);
  });

  test('a playlist is signed with both', async () => {
    const format = combine(watermark, cdn);
    const edge = createEdgeHandler({
      format,
      origin: () => new Response('#EXTM3U\nhd/1.ts\n/vod/8/2.ts'),
      clock: () => NOW * 1000,
      signPlaylists: true,
      onError: () => undefined,
    });
    const token = await format.sign(new URL(FILM), expires);
    const [, child] = (await (await edge(requestWith(FILM, token))).text()).split('\n');
    expect(await verifyUrl(new URL(child!, requestWith(FILM, token).url).href, { format, now: NOW })).toMatchObject({
      ok: true,
      url: `${HOST}/vod/7/hd/1.ts`,
    });
  });
});
