import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MockInstance } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import * as server from '../../../../packages/server/src/index.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../../../packages/server/src/jwt.ts';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import { HOST, endpoint, master, post } from '../../../support/signing-endpoint.ts';

const format = server.azion({ secret: 'a-secret-of-the-cdn' });
const url = `${HOST}/vod/a.ts`;
const edge = { format, origin: 'https://origin.example.com/' };

describe('an option that is not known is an error that names the known ones', () => {
  test.each([
    ...Object.entries({ commonAccessToken, jwt, jwPlayer, mux, cloudflareStream }),
    ...Object.entries(server).filter(([name]) => /^(?:azion|secureLink|edgeAuth|bunny|fastly|wowza)$/.test(name)),
    ...Object.entries(server).filter(([name]) => /^(?:cloud(?:Front|flare|Cdn)|mediaCdn(?:Token)?)$/.test(name)),
    ['signUrl', (wrong) => server.signUrl(url, wrong)],
    ['verifyUrl', (wrong) => server.verifyUrl(url, wrong)],
    ['signPlaylist', (wrong) => server.signPlaylist('#EXTM3U', url, wrong)],
    ['tokensFor', (wrong) => server.tokensFor([url], wrong)],
    ['createSigningEndpoint', endpoint],
    ['createEdgeHandler', (wrong: object) => server.createEdgeHandler({ ...edge, ...wrong })],
    ['toNodeHandler', (wrong) => server.toNodeHandler(endpoint(), wrong)],
  ] as [string, (wrong: never) => unknown][])('%s', async (_, make) => {
    await expect((async () => make({ qwertyu: 'SECRET' } as never))()).rejects.toMatchObject({
      name: 'SecureTokenError',
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(/^Unknown option 'qwertyu'\. Known options: (?!.*SECRET)/) as string,
    });
  });

  test.each<[string, string, () => unknown]>([
    ['maxttl', 'maxTtl', () => server.azion({ secret: 's', maxttl: 1 } as never)],
    ['expandd', 'expand', () => endpoint({ expandd: 1 } as never)],
    ['expand.segment', 'expand.segments', () => endpoint({ expand: { segment: 1 } } as never)],
    [
      'rateLimit.windows',
      'rateLimit.window',
      () => endpoint({ rateLimit: { key: () => 'a', limit: 1, windows: 1 } } as never),
    ],
    [
      'cors.credential',
      'cors.credentials',
      () => server.createEdgeHandler({ ...edge, cors: { origins: '*', credential: true } } as never),
    ],
    ['protects', 'protect', () => server.createEdgeHandler({ ...edge, protects: '/vod/' } as never)],
    ['stores', 'store', () => createSessions({ stores: memoryStore(), viewer: () => 'a' } as never)],
  ])('%s is misspelt: did you mean %s?', (name, meant, make) =>
    expect(make).toThrow(`Unknown option '${name}'. Did you mean '${meant}'?`),
  );

  test('no options at all are an error, and one that is undefined is none', () => {
    expect(() => server.azion(undefined as never)).toThrow('options: this is missing. Give an object.');
    expect(() => server.azion({ secret: 's', other: undefined } as never)).not.toThrow();
  });
});

describe('the console hears of the failures of a handler without onError', () => {
  let logged: MockInstance<typeof console.error>;
  beforeEach(() => {
    logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => vi.restoreAllMocks());
  const status = async (options: Parameters<typeof endpoint>[0]): Promise<number> =>
    (await endpoint({ format, ...options })(post({ urls: [master] }))).status;

  test('of the signing endpoint, without secrets, and not of calls that are refused', async () => {
    expect(await status({ format: server.azion({ secret: () => '' }) })).toBe(503);
    expect(logged.mock.lastCall).toEqual([expect.objectContaining({ code: 'ERR_SECRET' })]);
    const authorize = (request: Request) => (request as never as { session: { viewer: boolean } }).session.viewer;
    expect(await status({ authorize })).toBe(503);
    expect(String((logged.mock.lastCall![0] as Error).stack)).not.toContain('a-secret-of-the-cdn');
    expect(await status({ authorize: () => false })).toBe(403);
    expect(logged.mock.calls).toHaveLength(2);
  });
});

test.each<[string, () => unknown]>([
  ['throws', () => expect.fail('the log is full')],
  // a rejection that nobody handles fails the run
  ['rejects', () => Promise.reject(new Error('the log is away'))],
])('an `onError` that %s changes no answer, and ends no process', async (_, onError) => {
  const handler = endpoint({ authorize: () => Promise.reject(new Error('down')), onError });
  expect((await handler(post({ urls: [master] }))).status).toBe(503);
  await new Promise((resolve) => setImmediate(resolve));
});

/** A hook that was written for the request of Express. */
const viewerOf = (request: Request): string => (request as never as { session: { viewer: string } }).session.viewer;
/** Another one, and the words of other engines. */
const cookieOf = (request: Request): boolean =>
  (request as never as { get: (name: string) => string }).get('Cookie') === 'a';
const inSafari = (): boolean => {
  throw new TypeError("undefined is not an object (evaluating 'request.session.viewer')");
};

describe('a hook that takes its Request for the request of a framework is told what it gets', () => {
  const sessions = createSessions({ store: memoryStore(), viewer: viewerOf });

  test.each<[string, Parameters<typeof endpoint>[0]]>([
    ['authorize', { authorize: (request) => viewerOf(request) === 'anna' }],
    ['authorize', { authorize: cookieOf }],
    ['authorize', { authorize: inSafari }],
    ['rateLimit.key', { rateLimit: { limit: 1, window: 1, key: viewerOf } }],
    ['format', { format: (request) => server.azion({ secret: viewerOf(request) }) }],
    ['sessions.viewer', { sessions }],
  ])('%s of the endpoint: the cause of the error is what was thrown', async (name, options) => {
    const onError = vi.fn<(error: unknown) => void>();
    expect((await endpoint({ ...options, onError })(post({ urls: [master] }))).status).toBe(503);
    expect(onError).toHaveBeenCalledOnce();
    const error = onError.mock.calls[0]![0] as Error;
    expect(error.message).toMatch(`${name} threw a TypeError. It gets a Request of the Fetch API, not the request of`);
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  test('format of the edge', async () => {
    const onError = vi.fn<(error: Error) => void>();
    const format = (request: Request) => server.azion({ secret: viewerOf(request) });
    const handler = server.createEdgeHandler({ ...edge, format, onError: onError as never });
    expect((await handler(new Request(url))).status).toBe(503);
    expect(onError.mock.calls[0]![0].message).toMatch('format threw a TypeError. It gets a Request');
  });

  test('an error of another kind is told as it is', async () => {
    const [error, onError] = [new TypeError('fetch failed'), vi.fn()];
    await endpoint({ authorize: () => Promise.reject(error), onError })(post({ urls: [master] }));
    expect(onError).toHaveBeenCalledExactlyOnceWith(error);
  });

  test('a method of the sessions that is given the request of a framework names it', async () => {
    const request = { method: 'POST', url: '/leave', headers: { cookie: 'a=1' } } as never;
    const error = { code: 'ERR_OPTIONS', message: expect.stringContaining('not a Request of the Fetch API') as string };
    await expect(sessions.leave(request)).rejects.toMatchObject(error);
    await expect(sessions.idOf(request)).rejects.toMatchObject(error);
  });
});
