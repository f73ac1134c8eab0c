import { describe, expect, test, vi } from 'vitest';
import { edgeAuth, azion, signUrl } from '../../../../packages/server/src/index.ts';
import type { EdgeHandlerOptions } from '../../../../packages/server/src/index.ts';
import { HOST, NOW, body, setUp, signed } from '../../../support/edge.ts';

describe('createEdgeHandler', () => {
  test('lets a genuine request through, without its token', async () => {
    const { get, asked } = setUp();
    const response = await get(await signed('/vod/a%20b.mp4?cmcd=1'), { headers: { 'User-Agent': 'player' } });
    expect(response.status).toBe(200);
    expect(await response.text()).toEqual(body);
    expect(asked[0]?.url).toBe(`${HOST}/vod/a%20b.mp4?cmcd=1`);
    expect(asked[0]?.headers.get('User-Agent')).toBe('player');
  });

  test('refuses with 403 or 410, readable by the page, dated, never cached, and asks the origin nothing', async () => {
    const { get, origin } = setUp();
    const good = await signed('/vod/a.mp4');
    const cases: [number, string][] = [
      [403, `${HOST}/vod/a.mp4`],
      [403, good.replace('a.mp4', 'b.mp4')],
      [410, await signed('/vod/a.mp4', NOW - 1)],
    ];
    for (const [status, url] of cases) {
      for (const method of ['GET', 'HEAD']) {
        for (const extra of [{}, { Range: 'bytes=0-1' }, { 'If-None-Match': '"1"' }, { Range: 'bytes=500-' }]) {
          const response = await get(url, { method, headers: { Origin: 'https://app.example.com', ...extra } });
          expect(response.status, url).toBe(status);
          expect(Object.fromEntries(response.headers)).toMatchObject({
            'access-control-allow-origin': '*',
            'access-control-expose-headers': 'Date, Retry-After, Content-Range, Content-Length, Accept-Ranges, ETag',
            'cache-control': 'no-store',
            date: new Date(NOW * 1000).toUTCString(),
            vary: 'Origin',
          });
        }
      }
    }
    expect(origin).not.toHaveBeenCalled();
  });

  test('CORS with credentials, for listed pages only, in place of what the origin says', async () => {
    const { get } = setUp({ cors: { origins: ['https://app.example.com'], credentials: true } });
    for (const url of [await signed('/vod/a.mp4'), `${HOST}/vod/a.mp4`]) {
      const mine = await get(url, { headers: { Origin: 'https://app.example.com' } });
      expect(mine.headers.get('Access-Control-Allow-Origin')).toBe('https://app.example.com');
      expect(mine.headers.get('Access-Control-Allow-Credentials')).toBe('true');
      const other = await get(url, { headers: { Origin: 'https://evil.example' } });
      expect(other.headers.has('Access-Control-Allow-Origin')).toBe(false);
      expect(other.headers.has('Access-Control-Allow-Credentials')).toBe(false);
      expect(other.headers.get('Vary')).toBe('Origin');
    }
  });

  test.each<[EdgeHandlerOptions['protect'], string, number]>([
    ['/vod/', '/vod/a', 403],
    ['/vod/', '/vod', 403],
    ['/vod/', '/x', 200],
    ['/vod/', '//vod/a', 403],
    [['/live', '/vod/'], '/vod/a', 403],
    ['/film.mp4', '/film.mp4%3Fx', 403],
    ['/', '/x', 403],
  ])('protect %j: %s is a %i, whatever the host, the scheme and the port', async (protect, path, status) => {
    const { get, origin } = setUp({ protect: protect! });
    const hosts = ['https://cdn.example.com', 'http://x', 'http://10.0.0.5:8080', 'https://cdn.example.com.'];
    for (const host of hosts) expect((await get(host + path)).status, host).toBe(status);
    expect(origin).toHaveBeenCalledTimes(status === 200 ? hosts.length : 0);
  });

  test('neither cookie, header nor parameter of a token reaches the origin where no token is needed', async () => {
    const inCookie = setUp({ format: edgeAuth({ key: '00ff', carrier: 'cookie' }), protect: '/vod/' });
    await inCookie.get(`${HOST}/public/logo.png`, { headers: { Cookie: 'a=1; hdnts=exp=1~hmac=00; b=2' } });
    expect(inCookie.asked[0]?.headers.get('Cookie')).toBe('a=1; b=2');
    const inHeader = setUp({ format: edgeAuth({ key: '00ff', carrier: 'header', param: 'X-Cdn' }), protect: '/vod/' });
    const headers = { 'X-Cdn': 'exp=1~acl=/vod/*~hmac=00', 'X-Own': '1' };
    await inHeader.get(`${HOST}/public/logo.png`, { headers });
    const sent = inHeader.asked[0]!.headers;
    expect(sent.has('X-Cdn')).toBe(false);
    expect(sent.get('X-Own')).toBe('1');
    const inQuery = setUp({ format: edgeAuth({ key: '00ff' }), protect: '/vod/' });
    for (const search of ['?a=1&hdnts=x&b=%20', '?a=1&hdnts=x&b=%20&hdnts=y', '?hdnts=x', '?a'])
      await inQuery.get(`${HOST}/public/logo.png${search}`);
    expect(inQuery.asked.map(({ url }) => new URL(url).search)).toEqual(['?a=1&b=%20', '?a=1&b=%20', '', '?a']);
  });

  test('secrets rotate without a restart', async () => {
    let secrets = ['old'];
    const { get } = setUp({ format: () => azion({ secrets }) });
    const url = await signUrl(`${HOST}/a`, { format: azion({ secret: 'old' }), expires: NOW });
    const statuses = [];
    for (secrets of [['old'], ['new', 'old'], ['new']]) statuses.push((await get(url)).status);
    expect(statuses).toEqual([200, 200, 403]);
  });

  test('a request that its viewer has left is no failure to report', async () => {
    const onError = vi.fn();
    const viewer = new AbortController();
    const origin = async ({ signal }: Request): Promise<Response> => {
      viewer.abort();
      signal.throwIfAborted();
      return new Response();
    };
    const { get } = setUp({ origin, onError });
    const { status } = await get(await signed('/a'), { signal: viewer.signal });
    expect(status).toBe(502);
    expect(onError.mock.calls).toEqual([]);
  });

  test('a failure is a refusal that the page can read: 503 for the format, 502 for the origin', async () => {
    const onError = vi.fn();
    const noKey = setUp({ onError, format: () => Promise.reject(new Error('no key')) });
    const broken = setUp({ onError, origin: () => Promise.reject(new TypeError('unreachable')) });
    const responses = [await noKey.get(await signed('/a')), await broken.get(await signed('/a'))];
    expect(responses.map(({ status, headers }) => [status, headers.get('Access-Control-Allow-Origin')])).toEqual([
      [503, '*'],
      [502, '*'],
    ]);
    expect(onError.mock.calls.map(([error]) => error.message)).toEqual(['no key', 'unreachable']);
    expect(noKey.origin).not.toHaveBeenCalled();
    onError.mockImplementation(() => {
      throw new Error('the log is full');
    });
    expect((await noKey.get(await signed('/a'))).status).toBe(503);
    expect((await broken.get(await signed('/a'))).status).toBe(502);
  });

  test.each([
    ['&', '/vod/b.ts&st=…'],
    [';', '/…'],
    ['%253F', '/…'],
  ])('onRefusal never sees a token: one behind %s in place of ? is logged as %s', async (separator, shown) => {
    const onRefusal = vi.fn();
    const { get } = setUp({ onRefusal });
    await get((await signed('/vod/b.ts')).replace('?', separator));
    expect(onRefusal.mock.lastCall).toMatchObject([{ url: HOST + shown, status: 403 }]);
  });

  test('refuses to start without a format, an origin, or with rules that protect nothing', () => {
    const wrong: [string, object][] = [
      ['format', { format: undefined }],
      ['format', { format: {} }],
      ['origin', { origin: undefined }],
      ['origin', { origin: '/x' }],
      ['protect', { protect: [] }],
      ['protect', { protect: 'vod' }],
      ['cors.origins', { cors: { origins: '*', credentials: true } }],
    ];
    for (const [name, options] of wrong) expect(() => setUp(options), name).toThrow(new RegExp(`^${name}:`));
  });
});
