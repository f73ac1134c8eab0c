// @vitest-environment jsdom
import { inspect } from 'node:util';
import type { LoaderContext } from 'hls.js';
import { expect, test } from 'vitest';
import { SEGMENT, FakeLoader, last, load, fakeLoaders, source, token, useSource } from './loader-lab.ts';
import { errorWithoutToken } from '../../../packages/core/src/adapter/error-without-token.ts';

fakeLoaders();

const secret = () => token(SEGMENT, { query: { st: 'SECRET' }, headers: { 'x-token': 'SECRET' } });

test('with a token at hand', () => {
  source.destroy();
  useSource({ tokens: [secret()] });
  class Throwing extends FakeLoader {
    override load(...args: Parameters<FakeLoader['load']>): void {
      throw new Error(`cannot load ${(args[0] as LoaderContext).url}`);
    }
  }
  let thrown: unknown;
  try { load(SEGMENT, { Base: Throwing }); } catch (error) { thrown = error; }
  expect(thrown).toBeDefined();
  expect(inspect(thrown)).not.toContain('SECRET');
});

test('an inner loader that tells an error with the URL', () => {
  source.destroy();
  useSource({ tokens: [secret()] });
  const { onError } = load(SEGMENT);
  const inner = last();
  inner.callbacks!.onError({ code: 0, text: `cannot load ${inner.context!.url}` }, inner.context!, null, inner.stats);
  expect(onError).toHaveBeenCalledTimes(1);
  expect(inspect(onError.mock.calls[0]![0])).not.toContain('SECRET');
});

test('normalised', () => {
  const signed = { url: '../7/s1.m4s?st=SECRET', headers: {}, credentials: false, unsignedUrl: '../7/s1.m4s', source: '', token: { expires: 1, query: { st: 'SECRET' } } };
  expect(String(errorWithoutToken(new TypeError('Failed to load https://cdn.example.com/7/s1.m4s?st=SECRET'), signed))).not.toContain('SECRET');
});
