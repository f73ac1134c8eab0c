import { expect, test, vi } from 'vitest';
import { tokenFinder } from '../../../packages/cli/src/endpoint-answer.ts';

const origin = 'https://cdn.example.com';
const urls = Array.from({ length: 50 }, (_, i) => `${origin}/vod/${i}.ts`);

test('what a token opens is parsed once, however many URLs a call has', () => {
  const parse = vi.spyOn(URL, 'canParse');
  const others = Array.from({ length: 100 }, (_, i) => ({ prefix: `${origin}/other/${i}/` }));
  expect(urls.map(tokenFinder(others))).toEqual(urls.map(() => undefined));
  expect(parse.mock.calls.length).toBeLessThan(2 * (urls.length + others.length));
  parse.mockRestore();
});

test('a URL gets the token of its own, then that of the longest prefix, then one that does not say what it opens', () => {
  const [all, short, long] = [{}, { prefix: `${origin}/` }, { prefix: `${origin}/vod/` }];
  const own = { url: `${urls[0]}?a`, anyQuery: true };
  expect(tokenFinder([all, short, long, own])(urls[0]!)).toBe(own);
  expect(tokenFinder([all, short, long, own])(urls[1]!)).toBe(long);
  expect(tokenFinder([all, { prefix: 'vod/' }])(urls[1]!)).toBe(all);
  expect(tokenFinder([{ url: 5 }])(urls[1]!)).toBeUndefined();
});
