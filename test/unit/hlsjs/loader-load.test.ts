// @vitest-environment jsdom
import type { LoaderContext } from 'hls.js';
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
  policy,
  prefixToken,
  settle,
  source,
  token,
  useSource,
} from './loader-lab.ts';

fakeLoaders();

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
