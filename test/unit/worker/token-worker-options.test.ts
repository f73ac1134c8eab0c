import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from 'secure-token-core';
import { hlsOrDash } from 'secure-token-core/playlists';
import { planWorker } from '../../../packages/worker/src/page/token-worker-options.ts';
import { SETTINGS, readSettings } from '../../../packages/worker/src/wire/worker-settings.ts';

beforeEach(() => vi.stubGlobal('document', { baseURI: 'https://www.example/films/1' }));
afterEach(() => vi.unstubAllGlobals());

const protect = 'https://cdn.example/';
const endpoint = '/token';
const getTokens = () => Promise.resolve([]);
const source = createTokenSource({ getTokens, protect });

describe('a worker that asks by itself', () => {
  test('has its options in its URL, where they are absolute, and reads them there', () => {
    const options = {
      renewBefore: 5,
      jitter: 0,
      readAhead: 3,
      timeout: 2,
      refusals: [403, 404],
      debug: true,
      retry: { limit: 1, backoffLimit: 2 },
      request: { credentials: 'include' },
      requests: 'all',
    } as const;
    const { settings, source: none } = planWorker({ ...options, endpoint: 'token', protect: [protect, '/vod/@a/'] });
    expect(none).toBeUndefined();
    expect(settings).toEqual({
      ...options,
      endpoint: 'https://www.example/films/token',
      protect: [protect, 'https://www.example/vod/@a/'],
    });
    expect(readSettings(`https://h/w.js?${SETTINGS}=${encodeURIComponent(JSON.stringify(settings))}`)).toEqual(
      settings,
    );
    expect(planWorker({ endpoint: new URL('https://api.example/token'), protect, requests: 'media' }).settings).toEqual(
      { endpoint: 'https://api.example/token', protect: [protect] },
    );
  });

  test.each<[string, object, string]>([
    ['getTokens', { getTokens }, 'getTokens'],
    ['tokens', { tokens: [{ url: 'https://cdn.example/a', expires: 1, query: { st: 'SECRET' } }] }, 'tokens'],
    ['a function', { request: () => ({}) }, 'request'],
    ['headers beside credentials', { request: { credentials: 'include', headers: { a: 'SECRET' } } }, 'request'],
    ['any other text', { request: { referrer: 'SECRET' } }, 'request'],
    ['credentials that are none', { request: { credentials: 'SECRET' } }, 'request'],
    ['credentials as a list', { request: { credentials: ['include'] } }, 'request'],
    ['a Request', { request: new Request('https://h/', { headers: { authorization: 'SECRET' } }) }, 'request'],
    ['more in retry', { retry: { limit: 1, key: 'SECRET' } }, 'retry'],
    ['text in retry', { retry: { limit: 'SECRET' } }, 'retry.limit'],
    ['text in place of a number', { renewBefore: 'SECRET' }, 'renewBefore'],
    ['more than statuses', { refusals: [{ key: 'SECRET' }] }, 'refusals'],
    ['an endpoint with a query', { endpoint: '/token?key=SECRET' }, 'endpoint'],
    ['an endpoint with a fragment', { endpoint: new URL('https://api.example/token#SECRET') }, 'endpoint'],
    ['an endpoint with user info', { endpoint: 'https://user:SECRET@api.example/token' }, 'endpoint'],
    ['a pattern in protect', { protect: /SECRET/ }, 'protect'],
    ['a function among prefixes', { protect: [protect, () => 'SECRET'] }, 'protect'],
    ['protect with a query', { protect: `${protect}?key=SECRET` }, 'protect'],
    ['protect with user info', { protect: 'https://user:SECRET@cdn.example/' }, 'protect'],
    ['an own __proto__', JSON.parse('{ "__proto__": { "request": "SECRET" } }') as object, '__proto__'],
  ])('%s, which its URL cannot hold: ERR_OPTIONS, and no secret', (_, options, name) => {
    const plan = (): unknown => planWorker({ endpoint, protect, ...options });
    expect(plan).toThrow(new RegExp(`^ERR_OPTIONS: .*${name}`));
    expect(plan).not.toThrow('SECRET');
  });
});

test('a page that signs for the worker gives its token source, alone or with what it protects', () => {
  expect(planWorker(source)).toEqual({ settings: {}, source });
  expect(planWorker({ source })).toEqual({ settings: {}, source });
  expect(planWorker({ source, protect: [protect, '/vod/'], requests: 'all', playlists: hlsOrDash })).toEqual({
    settings: { protect: [protect, 'https://www.example/vod/'], requests: 'all' },
    source,
    playlists: hlsOrDash,
  });
});

test.each<[string, unknown, RegExp]>([
  ['no endpoint', { protect }, /endpoint is wrong. It is missing/],
  ['no protect', { endpoint }, /protect is missing/],
  ['a URL alone', endpoint, /protect is missing/],
  ['an empty list', { source, protect: [] }, /protect is missing/],
  ["no protect with 'all'", { source, requests: 'all' }, /protect is missing/],
  ['a pattern beside source', { source, protect: /cdn/ }, /protect\[0\] is wrong/],
  ['a query beside source', { source, protect: `${protect}?a=1` }, /protect cannot stand in the URL/],
  ['a host in place of a URL', { source, protect: 'cdn.example.com' }, /Give 'https:\/\/cdn.example.com\/'/],
  ['another word', { endpoint, protect, requests: 'scripts' }, /requests is neither 'media' nor 'all'/],
  ['another name', { endpoint, protekt: protect }, /Did you mean 'protect'/],
  ['a source and an endpoint', { source, endpoint, protect }, /Unknown option 'endpoint'/],
  ['a source that is none', { source: {}, protect }, /source is not a token source/],
  ['a reader of playlists that is none', { source, protect, playlists: 'hls' }, /playlists is no function/],
])('%s: ERR_OPTIONS that says what to write', (_, options, message) => {
  expect(() => planWorker(options as never)).toThrow(message);
});
