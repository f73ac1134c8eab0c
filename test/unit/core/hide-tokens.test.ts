import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
  errorWithoutToken,
  hideSignedUrl,
  textWithoutToken,
  untouchedRequest,
} from '../../../packages/core/src/adapter.ts';
import type { SignedRequest, Token, TokenSource } from '../../../packages/core/src/index.ts';
import { CDN, FOLDER, MASTER, START, fakeTime, folder, lab } from './lab.ts';

fakeTime();

describe('errorWithoutToken', () => {
  const MAC = 'q'.repeat(22);
  const URL_ASKED = 'HTTPS://CDN.test/a b.ts';

  const signed = (url: string, { headers = {}, ...token }: Partial<Token>): SignedRequest => ({
    ...untouchedRequest(URL_ASKED),
    ...{ url, headers, token: { expires: 1_795_500_000, ...token, headers } },
  });
  const AKAMAI = `exp=1~acl=/*~hmac=${MAC}`;
  const inPath = signed(`https://cdn.test/${MAC}/a%20b.ts`, { base: `https://cdn.test/${MAC}/` });
  const inHeader = signed(URL_ASKED, { headers: { Authorization: `Bearer ${MAC}` } });
  const inQuery = signed(`${URL_ASKED}?st=${MAC}&v=1`, { query: { st: MAC, v: '1' } });

  test.each([
    ['the URL as it was signed', `Failed to load ${URL_ASKED}?st=${MAC}&v=1`, inQuery],
    [
      'the URL as a browser writes it',
      `Failed to load https://cdn.test/a%20b.ts?st=short`,
      signed(`${URL_ASKED}?st=short`, {}),
    ],
    ['a parameter of the token', `the signature ${MAC} is not accepted`, inQuery],
    [
      'a parameter as the URL holds it',
      `Cannot GET /a.ts?sig=ab%2Bcd${MAC}`,
      signed(URL_ASKED, { query: { sig: `ab+cd${MAC}` } }),
    ],
    [
      'a parameter that stands in the URL with an escape of its own',
      `Cannot GET /a.ts?sig=ab%252Bcd${MAC}`,
      signed(URL_ASKED, { query: { sig: `ab%2Bcd${MAC}` } }),
    ],
    [
      'a parameter as searchParams writes it',
      `Cannot GET /a.ts?${String(new URLSearchParams({ hdnts: AKAMAI, x: '1' }))}`,
      signed(URL_ASKED, { query: { hdnts: AKAMAI } }),
    ],
    [
      'a parameter with a space as searchParams writes it',
      `Cannot GET /a.ts?${String(new URLSearchParams({ st: `a b${MAC}` }))}`,
      signed(URL_ASKED, { query: { st: `a b${MAC}` } }),
    ],
    ['a token in the path, as a path', `Cannot GET /${MAC}/a%20b.ts`, inPath],
    ['a token in the path, on another host', `Failed to load https://backup.test/x/${MAC}/a%20b.ts`, inPath],
    [
      'a token in the path, decoded',
      `No file /~${MAC}/a b.ts`,
      signed(`https://cdn.test/%7E${MAC}/a%20b.ts`, { base: `https://cdn.test/%7E${MAC}/` }),
    ],
    ['the signature within a parameter', `{"hmac":"${MAC}"}`, signed(URL_ASKED, { query: { hdnts: AKAMAI } })],
    [
      'a parameter that JSON and HTML have escaped',
      `<pre>{"token":"exp=1~acl=\\/v\\/*~hmac&#x3D;${MAC}"}</pre>`,
      signed(URL_ASKED, { query: { hdnts: `exp=1~acl=/v/*~hmac=${MAC}` } }),
    ],
    ['a header without its scheme', `invalid JWT '${MAC}'`, inHeader],
    ['a header of the token', `'t t' is no value of a header`, signed(URL_ASKED, { headers: { 'x-token': 't t' } })],
  ])('an error that quotes %s is replaced, and so is its text', (_, text, request) => {
    const shown = errorWithoutToken(new TypeError(text), request);
    expect(shown).toBeInstanceOf(TypeError);
    expect(String(shown)).toMatch(/quotes the token/);
    expect(textWithoutToken(text, request)).toMatch(/quotes the token/);
  });

  test('an error whose cause quotes the token is replaced: consoles print causes', () => {
    const cause = new Error(`cannot reach ${URL_ASKED}?st=${MAC}&v=1`);
    const error = new TypeError('fetch failed', { cause: new Error('no answer', { cause }) });
    expect(String(errorWithoutToken(error, inQuery))).toMatch(/quotes the token/);
  });

  test('an error that is its own cause, or that cannot be read, ends nothing', () => {
    const own: Error = new Error('round');
    own.cause = own;
    expect(errorWithoutToken(own, inQuery)).toBe(own);
    const hostile = {
      toString: () => {
        throw new Error('read');
      },
    };
    expect(errorWithoutToken(hostile, inQuery)).toBeInstanceOf(TypeError);
    for (const thrown of [undefined, null, 'text', 7]) expect(errorWithoutToken(thrown, inQuery)).toBe(thrown);
  });

  test('an error without an end of causes is read eight deep', () => {
    const cause = vi.fn(() => error);
    const error: object = Object.defineProperty(new Error('round'), 'cause', { get: cause });
    expect(errorWithoutToken(error, inQuery)).toBe(error);
    expect(cause).toHaveBeenCalledTimes(8);
  });

  test('any other error stays what it is, also beside a short parameter or an empty header', () => {
    const error = new TypeError('HTTP 1.1: Failed to fetch');
    for (const request of [inQuery, signed(URL_ASKED, { headers: { 'x-flag': '' } })]) {
      expect(errorWithoutToken(error, request)).toBe(error);
      expect(textWithoutToken(error.message, request)).toBe(error.message);
    }
  });

  test('a text that quotes no more than the URL asked for stays, where the token stands elsewhere', () => {
    const text = `Failed to load ${URL_ASKED}, or https://cdn.test/a%20b.ts`;
    expect(textWithoutToken(text, inHeader)).toBe(text);
    expect(textWithoutToken(text, signed(URL_ASKED, { credentials: true }))).toBe(text);
  });

  test('a folder that the URL asked for has as well, and the host of a path token, are no token', () => {
    const url = 'https://cdn.test/folder-with-a-long-name/1.ts';
    const base = `https://edge-7.cdn.example.com/${MAC}/folder-with-a-long-name/`;
    const request = { ...untouchedRequest(url), url: `${base}1.ts`, token: { expires: 1_795_500_000, base } };
    const text = 'edge-7.cdn.example.com has no /folder-with-a-long-name/1.ts';
    expect(textWithoutToken(text, request)).toBe(text);
  });

  test('a path that a parameter of the token repeats is no token: an error about the URL keeps its text', () => {
    const url = 'https://cdn.test/vod/film-of-2026-in-two-parts/s 1.m4s';
    const query = { token: MAC, token_path: '/vod/film-of-2026-in-two-parts/' };
    const request = { ...untouchedRequest(url), url: `${url}?token=${MAC}`, token: { expires: 1_795_500_000, query } };
    expect(textWithoutToken('https://cdn.test/vod/film-of-2026-in-two-parts/s%201.m4s', request)).toContain(
      's%201.m4s',
    );
    expect(textWithoutToken(`no ${MAC}`, request)).toMatch(/quotes the token/);
  });

  test('a header of one digit that stands in the URL as well is no token: the URL is shown', () => {
    const headers = { 'x-version': '1', authorization: MAC };
    const request = {
      ...untouchedRequest('https://cdn.test/s-1.m4s'),
      headers,
      token: { expires: 1_795_500_000, headers },
    };
    expect(textWithoutToken('https://cdn.test/s-1.m4s', request)).toBe('https://cdn.test/s-1.m4s');
    expect(textWithoutToken(`s-1.m4s ${MAC}`, request)).toMatch(/quotes the token/);
  });

  test('a text with escapes that mean nothing is read all the same', () => {
    expect(textWithoutToken(`100% of %E0%A4 %zz ?st=%71${MAC.slice(1)}`, inQuery)).toMatch(/quotes the token/);
    expect(textWithoutToken('100% of %E0%A4 %zz', inQuery)).toBe('100% of %E0%A4 %zz');
  });

  test('a parameter of fifteen characters may be none of a token, one of sixteen is', () => {
    const shown = (length: number): unknown =>
      textWithoutToken(`not ${'m'.repeat(length)}`, signed(URL_ASKED, { query: { st: 'm'.repeat(length) } }));
    expect(shown(15)).toBe(`not ${'m'.repeat(15)}`);
    expect(shown(16)).toMatch(/quotes the token/);
  });

  test('without a token there is nothing to hide', () => {
    const error = new TypeError(`Failed to load ${URL_ASKED}`);
    expect(errorWithoutToken(error, untouchedRequest(URL_ASKED))).toBe(error);
  });
});

describe('hideSignedUrl', () => {
  const SIGNED = `${MASTER}?x=1&st=SECRET`;
  const tokens = [{ prefix: FOLDER, query: { st: 'SECRET' }, expires: START + 60 }];
  let source: TokenSource;
  beforeEach(() => ({ source } = lab(folder(), { tokens })));

  test('a Response tells its URL without the token', () => {
    const response = Object.defineProperty(
      Object.create({
        get url() {
          return SIGNED;
        },
      }) as Response,
      'own',
      { value: 1 },
    );
    hideSignedUrl(response, source);
    expect(response.url).toBe(`${MASTER}?x=1`);
    hideSignedUrl(response, source);
    expect(response.url, 'done twice').toBe(`${MASTER}?x=1`);
  });

  test('an edge has redirected to a host without tokens, with the query: the URL is told without the token', async () => {
    const secret = 'SECRET'.repeat(3);
    ({ source } = lab(folder(), { tokens: [{ prefix: FOLDER, query: { st: secret, v: '1' }, expires: START + 60 }] }));
    await source.sign(MASTER);
    expect(source.unsign(`https://node7.test/a.m3u8?x=1&st=${secret}&v=1#t`)).toBe(
      'https://node7.test/a.m3u8?x=1&v=1#t',
    );
    expect(source.unsign('https://node7.test/a.m3u8?st=their-own-signature')).toMatch(/st=their/);
  });

  test.each([
    ['as searchParams writes it', 'st=ab%2Bcd%2FSECRET%3D%3D+x'],
    ['with the escapes that a browser needs', 'st=ab+cd/SECRET==%20x'],
    ['with some escapes', 'st=ab+cd%2FSECRET=%3D%20x'],
  ])('a redirect to a host without tokens has written the query anew, %s', async (_, query) => {
    ({ source } = lab(folder(), {
      tokens: [{ prefix: FOLDER, query: { st: 'ab+cd/SECRET== x' }, expires: START + 60 }],
    }));
    await source.sign(MASTER);
    expect(source.unsign(`https://node7.test/a.m3u8?${query}&x=1+1`)).toBe('https://node7.test/a.m3u8?x=1+1');
  });

  test('a token that is sent is known on other hosts, among however many tokens that came after it', () => {
    const token = (n: number): Token => ({
      url: `${CDN}/v/${n}.ts`,
      query: { st: `${n}-${'SECRET'.repeat(3)}` },
      expires: START + 60,
    });
    ({ source } = lab(folder(), { tokens: Array.from({ length: 1200 }, (_, n) => token(n)) }));
    const { url } = source.signNow(`${CDN}/v/0.ts`)!;
    expect(url).toContain('SECRET');
    expect(source.unsign(url.replace(CDN, 'https://node7.test'))).toBe('https://node7.test/v/0.ts');
  });

  test('of 1200 tokens that were sent, the newest thousand are known on other hosts, the oldest is not', () => {
    const urls = Array.from({ length: 1200 }, (_, n) => `${CDN}/v/${n}.ts`);
    const token = (url: string, n: number): Token => ({
      url,
      query: { st: `${n}-${'SECRET'.repeat(3)}` },
      expires: START + 60,
    });
    ({ source } = lab(folder(), { tokens: urls.map(token) }));
    const sent = urls.map((url) => source.signNow(url)!.url.replace(CDN, 'https://node7.test'));
    expect(source.unsign(sent[200]!)).toBe('https://node7.test/v/200.ts');
    expect(source.unsign(sent[0]!)).toBe(sent[0]);
  });

  describe('an edge has redirected to a host without tokens, with the token in the path', () => {
    const path = `/exp=1800000300~hmac=${'SECRET'.repeat(3)}%3F/2F`;
    test.each([
      ['as it was sent', `https://node7.test${path}/a.m3u8?x=/1//#/t`, `${CDN}/vod/7/a.m3u8?x=/1//#/t`],
      ['in other escapes', `https://node7.test${path.replace('=', '%3d')}/a.m3u8`, `${CDN}/vod/7/a.m3u8`],
      ['a folder of another token', 'https://node7.test/exp=1~hmac=theirs/2F/a.m3u8', undefined],
    ])('%s', async (_, to, expected = to) => {
      const base = `${CDN}${path}/`;
      ({ source } = lab(folder(), { tokens: [{ prefix: `${CDN}/vod/7/`, base, expires: START + 60 }] }));
      source.allow(CDN);
      await source.sign(`${CDN}/vod/7/a.m3u8`);
      expect(source.unsign(to)).toBe(expected);
    });

    test('that host is shown if it is protected, too: it has tokens of its own', async () => {
      const preset = [{ prefix: `${CDN}/vod/7/`, base: `${CDN}${path}/`, expires: START + 60 }];
      ({ source } = lab(folder(), { tokens: preset, protect: [CDN, 'https://node7.test'] }));
      await source.sign(`${CDN}/vod/7/a.m3u8`);
      expect(source.unsign(`https://node7.test${path}/a.m3u8?x=1`)).toBe('https://node7.test/vod/7/a.m3u8?x=1');
    });

    test('what a playlist from there names is requested with the token', async () => {
      const preset = [{ prefix: `${CDN}/vod/7/`, base: `${CDN}${path}/`, expires: START + 60 }];
      ({ source } = lab(folder(), { tokens: preset }));
      source.allow(`${CDN}/vod/7/a.m3u8`);
      await source.sign(`${CDN}/vod/7/a.m3u8`);
      const shown = source.unsign(`https://node7.test${path}/hd/a.m3u8`);
      expect(source.signNow(new URL('1.ts', shown).href)?.url).toBe(`${CDN}${path}/hd/1.ts`);
    });

    test('no folder of the token: one of the prefix, in other escapes', async () => {
      const [prefix, base] = ['caf%C3%A9-of-the-corner', 'caf%c3%a9-of-the-corner'].map((name) => `${CDN}/${name}/`);
      const preset = [{ prefix, base, headers: { authorization: 'a' }, expires: START + 60 }];
      ({ source } = lab(folder(), { tokens: preset as Token[] }));
      const there = 'https://node7.test/caf%c3%a9-of-the-corner/a.m3u8';
      expect(source.unsign(there)).toBe(there);
    });

    test('a short folder may be one of that host', async () => {
      ({ source } = lab(folder(), { tokens: [{ prefix: FOLDER, base: `${CDN}/v2/`, expires: START + 60 }] }));
      await source.sign(MASTER);
      expect(source.unsign('https://node7.test/v2/a.m3u8')).toBe('https://node7.test/v2/a.m3u8');
    });
  });

  test('a request that has not been answered yet tells its URL later', () => {
    let url = '';
    const xhr = Object.create({
      get responseURL() {
        return url;
      },
    }) as XMLHttpRequest;
    hideSignedUrl(xhr, source);
    expect(xhr.responseURL).toBe('');
    url = SIGNED;
    expect(xhr.responseURL).toBe(`${MASTER}?x=1`);
  });

  test('what is no such object is left alone', () => {
    const error = new Error('down');
    const own = Object.freeze({ url: SIGNED });
    for (const value of [
      undefined,
      null,
      '',
      7,
      error,
      own,
      Object.create(null),
      Object.freeze(Object.create({ url: SIGNED })),
    ]) {
      expect(() => hideSignedUrl(value, source)).not.toThrow();
    }
    expect(Object.keys(error)).toEqual([]);
    expect(own.url).toBe(SIGNED);
  });
});
