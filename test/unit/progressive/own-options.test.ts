import { expect, test } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { sourceOf } from '../../../packages/progressive/src/source-of.ts';

const endpoint = 'https://api.example/token';
const own = ['as', 'onProgress', 'signal', 'from'];

test.each<[object, string]>([
  [{ endpoint, onprogress: () => undefined }, "Unknown option 'onprogress'. Did you mean 'onProgress'?"],
  [{ endpoint, renewbefore: 5 }, "Unknown option 'renewbefore'. Did you mean 'renewBefore'?"],
  [{ source: createTokenSource(endpoint), via: 'swap' }, "Unknown option 'via'. Known options: "],
])('a misspelt option is refused, be it ours or of the token source: %o', (options, message) => {
  expect(() => sourceOf(options as never, own)).toThrow(`ERR_OPTIONS: ${message}`);
});

test('options of our own are nothing to the token source', () => {
  const { source, release } = sourceOf({ endpoint, as: 'blob', signal: new AbortController().signal } as never, own);
  expect(source.signNow('data:,x')).toBeDefined();
  release();
});

test('a shared source stays what it is: alone, among options, and with options on it', () => {
  const shared = createTokenSource(endpoint);
  for (const options of [shared, { source: shared, as: 'blob' }, Object.assign(shared, { as: 'blob' })])
    expect(sourceOf(options, own).source).toBe(shared);
  shared.destroy();
});

test.each([endpoint, new URL(endpoint)])('an endpoint alone: %s', (options) => {
  sourceOf(options, own).release();
});

test('nothing: what is missing is said', () => {
  expect(() => sourceOf(undefined as never, own)).toThrow("Give either 'endpoint' or 'getTokens'.");
  expect(() => sourceOf(null as never, own)).toThrow("Give either 'endpoint' or 'getTokens'.");
});
