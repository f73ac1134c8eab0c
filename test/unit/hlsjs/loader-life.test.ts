// @vitest-environment jsdom
import { inspect } from 'node:util';
import type { HlsConfig, LoaderContext } from 'hls.js';
import { describe, expect, test, vi } from 'vitest';
import {
  MANIFEST,
  SEGMENT,
  FakeLoader,
  attempts,
  calls,
  fakeLoaders,
  last,
  load,
  newStats,
  policy,
  prefixToken,
  refuseOnce,
  settle,
  source,
  token,
  twice,
  useSource,
} from './loader-lab.ts';

fakeLoaders();

describe('abort', () => {
  test('during the wait for a token: says so at once, and nothing is sent any more', async () => {
    const { loader, context, onAbort } = load();
    await settle();
    loader.abort();
    expect(loader.stats.aborted).toBe(true);
    expect(onAbort.mock.calls).toEqual([[loader.stats, context, null]]);
    expect(onAbort.mock.calls[0]![1]).toBe(context);
    calls[0]!.answer(token());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts()).toHaveLength(0);
    expect(onAbort).toHaveBeenCalledTimes(1);
  });

  test('during the wait for a replay, and for a retry', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const replay = load();
    last().fail(403);
    replay.loader.abort();
    await settle();
    calls[0]!.answer(token());
    await settle();
    const retry = load(SEGMENT, { policy: policy(twice) });
    last().fail(500);
    await settle();
    retry.loader.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    for (const { loader, onAbort, onError } of [replay, retry]) {
      expect(loader.stats.aborted).toBe(true);
      expect(onAbort).toHaveBeenCalledTimes(1);
      expect(onError).not.toHaveBeenCalled();
    }
    expect(attempts()).toHaveLength(2);
  });

  test('while the request is under way is that of the loader; without onAbort, too', () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { loader, onAbort } = load();
    loader.abort();
    expect([loader.stats.aborted, onAbort.mock.calls.length]).toEqual([true, 1]);
    load(SEGMENT, { callbacks: { onAbort: undefined } }).loader.abort();
    source.destroy();
    useSource();
    load(SEGMENT, { callbacks: { onAbort: undefined } }).loader.abort();
  });
});

describe('destroy', () => {
  test('is silent and idempotent: waiting, loading, after a refusal, done, and never loaded', async () => {
    const waiting = load();
    await settle();
    waiting.loader.destroy();
    waiting.loader.destroy();
    waiting.loader.abort();
    calls[0]!.answer(token());
    await settle();
    expect(attempts()).toHaveLength(0);

    const loading = load();
    const inner = last();
    const { onSuccess, onError } = inner.callbacks!;
    loading.loader.destroy();
    loading.loader.destroy();
    loading.loader.abort();
    expect([inner.isDestroyed, loading.loader.context]).toEqual([true, null]);
    // a loader of the app that does not know when to stop
    onSuccess({ url: SEGMENT, data: '' }, newStats(), loading.context, null);
    onError({ code: 500, text: '' }, loading.context, null, newStats());

    const refused = load();
    last().fail(403);
    refused.loader.destroy();
    await settle();
    calls[1]?.answer(token());
    await vi.advanceTimersByTimeAsync(60_000);

    for (const { onSuccess, onError, onAbort, onTimeout } of [waiting, loading, refused]) {
      for (const spy of [onSuccess, onError, onAbort, onTimeout]) expect(spy).not.toHaveBeenCalled();
    }
    source.destroy();
    useSource({ tokens: [token()] });
    const { loader, onSuccess: done } = load();
    last().succeed();
    loader.destroy();
    expect(done).toHaveBeenCalledTimes(1);
    new loading.TokenLoader({} as HlsConfig).destroy();
  });

  test('releases each inner loader', async () => {
    const { loader } = load();
    await refuseOnce();
    loader.destroy();
    expect(FakeLoader.made.map(({ isDestroyed }) => isDestroyed)).toEqual([true, true]);
  });
});

describe('a loader that throws from load()', () => {
  const throwing = (message: (context: LoaderContext) => string, from = 1) => {
    let loads = 0;
    return class extends FakeLoader {
      override load(...args: Parameters<FakeLoader['load']>): void {
        if (++loads >= from) throw new Error(message(args[0]));
        super.load(...args);
      }
    };
  };

  test('after a wait does not leave hls.js without an answer', async () => {
    const { onError } = load(SEGMENT, { Base: throwing(() => 'fetchSetup of the app') });
    await settle();
    calls[0]!.answer(token());
    await settle();
    expect(onError.mock.calls.map(([error]) => error)).toEqual([{ code: 0, text: 'Error: fetchSetup of the app' }]);
  });

  test('at the second try, after the delay of the policy, does not either', async () => {
    useSource({ tokens: [prefixToken()] });
    const { onError } = load(MANIFEST, { Base: throwing(() => 'fetchSetup of the app', 2), policy: policy(twice) });
    last().fail(503);
    await vi.advanceTimersByTimeAsync(1000);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test.each<[string, (context: LoaderContext) => string]>([
    ['the signed URL', ({ url }) => `cannot load ${url}`],
    ['a header of the token', ({ headers }) => `'${headers!['x-token']}' is not a valid HTTP header field value.`],
  ])('with %s in its error does not get that into an event', async (_, message) => {
    const { onError } = load(SEGMENT, { Base: throwing(message) });
    await settle();
    calls[0]!.answer(token(SEGMENT, { query: { st: 'SECRET' }, headers: { 'x-token': 'SECRET' } }));
    await settle();
    const [error, , details] = onError.mock.calls[0]!;
    expect(inspect([error, details])).not.toContain('SECRET');
  });

  test('with the signed URL in its error does not get that into an event of hls.js, where a token is at hand', () => {
    source.destroy();
    useSource({ tokens: [token(SEGMENT, { query: { st: 'SECRET' } })] });
    let thrown: unknown;
    try {
      load(SEGMENT, { Base: throwing(({ url }) => `cannot load ${url}`) });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(inspect(thrown)).not.toContain('SECRET');
  });
});

test('a loader that tells of what was thrown, with the signed URL in it, does not get that into an event', () => {
  source.destroy();
  useSource({ tokens: [token(SEGMENT, { query: { st: 'SECRET' } })] });
  const tell = (text: (url: string) => string | undefined): unknown => {
    const { onError } = load(SEGMENT);
    const { callbacks, context, stats } = last();
    callbacks!.onError({ code: 0, text: text(context!.url)! }, context!, null, stats);
    return onError.mock.calls[0]![0];
  };
  expect(inspect(tell((url) => `Failed to fetch ${url}`))).not.toContain('SECRET');
  expect(tell(() => 'Failed to fetch')).toEqual({ code: 0, text: 'Failed to fetch' });
  expect(tell(() => undefined)).toEqual({ code: 0, text: undefined });
});

test('two requests denied at once fail one a task: hls.js ends the second when it hears of the first', async () => {
  // through promises, as the fragment loader of hls.js does
  const endSecond = (): void =>
    void Promise.resolve()
      .then(() => undefined)
      .then(() => second.loader.destroy());
  const onError = vi.fn(endSecond);
  load(SEGMENT, { callbacks: { onError } });
  const second = load(MANIFEST);
  await settle();
  calls[0]!.fail(Object.assign(new Error('revoked'), { status: 403 }));
  await settle();
  expect(onError).toHaveBeenCalledTimes(1);
  await settle();
  expect(second.onError).not.toHaveBeenCalled();
});

test('a loader of the app that aborts when it is destroyed: hls.js hears no more of the refused one', async () => {
  class Noisy extends FakeLoader {
    override destroy(): void {
      const { callbacks, context, details } = this;
      callbacks?.onAbort?.(newStats(), context!, details);
      callbacks?.onError({ code: 403, text: 'aborted' }, context!, details, newStats());
    }
  }
  const { onAbort, onError, onSuccess } = load(SEGMENT, { Base: Noisy });
  await refuseOnce();
  expect(attempts()).toHaveLength(2);
  last().succeed();
  await settle();
  expect([onAbort, onError, onSuccess].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 1]);
});
