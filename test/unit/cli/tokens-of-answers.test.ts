import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tokenFinder } from '../../../packages/cli/src/endpoint-answer.ts';

const origin = 'https://cdn.example.com';
const urls = Array.from({ length: 50 }, (_, i) => `${origin}/vod/${i}.ts`);

let parsed = 0;
beforeEach(() => {
  parsed = 0;
  const { URL } = globalThis;
  vi.stubGlobal(
    'URL',
    class extends URL {
      constructor(...given: ConstructorParameters<typeof URL>) {
        super(...given);
        parsed++;
      }
    },
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test('what a token opens is parsed once, however many URLs a call has', () => {
  const others = Array.from({ length: 100 }, (_, i) => ({ prefix: `${origin}/other/${i}/` }));
  const find = tokenFinder(others);
  expect(urls.map(find)).toEqual(urls.map(() => undefined));
  expect(parsed).toBeLessThan(2 * (urls.length + others.length));
});

test('a URL gets the token of its own, then that of the longest prefix, then one that does not say what it opens', () => {
  const [all, short, long, own] = [
    {},
    { prefix: `${origin}/` },
    { prefix: `${origin}/vod/` },
    { url: `${urls[0]}?a`, anyQuery: true },
  ];
  expect(tokenFinder([all, short, long, own])(urls[0]!)).toBe(own);
  expect(tokenFinder([all, short, long, own])(urls[1]!)).toBe(long);
  expect(tokenFinder([all, { prefix: 'vod/' }])(urls[1]!)).toBe(all);
  expect(tokenFinder([{ url: 5 }])(urls[1]!)).toBeUndefined();
});
