import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MockInstance } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import * as server from '../../../../packages/server/src/index.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../../../packages/server/src/jwt.ts';
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

  test.each([
    ['expand.segment', () => endpoint({ expand: { segment: 1 } } as never)],
    ['rateLimit.windows', () => endpoint({ rateLimit: { key: () => 'a', limit: 1, windows: 1 } } as never)],
    ['cors.credential', () => server.createEdgeHandler({ ...edge, cors: { origins: '*', credential: true } } as never)],
  ])('%s, within another option', (name, make) => expect(make).toThrow(`Unknown option '${name}'. Known options: `));

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
    expect([await status({ authorize: () => false }), logged.mock.calls.length]).toEqual([403, 2]);
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
