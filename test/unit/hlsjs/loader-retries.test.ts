// @vitest-environment jsdom
import type { LoaderResponse } from 'hls.js';
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
  policy,
  prefixToken,
  settle,
  source,
  token,
  twice,
  useSource,
} from './loader-lab.ts';

fakeLoaders();

describe('retries that hls.js leaves to the loader (manifest, key, steering)', () => {
  test('when the endpoint is down: with the delays of the policy, then the error', async () => {
    const { onError, loader } = load(MANIFEST, { policy: policy(twice) });
    await settle();
    calls[0]!.fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(999);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    calls[1]!.fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(1999);
    expect(calls).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(onError).not.toHaveBeenCalled();
    calls[2]!.fail(new Error('down'));
    await settle();
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0]![0].code).toBe(503);
    expect(onError.mock.calls[0]![2]).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    expect(loader.stats.retry).toBe(2);
  });

  test('with a token at hand: sent as soon as its delay is over, as by hls.js itself', async () => {
    useSource({ tokens: [prefixToken()] });
    load(MANIFEST, { policy: policy(twice) });
    last().fail(503);
    vi.advanceTimersByTime(999);
    expect(attempts()).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(attempts()).toHaveLength(2);
  });

  test.each(['level', 'audioTrack', 'subtitleTrack'])(
    'of a media playlist (%s), too, when the endpoint is down: hls.js counts the errors of all playlists together',
    async (type) => {
      const { onError, onSuccess } = load(MANIFEST, {
        context: { type },
        config: { playlistLoadPolicy: { default: { errorRetry: twice } } },
      });
      await settle();
      calls[0]!.fail(new Error('down'));
      await vi.advanceTimersByTimeAsync(1000);
      calls[1]!.fail(new Error('down'));
      await vi.advanceTimersByTimeAsync(2000);
      expect(onError).not.toHaveBeenCalled();
      calls[2]!.answer(token(MANIFEST));
      await settle();
      last().succeed();
      expect([onSuccess.mock.calls.length, onError.mock.calls.length]).toEqual([1, 0]);
      // what the edge fails to deliver is hls.js's business
      const other = load(MANIFEST, {
        context: { type },
        config: { playlistLoadPolicy: { default: { errorRetry: twice } } },
      });
      last().fail(503);
      await settle();
      expect(other.onError).toHaveBeenCalledTimes(1);
    },
  );

  test('an outage while there is a picture: the request waits until it ends, and spends no try', async () => {
    const { onError, onSuccess, loader } = load(SEGMENT, { policy: policy(twice), mayOutlast: () => true });
    await settle();
    for (let failed = 0; failed < 20; failed++) {
      calls.at(-1)!.fail(new Error('down'));
      await vi.advanceTimersByTimeAsync(11_000);
    }
    expect([calls.length, onError.mock.calls.length]).toEqual([21, 0]);
    calls.at(-1)!.answer(token());
    await settle();
    last().succeed();
    expect([onSuccess.mock.calls.length, onError.mock.calls.length, loader.stats.retry]).toEqual([1, 0, 0]);
  });

  test('an outage that begins with a refusal while there is a picture: the replay waits until it ends', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken()] });
    const { onError, onSuccess } = load(SEGMENT, { policy: policy(twice), mayOutlast: () => true });
    last().fail(403);
    await settle();
    calls[0]!.fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(11_000);
    calls.at(-1)!.answer(prefixToken());
    await settle();
    last().succeed();
    expect([onSuccess.mock.calls.length, onError.mock.calls.length]).toEqual([1, 0]);
  });

  describe('the server does not have a segment any more', () => {
    const left = { hasLeftWindow: (): boolean => true };
    const waiting = { mayOutlast: (): boolean => true };

    test('it has left the live window: hls.js hears of a 503 after a second, and looks where the stream is', async () => {
      source.destroy();
      useSource({ tokens: [prefixToken()] });
      const { onError } = load(SEGMENT, { ...waiting, ...left });
      last().fail(404);
      await vi.advanceTimersByTimeAsync(999);
      expect(onError).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(onError.mock.calls.map(([{ code }]) => code as number)).toEqual([503]);
    });

    test('it has left the live window, and hls.js gives it up: it hears of that alone', async () => {
      source.destroy();
      useSource({ tokens: [prefixToken()] });
      const { loader, onAbort, onError } = load(SEGMENT, { ...waiting, ...left });
      last().fail(404);
      loader.abort();
      await vi.advanceTimersByTimeAsync(2000);
      expect([onAbort.mock.calls.length, onError.mock.calls.length]).toEqual([1, 0]);
    });

    test.each([
      ['it is in the live window', 404, waiting],
      ['retries are not as hls.js ships them', 404, left],
      ['the edge fails', 500, { ...waiting, ...left }],
    ])('%s: hls.js hears of its %i', async (_, status, session) => {
      source.destroy();
      useSource({ tokens: [prefixToken()] });
      const { onError } = load(SEGMENT, session);
      last().fail(status);
      await settle();
      expect(onError.mock.calls.map(([{ code }]) => code as number)).toEqual([status]);
    });
  });

  test('a denial while there is a picture: an error at once', async () => {
    const { onError } = load(SEGMENT, { policy: policy(twice), mayOutlast: () => true });
    await settle();
    calls[0]!.fail(Object.assign(new Error('revoked'), { status: 403 }));
    await settle();
    expect(onError.mock.calls[0]![2]).toMatchObject({ code: 'ERR_DENIED' });
  });

  test('a request that waits until an outage ends is aborted: hls.js hears of it once, and no timer is left', async () => {
    const { loader, onAbort, onError } = load(SEGMENT, { mayOutlast: () => true });
    await settle();
    calls[0]!.fail(new Error('down'));
    await settle();
    loader.abort();
    source.destroy();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([onAbort.mock.calls.length, onError.mock.calls.length, calls.length, vi.getTimerCount()]).toEqual([
      1, 0, 1, 0,
    ]);
  });

  test('of a segment are those of hls.js', async () => {
    const { onError } = load(SEGMENT, {
      context: { type: 'media-fragment' },
      config: { playlistLoadPolicy: { default: { errorRetry: twice } } },
    });
    await settle();
    calls[0]!.fail(new Error('down'));
    await settle();
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test('of a failed request are signed anew: the token of the first attempt may have died', async () => {
    source.destroy();
    useSource({ tokens: [token(MANIFEST, { expires: Date.now() / 1000 + 10 })] });
    const { onSuccess, onError } = load(MANIFEST, {
      policy: policy({ ...twice, retryDelayMs: 20_000, maxRetryDelayMs: 9500, backoff: 'linear' }),
    });
    expect(last().policy.loadPolicy).toMatchObject({ errorRetry: null, timeoutRetry: null, maxLoadTimeMs: 20_000 });
    expect(last().policy.highWaterMark).toBe(99);
    last().fail(500);
    await vi.advanceTimersByTimeAsync(9500);
    calls.at(-1)!.answer(token(MANIFEST));
    await settle();
    expect(attempts().map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
    last().succeed();
    expect([onSuccess.mock.calls.length, onError.mock.calls.length]).toEqual([1, 0]);
    expect(onSuccess.mock.calls[0]![1].retry).toBe(1);
  });

  test('of a time-out', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken()] });
    const { onTimeout } = load(MANIFEST, { policy: policy(null, { ...twice, maxNumRetry: 1, retryDelayMs: 0 }) });
    const timeOut = (): void => last().callbacks!.onTimeout(last().stats, last().context!, last().details);
    timeOut();
    expect(onTimeout).not.toHaveBeenCalled();
    await settle();
    expect(attempts()).toHaveLength(2);
    timeOut();
    await settle();
    expect(onTimeout).toHaveBeenCalledTimes(1);
  });

  test('follow hls.js: never after 4xx, after 0 only when offline, unless the app decides otherwise', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken()] });
    const tries = async (code: number, rule: object = twice): Promise<number> => {
      FakeLoader.made = [];
      const { loader } = load(MANIFEST, { policy: policy(rule) });
      last().fail(code);
      await vi.advanceTimersByTimeAsync(1000);
      loader.destroy();
      return attempts().length;
    };
    expect([await tries(404), await tries(0), await tries(502)]).toEqual([1, 1, 2]);
    const shouldRetry = vi.fn((_rule, _count, _timeout, response?: LoaderResponse) => response?.code === 404);
    expect([await tries(404, { ...twice, shouldRetry }), await tries(502, { ...twice, shouldRetry })]).toEqual([2, 1]);
    expect(shouldRetry.mock.calls[0]!.slice(1)).toEqual([
      0,
      false,
      expect.objectContaining({ code: 404, url: MANIFEST }),
      false,
    ]);
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    expect(await tries(0)).toBe(2);
    vi.restoreAllMocks();
  });

  test('of an app that retries 403 itself: the replay comes first, without the delay', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken()] });
    const { onSuccess } = load(MANIFEST, { policy: policy({ ...twice, shouldRetry: () => true }) });
    last().fail(403);
    await settle();
    calls[0]!.answer(prefixToken());
    await settle();
    expect(attempts()).toHaveLength(2);
    last().succeed();
    expect(onSuccess.mock.calls[0]![1].retry).toBe(0);
  });

  test('a denial is not retried, not even by such an app', async () => {
    const { onError } = load(MANIFEST, { policy: policy({ ...twice, shouldRetry: () => true }) });
    await settle();
    calls[0]!.fail(Object.assign(new Error('revoked'), { status: 403 }));
    await settle();
    expect(onError.mock.calls[0]![0].code).toBe(0);
    expect(onError.mock.calls[0]![2]).toMatchObject({ code: 'ERR_DENIED' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([calls.length, onError.mock.calls.length]).toEqual([1, 1]);
  });
});
