import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { workerSettings } from '../../../packages/worker/src/worker-settings.ts';

describe('workerSettings', () => {
  beforeEach(() => vi.stubGlobal('document', { baseURI: 'https://www.example/films/1' }));
  afterEach(() => vi.unstubAllGlobals());

  const protect = 'https://cdn.example/';
  const getTokens = () => Promise.resolve([]);

  test('the worker asks the endpoint itself where all can be written down, with absolute URLs', () => {
    const options = { endpoint: 'token', protect: [protect, '/vod/'], request: { headers: { a: 'b' } }, renewBefore: 5, refusals: [403] };
    const settings = workerSettings(options);
    expect(settings).toEqual({ ...options, endpoint: 'https://www.example/films/token', protect: [protect, 'https://www.example/vod/'] });
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
    expect(workerSettings({ endpoint: new URL('https://api.example/token'), protect })).toEqual({ endpoint: 'https://api.example/token', protect: [protect] });
  });

  test.each([
    ['getTokens', { getTokens }],
    ['a function', { endpoint: '/token', request: () => ({}) }],
    ['a function inside', { endpoint: '/token', request: { headers: { a: () => 'b' } } }],
    ['what is no plain object', { endpoint: '/token', request: { headers: new Headers() } }],
    ['tokens, which would stand in the URL of the worker', { endpoint: '/token', tokens: [{ url: 'https://cdn.example/a', expires: 1, query: { st: 'secret' } }] }],
  ])('the page asks with %s', (_, options) => {
    expect(workerSettings({ ...options, protect } as never)).toEqual({ protect: [protect] });
  });

  test('the page is asked about each URL where the rules cannot be written down, and for a token source', () => {
    expect(workerSettings({ endpoint: '/token', protect: /cdn/ })).toEqual({});
    expect(workerSettings({ endpoint: '/token', protect: [protect, () => true] })).toEqual({});
    const source = createTokenSource({ getTokens });
    expect(workerSettings(source)).toEqual({});
    source.destroy();
  });

  test('protect is needed', () => {
    expect(() => workerSettings({ endpoint: '/token' })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('protect') as string }) as Error);
  });
});
