import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { SignedRequest, Token } from 'secure-token-core';
import { hideSignedUrl, textWithoutToken, untouchedRequest } from 'secure-token-core/adapter';
import { hls } from 'secure-token-core/playlists';
import type { Answer, Lab } from './lab.ts';
import { CDN, FOLDER, MASTER, START, advanceSeconds, each, fail, fakeTime, folder, inTurn, lab } from './lab.ts';
import { playlist, range, segment, watch } from './lab.ts';

fakeTime();

const SECRET = 'SECRET'.repeat(3);
const held = (tokens: Partial<Token>[], more = {}, answer?: Answer): Lab =>
  lab(answer, { tokens: tokens.map((it) => ({ prefix: FOLDER, expires: START + 60, ...it })), ...more });

describe('no token is in any event or error', () => {
  const token = { query: { st: 'SECRET-q' }, headers: { 'x-t': 'SECRET-h' } };
  const secret: Answer = (call) => folder(60, FOLDER, { ...token, base: `${CDN}/SECRET-${call.index}/` })(call);
  const problem = { detail: `${MASTER}?st=SECRET-problem /vod/a?st=SECRET is not signed. ${SECRET}1` };
  test.each<[string, Answer]>([
    ['all goes well', secret],
    ['each URL has a token', each(60, { query: { st: 'SECRET-u' } })],
    ['the endpoint denies', inTurn(secret, fail(403))],
    ['its answer is no JSON', inTurn(secret, () => new Response('{"tokens":[{"query":{"st":"SECRET-json"}'))],
    ['a token is wrong', inTurn(secret, () => ({ tokens: [{ prefix: 'SECRET', query: { st: 'SECRET' } }] }))],
    ['it explains a failure', inTurn(secret, () => Response.json(problem, { status: 403 }))],
    ['there is no network', inTurn(secret, () => Promise.reject(new TypeError('Failed to fetch')))],
  ])('%s', async (_, answer) => {
    const { source, events } = held([{ query: { st: 'SECRET-page' }, expires: START + 15 }], {}, answer);
    const errors: unknown[] = [];
    const attempt = async <T>(promise: Promise<T>): Promise<T | undefined> => {
      const seen = watch(promise);
      await advanceSeconds(20);
      errors.push(seen.error);
      return seen.value;
    };
    const request = await attempt(source.sign(`${MASTER}?st=SECRET-old`));
    source.learn(MASTER, hls(playlist(1, 9).replaceAll('.ts', '.ts?st=SECRET-list')));
    await attempt(source.sign(`${segment(1)}?st=SECRET-list`));
    const replay = await attempt(source.refused(request!, 403));
    if (replay) await attempt(source.refused(replay, 403));
    await advanceSeconds(3600);
    await attempt(source.sign(segment(3)));
    await attempt(source.renew());
    const shown = [events, errors, events.map(({ detail }) => detail)];
    expect(events.length).toBeGreaterThan(1);
    expect(inspect(shown, { depth: 12, showHidden: true }) + JSON.stringify(shown)).not.toContain('SECRET');
  });
});

describe('unsign() of a URL to which the edge has redirected, on a host without tokens', () => {
  const [node, path] = ['https://node.test/', `exp=1~hmac=${SECRET}%3F/2F/`];
  const [st, other] = [{ query: { st: SECRET, v: '1' } }, { query: { st: `ab+cd/${SECRET}== x` } }];
  const base = { base: `${CDN}/${path}` };
  test.each<[string, Partial<Token>, string, string, object?]>([
    ['the query', st, `a?x=1&st=${SECRET}&v=1#t`, `${node}a?x=1&v=1#t`],
    ['in other escapes', other, `a?st=ab%2Bcd%2F${SECRET}%3D%3D+x&x=1+1`, `${node}a?x=1+1`],
    ['in the escapes of a browser', other, `a?st=ab+cd/${SECRET}==%20x`, `${node}a`],
    ['a signature of its own', st, 'a?st=theirs', `${node}a?st=theirs`],
    ['the path', base, `${path}a?x=/1//#/t`, `${FOLDER}a?x=/1//#/t`],
    ['the path in other escapes', base, `${path.replace('=', '%3d')}a`, `${FOLDER}a`],
    ['a path of its own', base, 'exp=1~hmac=theirs/2F/a', `${node}exp=1~hmac=theirs/2F/a`],
    ['a short folder, which may be its own', { base: `${CDN}/v2/` }, 'v2/a', `${node}v2/a`],
    ['a host that is protected, too', base, `${path}a`, `${node}vod/7/a`, { protect: [CDN, node] }],
  ])('%s', (_, token, to, shown, options = {}) => {
    const { source } = held([token], options);
    source.allow(CDN);
    source.signNow(MASTER);
    expect(source.unsign(node + to)).toBe(shown);
  });

  test('a token that is sent is known, however many came after it; of those that were sent the last thousand', () => {
    const urls = range(0, 1199);
    const { source } = held(
      urls.map((url, n) => ({ prefix: undefined as never, url, query: { st: `${n}-${SECRET}` } })),
    );
    const sent = (url: string): string => source.signNow(url)!.url.replace(CDN, 'https://node.test');
    expect(source.unsign(sent(urls[0]!))).toBe(`${node}vod/7/0.ts`);
    expect(source.unsign(urls.map(sent)[200]!)).toBe(`${node}vod/7/200.ts`);
  });
});

describe('hideSignedUrl()', () => {
  test.each(['url', 'responseURL'] as const)('%s of a response shows no token, also if it comes later', (name) => {
    let url = '';
    const details = Object.create(Object.defineProperty({}, name, { get: () => url })) as Record<typeof name, string>;
    const { source } = held([{ query: { st: 'SECRET' } }]);
    for (let n = 0; n < 2; n++) hideSignedUrl(details, source);
    expect(details[name]).toBe('');
    url = `${MASTER}?x=1&st=SECRET`;
    expect(details[name]).toBe(`${MASTER}?x=1`);
  });

  test('leaves all else alone', () => {
    const own = Object.freeze({ url: `${MASTER}?st=SECRET` });
    const { source } = held([{ query: { st: 'SECRET' } }]);
    for (const value of [undefined, null, '', 7, own, Object.create(null), Object.freeze(Object.create(own))])
      expect(() => hideSignedUrl(value, source)).not.toThrow();
    expect(own.url).toContain('SECRET');
  });
});

describe('textWithoutToken() replaces a text that quotes the token', () => {
  const MAC = 'q'.repeat(22);
  const asked = 'HTTPS://CDN.test/a b.ts';
  const signed = (token: Partial<Token>, url = asked): SignedRequest => {
    const { headers = {} } = token;
    return { ...untouchedRequest(asked), url, headers, token: { expires: START, ...token } };
  };
  const akamai = signed({ query: { hdnts: `exp=1~acl=/v/*~hmac=${MAC}` } });
  const st = signed({ query: { st: MAC, v: '1' } });
  test.each<[string, string, SignedRequest]>([
    ['the URL as it was signed', `no ${asked}?st=1`, signed({}, `${asked}?st=1`)],
    ['the URL as a browser writes it', 'no https://cdn.test/a%20b.ts?st=1', signed({}, `${asked}?st=1`)],
    ['a parameter', `the signature ${MAC} is wrong`, st],
    ['in other escapes', `?st=%71${MAC.slice(1)} %E0%A4 %zz`, st],
    [
      'as searchParams writes it',
      `?${String(new URLSearchParams({ a: `a b${MAC}` }))}`,
      signed({ query: { a: `a b${MAC}` } }),
    ],
    ['a part of a parameter', `{"hmac":"${MAC}"}`, akamai],
    ['escaped by JSON and HTML', `"exp=1~acl=\\/v\\/*~hmac&#x3D;${MAC}"`, akamai],
    ['a folder of the path', `https://backup.test/x/~${MAC}/a b.ts`, signed({ base: `https://cdn.test/%7E${MAC}/` })],
    ['a header', `invalid JWT '${MAC}'`, signed({ headers: { Authorization: `Bearer ${MAC}` } })],
    ['a short header', `'t t' is no value`, signed({ headers: { 'x-t': 't t' } })],
  ])('%s', (_, text, request) => {
    expect(textWithoutToken(text, request)).toMatch(/quotes the token/);
  });

  test.each<[string, string, SignedRequest]>([
    ['without a token', `no ${asked}`, untouchedRequest(asked)],
    [
      'with the URL that was asked for',
      `no ${asked} or https://cdn.test/a%20b.ts`,
      signed({ headers: { a: MAC, v: 'b' } }),
    ],
    ['with a short parameter', 'HTTP 1.1: 100% of %E0%A4 %zz', st],
    ['with fifteen characters', 'm'.repeat(15), signed({ query: { st: 'm'.repeat(15) } })],
    [
      'with the host of a path token',
      'edge-7.cdn.example.com',
      signed({ base: `https://edge-7.cdn.example.com/${MAC}/` }),
    ],
  ])('but not one %s', (_, text, request) => {
    expect(textWithoutToken(text, request)).toBe(text);
  });
});
