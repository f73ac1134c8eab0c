import { describe, expect, test, vi } from 'vitest';
import {
  ENDPOINT,
  FOLDER,
  MASTER,
  ended,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  seconds,
  tokenOf,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('the call', () => {
    test('POSTs {urls, reason, session} as JSON', async () => {
      const fetch = vi.fn(async () =>
        Response.json({ now: seconds(), tokens: [{ prefix: FOLDER, expires: seconds() + 60, query: {} }] }),
      );
      const viewer = lab(folder(), { fetch, endpoint: new URL(ENDPOINT) });
      await viewer.source.sign(MASTER);
      const [url, init] = fetch.mock.calls[0] as unknown as [URL, RequestInit];
      expect(String(url)).toBe(ENDPOINT);
      const body = JSON.stringify({ urls: [MASTER], reason: 'initial', session: viewer.source.session });
      expect(init).toMatchObject({ method: 'POST', body });
      expect(new Headers(init.headers).get('content-type')).toBe('application/json');
      expect(init.signal).toBeInstanceOf(AbortSignal);
      expect(init.credentials).toBeUndefined();
    });

    test.each([
      ['an object', { headers: { authorization: 'Bearer me' }, credentials: 'include' } as const],
      [
        'a function',
        () => ({ headers: [['authorization', 'Bearer me']] as [string, string][], credentials: 'include' as const }),
      ],
      [
        'an async function',
        async () => ({ headers: new Headers({ authorization: 'Bearer me' }), credentials: 'include' as const }),
      ],
    ])('carries what the team adds: %s', async (_, request) => {
      const viewer = lab(folder(), { request });
      await viewer.source.sign(MASTER);
      const { init } = viewer.calls[0]!;
      expect(init.credentials).toBe('include');
      expect(new Headers(init.headers).get('authorization')).toBe('Bearer me');
      expect(new Headers(init.headers).get('content-type')).toBe('application/json');
    });

    test('a function is asked before each call', async () => {
      const request = vi.fn(() => ({}));
      const viewer = lab(inTurn(fail(503), folder()), { request });
      const signed = viewer.source.sign(MASTER);
      await advanceSeconds(2);
      await ended(signed);
      expect(request).toHaveBeenCalledTimes(2);
    });

    test('an error of that function is a failure like any other', async () => {
      let failed = false;
      const viewer = lab(folder(), {
        request: () => {
          if (failed) return {};
          failed = true;
          throw new Error('no session yet');
        },
      });
      const request = viewer.source.sign(MASTER);
      await advanceSeconds(2);
      expect(tokenOf(await ended(request))).toBe('t1');
      expect(viewer.events[0]!.detail.error).toMatchObject({
        code: 'ERR_SIGNING_UNAVAILABLE',
        cause: { message: 'no session yet' },
      });
    });

    test('the global fetch is used when the call is made', async () => {
      const fetch = vi.fn(async () =>
        Response.json({ tokens: [{ prefix: FOLDER, expires: seconds() + 60, query: {} }] }),
      );
      const viewer = lab(folder(), { fetch: undefined as never });
      vi.stubGlobal('fetch', fetch);
      await viewer.source.sign(MASTER);
      expect(fetch).toHaveBeenCalledOnce();
    });

    test('a string or a URL is { endpoint }', async () => {
      const { createTokenSource } = await import('../../../packages/core/src/index.ts');
      for (const endpoint of [ENDPOINT, new URL(ENDPOINT)]) {
        const fetch = vi.fn(async () =>
          Response.json({ tokens: [{ prefix: FOLDER, expires: seconds() + 60, query: {} }] }),
        );
        vi.stubGlobal('fetch', fetch);
        const source = createTokenSource(endpoint);
        await source.sign(MASTER);
        expect(String((fetch.mock.calls[0] as unknown[])[0])).toBe(ENDPOINT);
        source.destroy();
      }
    });
  });
});
