// @vitest-environment jsdom
import type { HlsConfig, LoaderContext } from 'hls.js';
import { describe, expect, test, vi } from 'vitest';
import {
  MANIFEST,
  SEGMENT,
  FakeLoader,
  attempts,
  callbacks,
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

describe('load', () => {
  test('a second one throws, while the first waits and while it loads', async () => {
    const { loader, context } = load();
    expect(() => loader.load(context, policy(), callbacks())).toThrow('Loader can only be used once.');
    await settle();
    calls[0]!.answer(token());
    await settle();
    expect(() => loader.load(context, policy(), callbacks())).toThrow('Loader can only be used once.');
    expect(attempts()).toHaveLength(1);
  });

  test('never calls back before it returns, whatever the endpoint says', async () => {
    useSource({
      getTokens: () => {
        throw Object.assign(new Error('no'), { status: 403 });
      },
    });
    const { onError } = load();
    expect(onError).not.toHaveBeenCalled();
    await settle();
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test('the rest of the interface is that of the loader in use', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { loader } = load();
    expect([loader.getCacheAge!(), loader.getResponseHeader!('date')]).toEqual([17, 'value of date']);
    loader.destroy();
    expect([loader.getCacheAge!(), loader.getResponseHeader!('date')]).toEqual([null, null]);
    class Plain extends FakeLoader {
      override getCacheAge = undefined as never;
      override getResponseHeader = undefined as never;
    }
    const plain = load(SEGMENT, { Base: Plain }).loader;
    expect([plain.getCacheAge!(), plain.getResponseHeader!('date')]).toEqual([null, null]);
  });

  test("data: and unprotected URLs pass at once and are not the endpoint's business", async () => {
    for (const url of [
      'data:application/octet-stream;base64,AA==',
      'blob:https://app.example/1',
      'https://ads.example/ad.ts',
    ]) {
      const { onError } = load(url);
      expect(last().context!.url).toBe(url);
      last().fail(403);
      await settle();
      expect(onError).toHaveBeenCalledTimes(1);
    }
    expect(calls).toEqual([]);
  });

  test('a manifest makes its origin protected, that of an interstitial does not', () => {
    const allow = vi.spyOn(source, 'allow');
    load(MANIFEST, { context: { type: 'manifest' } });
    load('https://ads.example/ad.m3u8', { context: { type: 'manifest' }, config: { assetPlayerId: 'ad-1' } });
    load(MANIFEST, { context: { type: 'level' } });
    expect(allow.mock.calls).toEqual([[MANIFEST]]);
  });

  test('header and cookie tokens ride on the request, beside what the app has set up', () => {
    source.destroy();
    useSource({ tokens: [prefixToken({ query: {}, headers: { 'x-token': 'secret' } })] });
    load(SEGMENT, { context: { headers: { a: 'b' } } });
    expect(last().context).toMatchObject({ url: SEGMENT, headers: { a: 'b', 'x-token': 'secret' } });
    source.destroy();
    useSource({ tokens: [prefixToken({ query: {}, credentials: true })] });
    const xhrSetup = vi.fn();
    const fetchSetup = vi.fn((context: LoaderContext, init: RequestInit) => new Request(context.url, init));
    load(SEGMENT, { config: { xhrSetup, fetchSetup, debug: 'kept' } });
    const config = last().config;
    const xhr = new XMLHttpRequest();
    void config.xhrSetup!(xhr, 'a', last().context!);
    expect([xhr.withCredentials, xhrSetup.mock.calls]).toEqual([true, [[xhr, 'a', last().context]]]);
    expect((config.fetchSetup!(last().context!, { method: 'GET' }) as Request).credentials).toBe('include');
    expect(fetchSetup).toHaveBeenCalledTimes(1);
    expect(config.debug).toBe('kept');
    load(SEGMENT, { config: {} });
    expect((last().config.fetchSetup!(last().context!, { method: 'GET' }) as Request).credentials).toBe('include');
    void last().config.xhrSetup!(xhr, 'a', last().context!);
  });
});

test('a loader that throws from load() after a wait does not leave hls.js without an answer', async () => {
  class Throwing extends FakeLoader {
    override load(): void {
      throw new Error('fetchSetup of the app');
    }
  }
  const { onError } = load(SEGMENT, { Base: Throwing });
  await settle();
  calls[0]!.answer(token());
  await settle();
  expect(onError).toHaveBeenCalledTimes(1);
});

test('two requests that are denied at once fail one a task: hls.js ends the second when it hears of the first', async () => {
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

test('a loader of the app that aborts when it is destroyed: of the one that was refused, hls.js hears no more', async () => {
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
