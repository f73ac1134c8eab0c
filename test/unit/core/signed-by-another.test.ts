import { expect, test, vi } from 'vitest';
import type { Token, TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource, isSignedByAnother } from '../../../packages/core/src/index.ts';

const url = 'https://cdn.test/vod/1.ts';
const sourceOf = (carrier: Partial<Token>): TokenSource =>
  createTokenSource({
    protect: 'https://cdn.test/',
    getTokens: () => Promise.reject(new Error('nobody asks')),
    tokens: [{ prefix: 'https://cdn.test/vod/', expires: Date.now() / 1000 + 1000, ...carrier }],
  });
const asking = sourceOf({ query: { st: 'asking' } });

test.each([
  ['query', { query: { st: 'x y' } }],
  ['headers', { headers: { 'X-Token': '1', 'X-Expires': '2' } }],
  ['path', { base: 'https://cdn.test/token/vod/' }],
])('a request is known by its token: %s', (_, carrier) => {
  const source = sourceOf(carrier);
  const signed = source.peek(`${url}#f`)!;
  const headers = new Headers({ accept: '*/*', ...signed.headers });
  // as the browser writes it
  const sent = new Request(signed.url).url;
  expect(isSignedByAnother(asking, sent, headers)).toBe(true);
  expect(isSignedByAnother(source, sent, headers), 'its own').toBe(false);
  expect(isSignedByAnother(asking, url, new Headers()), 'the unsigned one').toBe(false);
});

test('a cookie is not seen in it', () => {
  expect(sourceOf({ credentials: true }).peek(url)!.token).toBeDefined();
  expect(isSignedByAnother(asking, url, new Headers())).toBe(false);
});

test('another copy of this package in the page is asked', async () => {
  vi.resetModules();
  const copy = await import('../../../packages/core/src/index.ts');
  expect(copy.isSignedByAnother).not.toBe(isSignedByAnother);
  const signed = sourceOf({ query: { st: 'here' } }).peek(url)!;
  expect(copy.isSignedByAnother(asking, signed.url, new Headers())).toBe(true);
});

test('only the last ones are known', () => {
  const source = sourceOf({ query: { st: 'many' } });
  const first = source.peek(url)!;
  for (let n = 0; n < 200; n++) source.peek(`https://cdn.test/vod/more-${n}.ts`);
  expect(isSignedByAnother(asking, first.url, new Headers())).toBe(false);
});
