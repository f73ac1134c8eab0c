import { describe, expect, test } from 'vitest';
import { createEdgeHandler, azion, verifyUrl } from '../../../../packages/server/src/index.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const exact = azion({ secret: 'mysecret' });

/** Paths below `/live/7/` that one server or another may read as another place. */
const leaving = [
  '%252e%252e/8/x',
  '..%20/8/x',
  '..%20',
  ',../8/x',
  'x/..,/a',
  'a::$DATA',
  '..%3Fx',
  '..%23',
  '.%3Fx',
  '..%20.%3Fx',
  ',..%23',
  '100%2525.ts',
];
const staying = ['a', 'hd/s1.m4s', '...', 'a..b/c', 'a,b', 'a:b', '..a/b', '%20..x', 'a%3Fb', 'a..%23b', '100%25.ts'];

describe.each(['decoded', 'raw'] as const)('a token of a folder, with the %s path', (pathForm) => {
  const format = azion({ secret: 'mysecret', depth: 2, pathForm });
  const exactly = azion({ secret: 'mysecret', pathForm });
  const { query } = format.sign(new URL('/live/7/x', HOST), NOW + 60) as { query: Record<string, string> };
  const search = `?${new URLSearchParams(query)}`;
  const edge = createEdgeHandler({ format, origin: () => new Response(), clock: () => NOW * 1000 });

  test.each(leaving)('does not open %s, and is not made for it', async (rest) => {
    const url = new URL(`/live/7/${rest}`, HOST);
    expect(await verifyUrl(url.href + search, { format, now: NOW })).toMatchObject({ ok: false, reason: 'signature' });
    expect((await edge(new Request(url.href + search))).status).toBe(403);
    expect(format.opens!(url)).toEqual({ kind: 'path', href: url.href });
    const token = await format.sign(url, NOW + 60);
    expect(token).toEqual(await exactly.sign(url, NOW + 60));
    expect(await verifyUrl(`${url.href}?${new URLSearchParams(token.query)}`, { format, now: NOW })).toMatchObject({
      ok: true,
    });
  });

  test.each(staying)('opens %s', async (rest) => {
    const url = new URL(`/live/7/${rest}`, HOST);
    expect(await verifyUrl(url.href + search, { format, now: NOW })).toMatchObject({ ok: true });
    // the edge does not let through what other servers would read in another way
    expect((await edge(new Request(url.href + search))).status).toBe(
      /\?|#|\.\.\.$/.test(decodeURIComponent(rest)) ? 403 : 200,
    );
    expect(await format.sign(url, NOW + 60)).toMatchObject({ prefix: `${HOST}/live/7/`, query });
  });
});

test('no edge forwards what is `/live/7/..` to an origin that decodes once more, whatever token it carries', async () => {
  const edge = createEdgeHandler({ format: exact, origin: () => new Response(), clock: () => NOW * 1000 });
  for (const path of ['/live/7/..%3Fx', '/live/7/..%23', '/live/7/.%3Fx']) {
    const { query } = await exact.sign(new URL(path, HOST), NOW + 60);
    expect((await edge(new Request(`${HOST}${path}?${new URLSearchParams(query)}`))).status, path).toBe(403);
  }
});
