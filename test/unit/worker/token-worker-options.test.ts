import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { planWorker } from '../../../packages/worker/src/token-worker-options.ts';
import { readSettings, SETTINGS } from '../../../packages/worker/src/worker-settings.ts';

describe('planWorker', () => {
  beforeEach(() => vi.stubGlobal('document', { baseURI: 'https://www.example/films/1' }));
  afterEach(() => vi.unstubAllGlobals());

  const protect = 'https://cdn.example/';
  const endpoint = '/token';
  const getTokens = () => Promise.resolve([]);
  const source = createTokenSource({ getTokens, protect });

  test("'media', the default, does not stand in the URL of the worker, which is that of 1.0", () => {
    for (const requests of [undefined, 'media'] as const) {
      const { settings, signsScripts } = planWorker({ endpoint, protect, ...(requests && { requests }) });
      expect([settings, signsScripts]).toEqual([{ endpoint: 'https://www.example/token', protect: [protect] }, false]);
    }
  });

  test("'all' stands there, and is read from there", () => {
    const { settings, signsScripts, source: own } = planWorker({ endpoint, protect, requests: 'all' });
    expect(settings).toEqual({ endpoint: 'https://www.example/token', protect: [protect], requests: 'all' });
    expect([signsScripts, own]).toEqual([true, undefined]);
    const read = (requests: unknown): unknown =>
      readSettings(`https://www.example/w.js?${SETTINGS}=${encodeURIComponent(JSON.stringify({ requests }))}`);
    expect([read('all'), read('media'), read('SECRET')]).toEqual([{ requests: 'all' }, {}, {}]);
  });

  test('the page hands out tokens for scripts, too: by options of its own or by a shared source', () => {
    const own = planWorker({ getTokens, protect, requests: 'all' });
    expect(own.settings).toEqual({ protect: [protect], requests: 'all' });
    own.release();
    expect(planWorker({ source, protect, requests: 'all' })).toMatchObject({
      settings: { protect: [protect], requests: 'all' },
      source,
      signsScripts: true,
    });
    expect(planWorker({ source, protect }).settings).toEqual({ protect: [protect] });
    expect(planWorker({ source }).settings).toEqual({});
    expect(planWorker(source)).toMatchObject({ settings: {}, source, signsScripts: false });
  });

  test.each<[string, object, RegExp]>([
    ['another word', { endpoint, protect, requests: 'scripts' }, /requests is neither 'media' nor 'all'/],
    ['true', { endpoint, protect, requests: true }, /'media' nor 'all'/],
    ['another name', { endpoint, protect, request_s: 'all' }, /Did you mean 'requests'/],
    ['a pattern', { endpoint, protect: /cdn/, requests: 'all' }, /needs protect as text/],
    ['a function', { endpoint, protect: () => true, requests: 'all' }, /needs protect as text/],
    ['a prefix with a query', { endpoint, protect: `${protect}?a=1`, requests: 'all' }, /needs protect as text/],
    ['no protect', { endpoint, requests: 'all' }, /protect is missing/],
    ['a source alone', { source, requests: 'all' }, /protect is missing/],
    ['a source and an endpoint', { source, endpoint, protect }, /endpoint is given beside source/],
    ['a source that is none', { source: {}, protect }, /source is not a token source/],
    ['a host in place of a URL', { source, protect: 'cdn.example.com' }, /Write 'https:\/\/cdn.example.com\/'/],
  ])('%s: ERR_OPTIONS that says what to write', (_, options, message) => {
    expect(() => planWorker(options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) as string }) as Error,
    );
  });
});
