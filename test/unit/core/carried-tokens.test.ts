import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenSource } from '../../../packages/core/src/index.ts';
import type { SentRequest } from '../../../packages/core/src/adapter.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { carriesToken, sentRequest } from '../../../packages/core/src/adapter.ts';

const vod = 'https://cdn.test/vod/';
const url = `${vod}1.ts`;
const plain: SentRequest = { url, headers: [], credentials: false };

describe('carriesToken', () => {
  const sources: TokenSource[] = [];
  const create = (carrier: Partial<Token>, scope: Partial<Token> = { prefix: vod }): TokenSource => {
    const source = createTokenSource({
      protect: 'https://cdn.test/',
      getTokens: () => Promise.reject(new Error('nobody asks')),
      tokens: [{ ...scope, expires: Date.now() / 1000 + 1000, ...carrier }],
    });
    sources.push(source);
    return source;
  };
  /** Returns the request that `source` signs, as the browser sends it. */
  const sent = (source: TokenSource, asked = url): SentRequest => {
    const { headers, credentials, ...signed } = source.signNow(asked)!;
    return sentRequest(
      new Request(signed.url, {
        headers: { accept: '*/*', ...headers },
        credentials: credentials ? 'include' : 'same-origin',
      }),
    );
  };

  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => {
    for (const source of sources.splice(0)) source.destroy();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test.each<[string, Partial<Token>]>([
    ['query', { query: { st: 'x y', e: '1' } }],
    ['path', { base: 'https://cdn.test/secret/vod/' }],
    ['headers', { headers: { 'X-Token': '1', 'X-Expires': '2' } }],
    ['cookie', { credentials: true }],
    ['query and cookie', { query: { st: '1' }, credentials: true }],
  ])('sees a token that was attached, in the %s, and none elsewhere', (_, carrier) => {
    const signed = sent(create(carrier), `${url}?x=1#f`);
    expect(carriesToken(signed, undefined)).toBe(true);
    expect(carriesToken(signed, create({ query: { st: 'of another' } })), 'whoever asks').toBe(true);
    expect(carriesToken(plain, undefined), 'unsigned').toBe(false);
    const elsewhere = signed.url.replace('cdn.test', 'other.test');
    expect(carriesToken({ ...signed, url: elsewhere }, undefined), 'elsewhere').toBe(false);
  });

  test('a header of another value is no token, where the values are known', () => {
    const signed = sent(create({ headers: { Authorization: 'Bearer a' } }));
    expect(carriesToken(signed, undefined, new Headers({ authorization: 'Bearer a' }))).toBe(true);
    expect(carriesToken(signed, undefined, new Headers({ authorization: 'Bearer stale' }))).toBe(false);
  });

  test('an endpoint may have sent a number', () => {
    expect(carriesToken(sent(create({ query: { e: 1732450300 as never } })), undefined)).toBe(true);
  });

  test('tokens of a source that is destroyed are none any more', () => {
    const source = create({ query: { st: '1' } });
    const signed = sent(source);
    source.destroy();
    expect(carriesToken(signed, undefined)).toBe(false);
  });

  test('an adapter may add to the query what it likes', () => {
    const signed = sent(create({ query: { st: '1' } }));
    expect(carriesToken({ ...signed, url: `${signed.url}&x=1` }, undefined)).toBe(true);
  });

  test('the token of one URL is none for another', () => {
    const signed = sent(create({ url, query: { st: '1' } }, {}));
    expect(carriesToken(signed, undefined)).toBe(true);
    expect(carriesToken({ ...signed, url: signed.url.replace('1.ts', '2.ts') }, undefined)).toBe(false);
  });

  test('a stale token that a server has written there is none, nor one that no source has attached', () => {
    const source = create({ query: { st: 'new' } });
    expect(carriesToken({ ...plain, url: `${url}?st=new` }, undefined)).toBe(false);
    source.signNow(url);
    expect(carriesToken({ ...plain, url: `${url}?st=new` }, undefined)).toBe(true);
    expect(carriesToken({ ...plain, url: `${url}?st=old` }, undefined)).toBe(false);
  });

  test('nor is one that has expired, or whose source is destroyed', () => {
    const [expiring, destroyed] = [create({ query: { st: '1' } }), create({ query: { st: '2' } })];
    const requests = [sent(expiring), sent(destroyed)];
    expect(requests.map((request) => carriesToken(request, undefined))).toEqual([true, true]);
    destroyed.destroy();
    expect(requests.map((request) => carriesToken(request, undefined))).toEqual([true, false]);
    vi.setSystemTime(Date.now() + 1000_000);
    expect(requests.map((request) => carriesToken(request, undefined))).toEqual([false, false]);
  });

  test('a token that no new request would get is one until its end, if it was attached just now', () => {
    const source = create({ query: { st: '1' } });
    vi.setSystemTime(Date.now() + 997_000);
    const request = sent(source);
    vi.setSystemTime(Date.now() + 2000);
    expect(source.signNow(url), 'too late for a new request').toBeUndefined();
    expect(carriesToken(request, undefined), 'the request left before').toBe(true);
    vi.setSystemTime(Date.now() + 1000);
    expect(carriesToken(request, undefined)).toBe(false);
  });

  test('a token that no new request would get is none if it was attached long ago: the app has kept the URL', () => {
    const source = create({ query: { st: '1' } });
    const request = sent(source);
    vi.setSystemTime(Date.now() + 997_000);
    expect(carriesToken(request, undefined), 'a new request would get it').toBe(true);
    vi.setSystemTime(Date.now() + 2000);
    expect(carriesToken(request, undefined)).toBe(false);
  });

  test('of the source that asks, no cookie, for it has to renew that', () => {
    const [visible, cookie] = [create({ query: { st: '1' } }), create({ credentials: true })];
    expect(carriesToken(sent(visible), visible)).toBe(true);
    expect(carriesToken(sent(cookie), cookie)).toBe(false);
    expect(carriesToken(sent(cookie), visible)).toBe(true);
  });

  test('another copy of this package in the page is asked', async () => {
    vi.resetModules();
    const copy = await import('../../../packages/core/src/adapter.ts');
    expect(copy.carriesToken).not.toBe(carriesToken);
    expect(copy.carriesToken(sent(create({ query: { st: 'here' } })), undefined)).toBe(true);
  });

  test('only the last ones are known', () => {
    const first = sent(create({ query: { st: 'first' } }));
    for (let n = 0; n < 300; n++) create({ query: { st: String(n) } }).signNow(url);
    expect(carriesToken(first, undefined)).toBe(false);
  });
});

describe('sentRequest', () => {
  test.each<[RequestCredentials, string, boolean]>([
    ['include', vod, true],
    ['same-origin', vod, false],
    ['same-origin', 'https://www.test/vod/', true],
    ['omit', 'https://www.test/vod/', false],
  ])('cookies go with %s to %s: %s', (credentials, to, expected) => {
    vi.stubGlobal('location', { origin: 'https://www.test' });
    expect(sentRequest(new Request(to, { credentials }))).toEqual({ url: to, headers: [], credentials: expected });
    vi.unstubAllGlobals();
  });
});
