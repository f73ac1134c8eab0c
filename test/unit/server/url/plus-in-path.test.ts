import { describe, expect, test, vi } from 'vitest';
import { firewallAnswer } from '../../../../packages/server/src/azion/firewall-answer.ts';
import { createEdgeHandler, edgeAuth, secureToken, signUrl } from '../../../../packages/server/src/index.ts';
import type { UrlRule } from '../../../../packages/server/src/index.ts';
import { setUp } from '../../../support/edge.ts';
import { HOST, NOW, ask } from '../../../support/signing-endpoint.ts';

/** S3 takes a `+` in a path for a space: these are one object there, `/vod/my film/x`. */
const spellings = ['/vod/my film/x', '/vod/my%20film/x', '/vod/my+film/x', '/vod/my%2Bfilm/x', '/vod/my%2bfilm;y/x'];

describe('the edge', () => {
  const statusesOf = async (protect: UrlRule, paths: readonly string[]): Promise<number[]> =>
    Promise.all(paths.map(async (path) => (await setUp({ protect }).get(HOST + path)).status));

  test.each<UrlRule>([
    '/vod/my film/',
    '/vod/my%20film/',
    '/vod/my+film/',
    '/vod/my%2Bfilm/',
    'https://cdn.example.com/vod/my film/',
    /\/my film\//,
    /\/my%20film\//,
    /^https:\/\/cdn\.example\.com\/vod\/my%20film\/x$/,
    (url) => url.pathname.startsWith('/vod/my%20film/'),
    (url) => decodeURIComponent(url.pathname).includes('/my film/'),
  ])('a rule for the one protects the other: %s', async (rule) => {
    expect(await statusesOf(rule, spellings)).toEqual(spellings.map(() => 403));
    expect(await statusesOf(rule, ['/vod/myfilm/x', '/vod/my-film/x', '/vod/my'])).toEqual([200, 200, 200]);
  });

  test('a name that ends with + is not the name without it', async () => {
    for (const rule of ['/canal+/', '/canal%2B/', /\/canal\+\//]) {
      expect(await statusesOf(rule, ['/canal+/x', '/canal%2B/x', '/canal/x', '/canals/x'])).toEqual([
        403, 403, 200, 200,
      ]);
    }
    expect(await statusesOf('/canal+/', ['/canal%20/x'])).toEqual([403]);
    expect(await statusesOf('/canal/', ['/canal+/x', '/canal%2B/x'])).toEqual([200, 200]);
  });

  test.each([
    ['decoded', '/vod/a+b.mp4', '/vod/a+b.mp4'],
    ['decoded', '/vod/a%2Bb.mp4', '/vod/a+b.mp4'],
    ['decoded', '/vod/a%20b.mp4', '/vod/a%20b.mp4'],
    ['raw', '/vod/a+b.mp4', '/vod/a+b.mp4'],
    ['raw', '/vod/a%2Bb.mp4', '/vod/a%2Bb.mp4'],
  ] as const)('what is forwarded is as it was: %s %s as %s', async (pathForm, path, forwarded) => {
    const format = secureToken({ secret: 'mysecret', pathForm });
    const edge = createEdgeHandler({ format, origin: ({ url }) => new Response(url), clock: () => NOW * 1000 });
    const response = await edge(new Request(await signUrl(HOST + path, { format, expires: NOW + 60 })));
    expect([response.status, await response.text()]).toEqual([200, HOST + forwarded]);
  });
});

test('a rule of the Azion file protects every spelling', () => {
  const isOpen = (rule: string, path: string): boolean => {
    const args = { secure_token_secret: 'mysecret', rules: [{ path: rule }] };
    const event = { request: new Request(HOST + path), args, respondWith: () => undefined, continue: () => undefined };
    return firewallAnswer(event, NOW * 1000) === undefined;
  };
  for (const rule of ['/vod/my film/', '/vod/my%20film/', '/vod/my+film/', '/vod/my%2Bfilm/']) {
    expect(
      spellings.filter((path) => isOpen(rule, path)),
      rule,
    ).toEqual([]);
    expect(isOpen(rule, '/vod/myfilm/x')).toBe(true);
  }
  expect(isOpen('/canal+/', '/canal/x')).toBe(true);
});

describe('the signing endpoint', () => {
  const statusOf = async (path: string, options: Parameters<typeof ask>[1]): Promise<number> =>
    (await ask({ urls: [HOST + path] }, options)).status;

  test.each(['/vod/my%20film/', '/vod/my+film/', '/vod/my%2Bfilm/', '/vod/my%20film/x', '/vod/my+film/x'])(
    'whoever is denied %s is denied every spelling of it, and a token of a folder that holds it',
    async (path) => {
      const authorize = (): { denied: string[] } => ({ denied: [HOST + path] });
      for (const asked of spellings) expect(await statusOf(asked, { authorize }), asked).toBe(403);
      expect(await statusOf('/vod/myfilm/x', { authorize })).toBe(200);
      for (const asked of ['/vod/my+film/x', '/vod/my%20film/x', '/vod/my+film/below/x']) {
        expect(await statusOf(asked, { authorize, format: edgeAuth({ key: '00ff', depth: 2 }) }), asked).toBe(403);
      }
      expect(await statusOf('/vod/my-film/x', { authorize, format: edgeAuth({ key: '00ff', depth: 2 }) })).toBe(200);
    },
  );

  test('a name that ends with + is denied alone', async () => {
    const authorize = (): { denied: string[] } => ({ denied: [`${HOST}/vod/canal+/`] });
    expect(await statusOf('/vod/canal/x', { authorize })).toBe(200);
    expect(await statusOf('/vod/canal+/x', { authorize })).toBe(403);
    expect(await statusOf('/vod/canal%20/x', { authorize })).toBe(403);
  });

  test('the hook is shown the path with a space behind the one that was asked for, and so the scope', async () => {
    const authorize = vi.fn(() => true);
    await ask({ urls: [`${HOST}/vod/my%2Bfilm/x?a=b+c`] }, { authorize });
    const scopes = ['/vod/my+film/x', '/vod/my%20film/x'].map((path) => ({ kind: 'path', href: HOST + path }));
    const urls = ['/vod/my+film/x?a=b+c', '/vod/my%20film/x?a=b+c'].map((path) => HOST + path);
    expect(authorize).toHaveBeenCalledExactlyOnceWith(expect.any(Request), urls, scopes);
  });

  test('`allow` is what it says: a + in it is no space, and the other way round', async () => {
    const opened = async (allow: string): Promise<number[]> =>
      Promise.all(['/vod/my+film/x', '/vod/my%20film/x'].map((path) => statusOf(path, { allow: HOST + allow })));
    expect(await opened('/vod/my+film/')).toEqual([200, 403]);
    expect(await opened('/vod/my%20film/')).toEqual([403, 200]);
    expect(await opened('/vod/')).toEqual([200, 200]);
  });
});
