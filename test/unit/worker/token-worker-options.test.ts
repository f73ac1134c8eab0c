import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { adoptTokens } from '../../../packages/core/src/adopt.ts';
import { hlsOrDash } from '../../../packages/core/src/playlists.ts';
import { planWorker } from '../../../packages/worker/src/page/token-worker-options.ts';
import { readSettings, SETTINGS } from '../../../packages/worker/src/wire/worker-settings.ts';

beforeEach(() => vi.stubGlobal('document', { baseURI: 'https://www.example/films/1' }));
afterEach(() => vi.unstubAllGlobals());

const protect = 'https://cdn.example/';
const endpoint = '/token';
const getTokens = () => Promise.resolve([]);
const source = createTokenSource({ getTokens, protect });

const refusal = (message: RegExp): Error =>
  expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) as string }) as Error;

describe('a worker that asks by itself', () => {
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

  test('has its options in its URL, where they are absolute', () => {
    const options = { ...plain, endpoint: 'token', protect: [protect, '/vod/'] };
    const { settings, source: none } = planWorker(options);
    expect(none).toBeUndefined();
    expect(settings).toEqual({
      ...options,
      endpoint: 'https://www.example/films/token',
      protect: [protect, 'https://www.example/vod/'],
    });
    expect(readSettings(`https://h/w.js?${SETTINGS}=${encodeURIComponent(JSON.stringify(settings))}`)).toEqual(
      settings,
    );
    expect(planWorker({ endpoint: new URL('https://api.example/token'), protect }).settings).toEqual({
      endpoint: 'https://api.example/token',
      protect: [protect],
    });
    const without = { endpoint, protect, request: undefined, retry: undefined, tokens: undefined };
    expect(planWorker(without as never).settings).toEqual({
      endpoint: 'https://www.example/token',
      protect: [protect],
    });
  });

  test("'media', the default, does not stand there, and the URL is that of 1.0", () => {
    for (const requests of [undefined, 'media'] as const) {
      const { settings } = planWorker({ endpoint, protect, ...(requests && { requests }) });
      expect(settings).toEqual({ endpoint: 'https://www.example/token', protect: [protect] });
    }
  });

  test("'all' stands there, and is read from there", () => {
    const { settings, source: own } = planWorker({ endpoint, protect, requests: 'all' });
    expect(settings).toEqual({ endpoint: 'https://www.example/token', protect: [protect], requests: 'all' });
    expect(own).toBeUndefined();
    const read = (requests: unknown): unknown =>
      readSettings(`https://www.example/w.js?${SETTINGS}=${encodeURIComponent(JSON.stringify({ requests }))}`);
    expect([read('all'), read('media'), read('SECRET')]).toEqual([{ requests: 'all' }, {}, {}]);
  });

  const tokens = [{ url: 'https://cdn.example/a', expires: 1, query: { st: 'SECRET' } }];
  test.each<[string, object, string]>([
    ['getTokens in place of an endpoint', { endpoint: undefined, getTokens }, 'getTokens'],
    ['getTokens beside one', { getTokens }, 'getTokens'],
    ['tokens', { tokens }, 'tokens'],
    ['no tokens at all, where some may be', { tokens: [] }, 'tokens'],
    ['a clock', { clock: Date.now }, 'clock'],
    ['a function', { request: () => ({}) }, 'request'],
    ['headers', { request: { headers: { authorization: 'SECRET' } } }, 'request'],
    ['headers beside credentials', { request: { credentials: 'include', headers: {} } }, 'request'],
    ['headers as a list', { request: { headers: [['authorization', 'SECRET']] } }, 'request'],
    ['headers of the browser', { request: { headers: new Headers({ authorization: 'SECRET' }) } }, 'request'],
    ['a body', { request: { body: 'SECRET' } }, 'request'],
    ['any other text', { request: { referrer: 'SECRET' } }, 'request'],
    ['credentials that are none', { request: { credentials: 'SECRET' } }, 'request'],
    ['a Request', { request: new Request('https://h/', { headers: { authorization: 'SECRET' } }) }, 'request'],
    [
      'a request of a class',
      {
        request: new (class {
          credentials = 'include';
        })(),
      },
      'request',
    ],
    ['an endpoint with a query', { endpoint: '/token?key=SECRET' }, 'endpoint'],
    ['an endpoint with an empty query', { endpoint: '/token?' }, 'endpoint'],
    ['an endpoint with a fragment', { endpoint: '/token#SECRET' }, 'endpoint'],
    ['an endpoint with user info', { endpoint: 'https://user:SECRET@api.example/token' }, 'endpoint'],
    ['an endpoint with a user', { endpoint: 'https://SECRET@api.example/token' }, 'endpoint'],
    ['an endpoint as a URL', { endpoint: new URL('https://api.example/token?key=SECRET') }, 'endpoint'],
    ['a pattern in protect', { protect: /SECRET/ }, 'protect'],
    ['a function in protect', { protect: () => true }, 'protect'],
    ['a pattern among prefixes', { protect: [protect, /SECRET/] }, 'protect'],
    ['protect with a query', { protect: `${protect}?key=SECRET` }, 'protect'],
    ['protect with user info', { protect: 'https://user:SECRET@cdn.example/' }, 'protect'],
    ['protect with a fragment', { protect: [protect, '/vod/#SECRET'] }, 'protect'],
  ])('%s: ERR_OPTIONS that says to pass a token source, and no secret', (_, options, name) => {
    const plan = (): unknown => planWorker({ endpoint, protect, ...options });
    expect(plan).toThrow(refusal(new RegExp(`^ERR_OPTIONS: ${name}\\b.*reate a token source.*pass it`)));
    expect(plan).not.toThrow('SECRET');
  });

  test.each<[string, unknown, RegExp]>([
    ['no endpoint', { protect }, /endpoint is wrong. It is missing/],
    ['no protect', { endpoint }, /protect is missing/],
    ['a URL alone', endpoint, /protect is missing/],
    ['nothing', undefined, /endpoint is wrong. It is missing/],
    ['another word', { endpoint, protect, requests: 'scripts' }, /requests is neither 'media' nor 'all'/],
    ['true', { endpoint, protect, requests: true }, /'media' nor 'all'/],
    ['another name', { endpoint, protect, request_s: 'all' }, /Did you mean 'requests'/],
    ['a member that nobody knows', { endpoint, protect, apiKey: 'SECRET' }, /Unknown option 'apiKey'/],
    ['a share beyond 1', { endpoint, protect, jitter: 2 }, /jitter is wrong. It is 2/],
    ['text in place of a number', { endpoint, protect, renewBefore: 'SECRET' }, /renewBefore is wrong. It is text/],
    ['text among numbers', { endpoint, protect, refusals: [403, 'SECRET'] }, /refusals\[1\] is wrong. It is text/],
    [
      'more than statuses',
      { endpoint, protect, refusals: [{ key: 'SECRET' }] },
      /refusals\[0\] is wrong. It is an object/,
    ],
    ['adopt, which no URL can hold', { endpoint, protect, adopt: adoptTokens }, /Unknown option 'adopt'/],
    ['an own __proto__', JSON.parse(`{"endpoint":"/","__proto__":{"request":"SECRET"}}`), /Unknown option '__proto__'/],
    ['more in retry', { endpoint, protect, retry: { limit: 1, key: 'SECRET' } }, /Unknown option 'retry.key'/],
    ['a host in place of a URL', { endpoint, protect: 'cdn.example.com' }, /Give 'https:\/\/cdn.example.com\/'/],
    [
      'another scheme',
      { endpoint, protect: 'wss://cdn.example/' },
      /protect is wrong. It is text\. Give an http or https URL/,
    ],
    [
      'an empty list',
      { endpoint, protect: [] },
      /protect is wrong. It is an empty list\. Give an http or https URL prefix/,
    ],
    [
      'an empty list beside source',
      { source, protect: [] },
      /protect is wrong. It is an empty list\. Give an http or https URL prefix/,
    ],
    ["a pattern with 'all'", { endpoint, protect: /cdn/, requests: 'all' }, /needs protect as text/],
    ["a function with 'all'", { endpoint, protect: () => true, requests: 'all' }, /needs protect as text/],
    ["a query with 'all'", { endpoint, protect: `${protect}?a=1`, requests: 'all' }, /needs protect as text/],
    ["no protect with 'all'", { endpoint, requests: 'all' }, /protect is missing/],
  ])('%s: ERR_OPTIONS that says what to write', (_, options, message) => {
    expect(() => planWorker(options as never)).toThrow(refusal(message));
    expect(() => planWorker(options as never)).not.toThrow('SECRET');
  });

  test('what a getter says the second time is never written', () => {
    const turns = (): unknown => {
      let asked = 0;
      return {
        get credentials() {
          return asked++ ? 'SECRET' : 'omit';
        },
      };
    };
    let settings: unknown;
    try {
      settings = planWorker({ endpoint, protect, request: turns() } as never).settings;
    } catch (error) {
      settings = (error as Error).message;
    }
    expect(JSON.stringify(settings)).not.toContain('SECRET');
  });
});

describe('a page that signs for the worker', () => {
  test('by its token source alone: the worker asks about each request of an element', () => {
    expect(planWorker(source)).toEqual({ settings: {}, source });
    expect(planWorker({ source })).toEqual({ settings: {}, source });
  });

  test('by its token source, and the worker knows which URLs that signs', () => {
    expect(planWorker({ source, protect })).toEqual({ settings: { protect: [protect] }, source });
    expect(planWorker({ source, protect: [protect, '/vod/'], requests: 'all', playlists: hlsOrDash })).toEqual({
      settings: { protect: [protect, 'https://www.example/vod/'], requests: 'all' },
      source,
      playlists: hlsOrDash,
    });
  });

  test.each<[string, object, RegExp]>([
    ["a source alone, with 'all'", { source, requests: 'all' }, /protect is missing/],
    ['an empty text', { source, protect: '' }, /protect is missing/],
    ['a pattern', { source, protect: /cdn/ }, /protect with anything but text without a query cannot stand in the URL/],
    ["a pattern, with 'all'", { source, protect: /cdn/, requests: 'all' }, /needs protect as text/],
    ['a source and an endpoint', { source, endpoint, protect }, /endpoint is given beside source/],
    ['a source and tokens', { source, tokens: [], protect }, /tokens is given beside source/],
    ['a source that is none', { source: {}, protect }, /source is not a token source/],
    ['another name', { source, protekt: protect }, /Did you mean 'protect'/],
    ['a host in place of a URL', { source, protect: 'cdn.example.com' }, /Give 'https:\/\/cdn.example.com\/'/],
    ['a reader of playlists that is none', { source, protect, requests: 'all', playlists: 'hls' }, /playlists is no/],
    ['a reader of playlists for media', { source, protect, playlists: hlsOrDash }, /playlists is for requests: 'all'/],
  ])('%s: ERR_OPTIONS that says what to write', (_, options, message) => {
    expect(() => planWorker(options as never)).toThrow(refusal(message));
  });
});
