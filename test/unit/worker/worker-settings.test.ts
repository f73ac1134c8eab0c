import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { SETTINGS, readSettings, workerSettings } from '../../../packages/worker/src/worker-settings.ts';

describe('workerSettings', () => {
  beforeEach(() => vi.stubGlobal('document', { baseURI: 'https://www.example/films/1' }));
  afterEach(() => vi.unstubAllGlobals());

  const protect = 'https://cdn.example/';
  const getTokens = () => Promise.resolve([]);

  const plain = {
    renewBefore: 5,
    jitter: 0,
    readAhead: 3,
    timeout: 2,
    refusals: [403, 404],
    debug: true,
    retry: { limit: 1, backoffLimit: 2 },
    request: { credentials: 'include' },
  } as const;

  test('the worker asks the endpoint itself with what may stand in its URL, which is absolute there', () => {
    const options = { ...plain, endpoint: 'token', protect: [protect, '/vod/'] };
    const settings = workerSettings(options);
    expect(settings).toEqual({
      ...options,
      endpoint: 'https://www.example/films/token',
      protect: [protect, 'https://www.example/vod/'],
    });
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
    expect(workerSettings({ endpoint: new URL('https://api.example/token'), protect })).toEqual({
      endpoint: 'https://api.example/token',
      protect: [protect],
    });
    expect(
      workerSettings({ endpoint: '/token', protect, request: undefined, retry: undefined, tokens: undefined } as never),
    ).toEqual({ endpoint: 'https://www.example/token', protect: [protect] });
  });

  const tokens = [{ url: 'https://cdn.example/a', expires: 1, query: { st: 'SECRET' } }];
  test.each<[string, object]>([
    ['getTokens', { endpoint: undefined, getTokens }],
    ['a function', { request: () => ({}) }],
    ['headers', { request: { headers: { authorization: 'SECRET' } } }],
    ['headers beside credentials', { request: { credentials: 'include', headers: {} } }],
    ['headers as a list', { request: { headers: [['authorization', 'SECRET']] } }],
    ['headers as an object of the browser', { request: { headers: new Headers({ authorization: 'SECRET' }) } }],
    ['a body', { request: { body: 'SECRET' } }],
    ['any other text', { request: { referrer: 'SECRET' } }],
    ['credentials that are none', { request: { credentials: 'SECRET' } }],
    [
      'a request that is no plain object',
      { request: new Request('https://api.example/', { headers: { authorization: 'SECRET' } }) },
    ],
    [
      'a request of a class',
      {
        request: new (class {
          credentials = 'include';
        })(),
      },
    ],
    ['tokens', { tokens }],
    ['no tokens at all, where some may be', { tokens: [] }],
    ['an endpoint with a query', { endpoint: '/token?key=SECRET' }],
    ['an endpoint with an empty query', { endpoint: '/token?' }],
    ['an endpoint with a fragment', { endpoint: '/token#SECRET' }],
    ['an endpoint with user info', { endpoint: 'https://user:SECRET@api.example/token' }],
    ['an endpoint with a user', { endpoint: 'https://SECRET@api.example/token' }],
    ['an endpoint as a URL', { endpoint: new URL('https://api.example/token?key=SECRET') }],
    ['a member that nobody knows', { apiKey: 'SECRET' }],
    ['a number that nobody knows', { pin: 1234 }],
    ['text in place of a number', { renewBefore: 'SECRET' }],
    ['text among numbers', { refusals: [403, 'SECRET'] }],
    ['more in retry', { retry: { limit: 1, key: 'SECRET' } }],
    ['an own __proto__', JSON.parse('{"__proto__":{"request":"SECRET"}}') as object],
    ['a clock', { clock: Date.now }],
  ])('the page asks with %s', (_, options) => {
    expect(workerSettings({ endpoint: '/token', ...options, protect })).toEqual({ protect: [protect] });
  });

  test.each([
    'https://cdn.example/?key=SECRET',
    'https://SECRET@cdn.example/',
    'https://user:SECRET@cdn.example/',
    '/vod/#SECRET',
    'wss://cdn.example/',
  ])('the page is asked about each URL with %s in protect', (rule) => {
    for (const rules of [rule, [protect, rule]])
      expect(workerSettings({ endpoint: '/token', protect: rules })).toEqual({});
  });

  test('what a getter says is written once', () => {
    let asked = 0;
    const options = {
      endpoint: '/token',
      protect,
      get request() {
        return asked++ ? { headers: { a: 'SECRET' } } : { credentials: 'omit' };
      },
    };
    expect(JSON.stringify(workerSettings(options as never))).not.toContain('SECRET');
  });

  test('the page is asked about each URL where the rules cannot be written down, and for a token source', () => {
    expect(workerSettings({ endpoint: '/token', protect: /cdn/ })).toEqual({});
    expect(workerSettings({ endpoint: '/token', protect: [protect, () => true] })).toEqual({});
    const source = createTokenSource({ getTokens });
    expect(workerSettings(source)).toEqual({});
    source.destroy();
  });

  test('protect is needed', () => {
    expect(() => workerSettings({ endpoint: '/token' })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('protect') as string }) as Error,
    );
  });
});

describe('readSettings', () => {
  const read = (settings: unknown): unknown =>
    readSettings(`https://www.example/token-worker.js?a=1&${SETTINGS}=${encodeURIComponent(JSON.stringify(settings))}`);
  const written = {
    endpoint: 'https://api.example/token',
    protect: ['https://cdn.example/'],
    request: { credentials: 'include' },
    timeout: 2,
    refusals: [404],
    retry: { limit: 1 },
  };

  test('reads what workerSettings writes', () => {
    expect(read(written)).toEqual(written);
    expect(readSettings('https://www.example/token-worker.js')).toEqual({});
  });

  test('reads nothing else, whoever has written it', () => {
    const more = { ...written, tokens: [], getTokens: 1, clock: 1, headers: {}, apiKey: 'x', random: 0.5 };
    expect(read(more)).toEqual(written);
    expect(read({ ...written, request: { credentials: 'include', headers: { a: 'b' } } })).toEqual({
      ...written,
      request: undefined,
    });
    expect(read({ ...written, endpoint: 'https://api.example/token?key=1', retry: { limit: '1' } })).toEqual({
      ...written,
      endpoint: undefined,
      retry: undefined,
    });
    for (const nothing of [null, 7, 'x', []]) expect(read(nothing)).toEqual({});
  });
});
