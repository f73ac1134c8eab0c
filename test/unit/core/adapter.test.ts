import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SignedRequest, Token, TokenSource } from 'secure-token-core';
import { SecureTokenError, createTokenSource } from 'secure-token-core';
import {
  acquireTokenSource,
  carriesToken,
  credentialsMode,
  hasShownPicture,
  isElsewhere,
  isLeftBehind,
} from 'secure-token-core/adapter';
import { isOutage, replayCacheMode, replayOf, untouchedRequest, withTokenHeaders } from 'secure-token-core/adapter';
import type { SentRequest } from 'secure-token-core/adapter';

test.each<[boolean, string, number, number[], number?]>([
  [true, 'at the end of what is buffered', 21.9, [22]],
  [true, 'sought to where nothing was loaded', 21.9, []],
  [true, 'sought beyond what is buffered', 30, [22]],
  [false, 'within the window', 64.1, [64.2]],
  [false, 'at its very start', 64, []],
  [false, 'with half a second to play', 21.5, [22]],
  [false, 'with media after a gap', 21.9, [22, 70]],
  [false, 'before playback has begun', 0, []],
  [false, 'without a known window', 21.9, [22], NaN],
])('a live stream has moved on past the viewer: %s, %s', (expected, _, currentTime, ends, start = 64) => {
  const buffered = { length: ends.length, end: (index: number) => ends[index]! };
  expect(isLeftBehind({ currentTime, buffered }, start)).toBe(expected);
  expect(isLeftBehind({ currentTime }, start)).toBe(false);
});

test.each<[Parameters<typeof hasShownPicture>[0], boolean]>([
  [null, false],
  [{ readyState: 1, played: { length: 0 } as TimeRanges }, false],
  [{ readyState: 2, played: { length: 0 } as TimeRanges }, true],
  [{ readyState: 1, played: { length: 1 } as TimeRanges }, true],
])('the viewer has seen a picture of %o: %s', (media, expected) => {
  expect(hasShownPicture(media)).toBe(expected);
});

test('only an endpoint that does not answer is an outage, which players wait for', () => {
  const codes = [
    'ERR_SIGNING_UNAVAILABLE',
    'ERR_DENIED',
    'ERR_SIGNING_RESPONSE',
    'ERR_TOKEN_REFUSED',
    'ERR_DESTROYED',
  ] as const;
  expect(codes.filter((code) => isOutage(new SecureTokenError(code, '')))).toEqual(['ERR_SIGNING_UNAVAILABLE']);
  expect([new TypeError(''), 'ERR_SIGNING_UNAVAILABLE', undefined].some(isOutage)).toBe(false);
});

test('a source that was made from options ends with its player; one that was passed in does not', async () => {
  const { source, release } = acquireTokenSource('https://app.test/token');
  const shared = acquireTokenSource(source);
  expect(shared.source).toBe(source);
  shared.release();
  const request = expect(source.sign('https://cdn.test/a')).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
  release();
  await request;
});

test('headers of a token take the place of those of the same name, in whatever case', () => {
  const own = { Range: 'bytes=0-9', 'common-access-token': 'read in an answer' };
  const ofToken = { 'Common-Access-Token': 'ours' };
  expect(withTokenHeaders(own, ofToken)).toEqual({ Range: 'bytes=0-9', ...ofToken });
  expect(withTokenHeaders(undefined, {})).toEqual({});
  expect(
    ['https://CDN.test/b', 'https://cdn.test:8443/a'].map((url) => isElsewhere(url, 'https://cdn.test/a')),
  ).toEqual([false, true]);
});

test.each([
  [true, 'omit', 'include'],
  [false, 'include', 'include'],
  [false, undefined, 'same-origin'],
] as const)(
  'cookies are sent if the token is one (%s), or the player wants it (%s): %s',
  (credentials, asked, mode) => {
    expect(credentialsMode({ ...untouchedRequest(''), credentials }, asked)).toBe(mode);
  },
);

describe('a refusal that the browser may have kept for the URL of the replay is overwritten first', () => {
  const request: SignedRequest = { ...untouchedRequest('https://cdn.test/1.ts'), headers: { 'x-token': '1' } };
  const other = { ...request, headers: { 'x-token': '2' } };
  const fetch = vi.fn();
  const replay = (
    given: SignedRequest | undefined,
    status: number,
    method?: string,
  ): Promise<SignedRequest | undefined> =>
    replayOf({ refused: async () => given } as unknown as TokenSource, request, status, method ? { method } : {});
  beforeEach(() => void vi.stubGlobal('fetch', fetch.mockReset()));
  afterEach(() => void vi.unstubAllGlobals());

  test.each([
    ['headers', other, 'same-origin'],
    ['a cookie', { ...request, headers: {}, credentials: true }, 'include'],
  ])('with a token in %s', async (_, given, credentials) => {
    const cancel = vi.fn(async () => undefined);
    fetch.mockResolvedValueOnce({ body: { cancel } }).mockRejectedValueOnce(new TypeError('down'));
    for (let n = 0; n < 2; n++) expect(await replay(given, 410)).toBe(given);
    const { headers } = given;
    expect(fetch.mock.calls[0]).toEqual([
      request.url,
      { cache: 'reload', headers, credentials, signal: expect.any(AbortSignal) },
    ]);
    expect(cancel).toHaveBeenCalledOnce();
    expect(replayCacheMode(request, given)).toBe('reload');
  });

  test.each<[string, SignedRequest | undefined, number, string?]>([
    ['the replay has another URL', { ...request, url: `${request.url}?st=2` }, 410],
    ['browsers do not keep the status', other, 403],
    ['there is no replay', undefined, 410],
    ['it is a POST', other, 410, 'post'],
  ])('but not if %s', async (_, given, status, method) => {
    expect(await replay(given, status, method)).toBe(given);
    expect(fetch).not.toHaveBeenCalled();
  });
});

describe('a request that carries the token of a source belongs to it', () => {
  const url = 'https://cdn.test/vod/1.ts';
  const sources: TokenSource[] = [];
  const create = (
    carrier: Partial<Token>,
    scope: Partial<Token> = { prefix: 'https://cdn.test/vod/' },
  ): TokenSource => {
    const tokens = [{ ...scope, expires: Date.now() / 1000 + 1000, ...carrier }];
    const source = createTokenSource({ endpoint: '/token', protect: 'https://cdn.test/', tokens });
    sources.push(source);
    return source;
  };
  /** Returns the request that `source` signs, as the browser sends it. */
  const sent = (source: TokenSource, asked = url): SentRequest => {
    const { url: signed, headers, credentials } = source.signNow(asked)!;
    return { url: signed, headers: ['accept', ...Object.keys(headers).map((name) => name.toLowerCase())], credentials };
  };
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => {
    for (const source of sources.splice(0)) source.destroy();
    vi.useRealTimers();
  });

  test.each<[string, Partial<Token>]>([
    ['query', { query: { st: 'x y', e: 1 as never } }],
    ['path', { base: 'https://cdn.test/secret/vod/' }],
    ['headers', { headers: { 'X-Token': '1', 'X-Expires': '2' } }],
    ['cookie', { credentials: true }],
  ])('in the %s; not without it, or elsewhere', (_, carrier) => {
    const source = create(carrier);
    const signed = sent(source, `${url}?x=1#f`);
    const carries = (more: object): boolean => carriesToken({ ...signed, ...more }, undefined);
    expect([carries({}), carries({ url: signed.url.replace(/#.*/, '&added=1') })]).toEqual([true, true]);
    expect(carries({ url, headers: [], credentials: false }), 'unsigned').toBe(false);
    expect(carries({ url: signed.url.replace('cdn.test', 'other.test') }), 'elsewhere').toBe(false);
    expect(carriesToken(signed, source), 'a cookie has to be renewed by it').toBe(!carrier.credentials);
  });

  test('of one URL not for another; until it has ended', () => {
    const signed = sent(create({ url, query: { st: '1' } }, {}));
    const others = ['2.ts?st=1', '1.ts?st=old'].map((name) => new URL(name, signed.url).href);
    expect(others.map((it) => carriesToken({ ...signed, url: it }, undefined))).toEqual([false, false]);
    vi.setSystemTime(Date.now() + 31_000);
    expect(carriesToken(signed, undefined)).toBe(false);
  });

  test('of another copy of this package, too', async () => {
    vi.resetModules();
    const copy = await import('../../../packages/core/src/adapter.ts');
    expect(copy.carriesToken).not.toBe(carriesToken);
    expect(copy.carriesToken(sent(create({ query: { st: 'here' } })), undefined)).toBe(true);
  });
});
