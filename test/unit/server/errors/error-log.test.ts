import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MockInstance } from 'vitest';
import { createEdgeHandler, createSigningEndpoint, azion } from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions } from '../../../../packages/server/src/index.ts';

const HOST = 'https://cdn.example.com';
const SECRET = 'a-secret-of-the-cdn';

const ask = async (options: Partial<SigningEndpointOptions>): Promise<number> => {
  const token = createSigningEndpoint({
    format: azion({ secret: SECRET }),
    allow: `${HOST}/vod/`,
    ttl: 60,
    authorize: () => true,
    ...options,
  });
  const body = JSON.stringify({ urls: [`${HOST}/vod/a.ts`], reason: 'initial' });
  const headers = { 'content-type': 'application/json' };
  const { status } = await token(new Request('https://api.example/token', { method: 'POST', body, headers }));
  return status;
};

/** Reads the session of a request, as a hook of Express would. */
const ofSession = (request: Request): boolean =>
  (request as unknown as { session: { viewer: { mayWatch: boolean } } }).session.viewer.mayWatch;

test('an `onError` that fails later does not end the process', async () => {
  const unhandled = vi.fn();
  process.once('unhandledRejection', unhandled);
  const onError = (): unknown => Promise.reject(new Error('the log is away'));
  const authorize = (): never => expect.fail('the store is away');
  expect(await ask({ authorize, onError })).toBe(503);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

let logged: MockInstance<typeof console.error>;
beforeEach(() => {
  logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

describe('without onError the console hears of what a handler fails with', () => {
  test('the signing endpoint: no secret, a hook that throws', async () => {
    expect(await ask({ format: azion({ secret: () => '' }) })).toBe(503);
    expect(logged).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ERR_SECRET' }));
    logged.mockClear();
    expect(await ask({ authorize: () => Promise.reject(new Error('entitlements')) })).toBe(503);
    expect(logged).toHaveBeenCalledExactlyOnceWith(new Error('entitlements'));
  });

  test('the edge', async () => {
    const edge = createEdgeHandler({
      format: azion({ secret: SECRET }),
      origin: () => Promise.reject(new Error('unreachable')),
      protect: '/vod/',
    });
    expect((await edge(new Request(`${HOST}/free.ts`))).status).toBe(502);
    expect(logged).toHaveBeenCalledExactlyOnceWith(new Error('unreachable'));
  });

  test('not of calls that are refused, and not where there is an onError', async () => {
    expect(await ask({ authorize: () => false })).toBe(403);
    expect(await ask({ authorize: () => Promise.reject(new Error('a')), onError: () => undefined })).toBe(503);
    expect(logged).not.toHaveBeenCalled();
  });

  test('no secret and no token is in what is logged', async () => {
    await ask({ authorize: ofSession });
    expect(logged.mock.calls.map(([error]) => String((error as Error).stack)).join()).not.toContain(SECRET);
  });
});

describe('a hook that takes its Request for the request of a framework', () => {
  test.each<[string, Partial<SigningEndpointOptions>]>([
    ['authorize', { authorize: ofSession }],
    ['rateLimit.key', { rateLimit: { limit: 1, window: 1, key: (request) => String(ofSession(request)) } }],
    ['format', { format: (request) => azion({ secret: String(ofSession(request)) }) }],
    [
      'authorize',
      { authorize: (request) => (request as unknown as { get: (name: string) => string }).get('cookie') === 'a' },
    ],
  ])('%s: the error says what it gets, and what was thrown is its cause', async (name, options) => {
    const onError = vi.fn<(error: unknown) => void>();
    expect(await ask({ ...options, onError })).toBe(503);
    expect(onError).toHaveBeenCalledOnce();
    const error = onError.mock.calls[0]![0] as Error;
    expect(error.message).toMatch(
      new RegExp(`^${name.replace('.', String.raw`\.`)} threw a TypeError\\. It gets a Request of the Fetch API`),
    );
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test('an error of another kind is told as it is', async () => {
    const error = new TypeError('fetch failed');
    const onError = vi.fn();
    await ask({ authorize: () => Promise.reject(error), onError });
    expect(onError).toHaveBeenCalledExactlyOnceWith(error);
  });
});
