import { describe, expect, test, vi } from 'vitest';
import { azion, verifyUrl } from '../../../../packages/server/src/index.ts';
import type { SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { attachToken } from '../../../../packages/server/src/token/attach-token.ts';
import { HOST, NOW, ask, endpoint, format, making, master, post, statusOf } from '../../../support/signing-endpoint.ts';
import type { Answer } from '../../../support/signing-endpoint.ts';

describe('createSigningEndpoint', () => {
  test('answers one token a URL that the edge accepts, not to be cached', async () => {
    const urls = [master, `${HOST}/vod/7/seg%201.m4s?a=1`, `${HOST}/%76od/7/a.ts`];
    const response = await endpoint()(post({ urls, reason: 'initial' }));
    const { headers } = response;
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('Content-Type')).toBe('application/json');
    const { now, tokens, denied } = (await response.json()) as Answer;
    expect(now).toEqual(NOW);
    expect(denied).toEqual([]);
    expect(tokens.map((token) => [token.url, token.expires])).toEqual(urls.map((url) => [url, NOW + 300]));
    for (const token of tokens)
      expect(await verifyUrl(attachToken(token.url, token), { format, now: NOW })).toMatchObject({ ok: true });
  });

  test('never hands out a refused token again, not even in the second after it was made', async () => {
    for (const second of [0, 1, 2, 3]) {
      const at = (offset: number): Partial<SigningEndpointOptions> => ({ clock: () => (NOW + second + offset) * 1000 });
      const first = await ask({ urls: [master] }, at(0));
      for (const offset of [0, 1, 2]) {
        const again = await ask({ urls: [master], reason: 'refused' }, at(offset));
        expect(again.body.tokens[0]?.query.st).not.toBe(first.body.tokens[0]?.query.st);
        expect(again.body.tokens[0]?.expires).toBeGreaterThanOrEqual(NOW + second + offset + 299);
      }
    }
  });

  test('is no signing oracle: URLs outside `allow` are denied and never reach the hook', async () => {
    const authorize = vi.fn(() => true);
    const outside = [
      ...['/secret/x', '/vodka/x', '/vod/../secret/x', '/vod//x'].map((path) => HOST + path),
      'https://evil.example/vod/x',
      'http://cdn.example.com/vod/x',
      'https://user:pw@cdn.example.com/vod/x',
    ];
    expect((await ask({ urls: outside }, { authorize })).status).toBe(403);
    expect(authorize).not.toHaveBeenCalled();
    const mixed = await ask({ urls: [...outside, master] }, { authorize });
    expect(mixed.body.tokens.map((token) => token.url)).toEqual([master]);
    expect(mixed.body.denied).toEqual(outside);
    expect(authorize).toHaveBeenCalledExactlyOnceWith(expect.any(Request), [master], [{ kind: 'path', href: master }]);
  });

  test('the hook denies all, denies some, chooses the lifetime, answers itself', async () => {
    const other = `${HOST}/vod/8/master.m3u8`;
    const urls = [master, other];
    expect((await ask({ urls }, { authorize: () => false })).status).toBe(403);
    expect((await ask({ urls }, { authorize: () => ({ denied: urls }) })).status).toBe(403);
    const { body } = await ask({ urls }, { authorize: async () => ({ denied: [other], ttl: 60 }) });
    expect(body.denied).toEqual([other]);
    expect(body.tokens.map((token) => token.url)).toEqual([master]);
    expect(body.tokens[0]?.expires).toBe(NOW + 60);
    const capped = await ask({ urls }, { authorize: () => ({ ttl: 1e9 }) });
    expect(capped.body.tokens[0]?.expires).toBe(NOW + 86_400);
    const login = new Response('log in', { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } });
    const { status, headers } = await endpoint({ authorize: () => login })(post({ urls }));
    expect(status).toBe(401);
    expect(headers.get('WWW-Authenticate')).toBe('Bearer');
    expect(headers.get('Cache-Control')).toBe('no-store');
  });

  test('the hook sees one spelling of a path, and denies it in every other, with any query', async () => {
    const spellings = [master, `${HOST}/%76od/7/m%61ster.m3u8`, `${HOST}/vod/x/../7/master.m3u8`, `${master}#t=1`];
    for (const url of spellings) {
      const authorize = vi.fn(() => true);
      expect(await statusOf(url, { authorize })).toBe(200);
      expect(authorize.mock.calls).toMatchObject([[{}, [master], [{ kind: 'path', href: master }]]]);
      for (const each of [url, url.replace('u8', 'u8?a=1')])
        for (const denied of spellings)
          expect(await statusOf(each, { authorize: () => ({ denied: [denied] }) })).toBe(403);
    }
  });

  class Hidden {
    readonly #allowed = false;
    get allowed(): boolean {
      return this.#allowed;
    }
  }
  test.each<[unknown]>(
    [
      1,
      'yes',
      [master],
      [],
      new Map(),
      { allowed: [] },
      { deny: [master] },
      { ok: false },
      new Hidden(),
      { ttl: 0 },
      { ttl: NaN },
      { ttl: '60' },
      Object.create({ denied: [master] }),
      Object.defineProperty({}, Symbol.toStringTag, { value: 'Response' }),
      Object.defineProperty({}, 'denied', { value: master }),
      ...[master, new Set([master]), null, {}, undefined, Array(1)].map((denied) => ({ denied })),
      ...['no URL', '/vod/', `${HOST}//x`, `${HOST}/vod/%zz`, null, { href: master }].map((each) => ({
        denied: [each],
      })),
    ].map((each) => [each]),
  )('a strange answer of the hook grants nothing, and the log hears of it: %o', async (answer) => {
    const onError = vi.fn();
    expect(await statusOf(master, { authorize: () => answer as never, onError })).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  });

  test('a hook that returns nothing lets nobody in, and who forgot to return is told', async () => {
    const onError = vi.fn();
    for (const nothing of [undefined, null, false, 0, ''])
      expect(await statusOf(master, { authorize: () => nothing as never, onError })).toBe(403);
    const message = 'authorize: It returned undefined: return true to grant.';
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message }));
  });

  test('a denied viewer costs no signing', async () => {
    const sign = vi.fn(format.sign);
    await ask({ urls: [master] }, { format: { ...format, sign }, authorize: () => false });
    const denied = [master];
    await ask({ urls: [master, `${HOST}/vod/8`] }, { format: { ...format, sign }, authorize: () => ({ denied }) });
    expect(sign).toHaveBeenCalledTimes(1);
  });

  const refuse = (named: object) => (): never => {
    throw Object.assign(new Error('no'), { name: 'SecureTokenError', code: 'ERR_OPTIONS' }, named);
  };
  test.each<[string, string, Partial<SigningEndpointOptions>]>([
    ['a URL that the format refuses', `${master}?st=1&st=2`, {}],
    ['one that a format of your own refuses', master, { format: making({}, { sign: refuse({}) }) }],
    ['the same, by name', master, { format: making({}, { sign: refuse({ option: 'url' }) }) }],
  ])('%s is denied, and no news for the log', async (_, url, options) => {
    const onError = vi.fn();
    expect(await statusOf(url, { ...options, onError })).toBe(403);
    expect(onError).not.toHaveBeenCalled();
  });

  test.each<[string, Partial<SigningEndpointOptions>]>([
    ['a hook that fails', { authorize: () => Promise.reject(new Error('entitlements are down')) }],
    ['a format function that fails', { format: () => Promise.reject(new Error('no key')) }],
    ['a format that cannot sign', { format: making({}, { sign: () => Promise.reject(new Error('no key')) }) }],
    ['a format that names another option', { format: making({}, { sign: refuse({ option: 'keys' }) }) }],
    ['a secret that is missing', { format: azion({ secret: () => undefined }) }],
    ['a token for links', { format: making({ base: 'https://cdn.example.com/t/' }) }],
    ...[NOW, NOW * 1e6, NaN, String(NOW * 1000)].map(
      (now) => [`a clock that says ${now}`, { clock: () => now as number }] as [string, object],
    ),
  ])('%s is a 503 that players retry, names nothing of the server, and is told to the log', async (_, options) => {
    const onError = vi.fn();
    const { status, body } = await ask({ urls: [master] }, { ...options, onError });
    const detail = 'The signing endpoint failed. Its log says why. Try again later.';
    expect(status).toBe(503);
    expect(body).toEqual({ title: 'Service Unavailable', status: 503, detail });
    expect(onError).toHaveBeenCalledOnce();
  });

  test.each<[number, object, string[]]>([
    [43_200, {}, []],
    [
      60_000,
      {},
      ['ttl: this is 60000. So many seconds are 16.7 hours: milliseconds? If not, set maxTtl of the format.'],
    ],
    [60_000, { maxTtl: 70_000 }, []],
  ])('a ttl of %i seconds beside %j is told once if it looks like milliseconds', (ttl, more, expected) => {
    const told: string[] = [];
    const onError = (error: unknown): unknown => told.push((error as Error).message);
    endpoint({ ttl, format: azion({ secret: 'secret', ...more }), onError });
    expect(told).toEqual(expected);
  });
});
