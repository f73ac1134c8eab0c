import { expect, test } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';

test('signs, reuses, renews', async () => {
  let n = 0;
  const source = createTokenSource({ getTokens: async ({ urls }) => { n++; return urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 'a' + n, e: '1' } })); } });
  const r = await source.sign('https://cdn.example/a.m3u8?x=1#f');
  expect(r.url).toBe('https://cdn.example/a.m3u8?x=1&st=a1&e=1#f');
  expect(source.unsign(r.url)).toBe('https://cdn.example/a.m3u8?x=1#f');
  expect(source.peek('https://cdn.example/a.m3u8?x=1')?.url).toContain('a1');
  const again = await source.refused(r, 403);
  expect(again?.url).toContain('st=a2');
});
