// @vitest-environment jsdom
import { describe, expect, test, vi } from 'vitest';
import { SEGMENT, attempts, calls, fakeLoaders, last, load, settle, source, token, useSource } from './loader-lab.ts';

fakeLoaders();

describe('a refusal', () => {
  test.each([401, 403, 410])('%d is replayed once with a new token, and hls.js does not see it', async (status) => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { onError, onSuccess, onAbort } = load();
    last().fail(status);
    await settle();
    expect(calls.map(({ urls, reason }) => [urls, reason])).toEqual([[[SEGMENT], 'refused']]);
    calls[0]!.answer(token());
    await settle();
    expect(attempts().map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
    expect(last().context!.url).toBe(`${SEGMENT}?st=t2&e=9`);
    last().succeed();
    expect(onSuccess).toHaveBeenCalledTimes(1);
    expect([onError.mock.calls, onAbort.mock.calls]).toEqual([[], []]);
  });

  test('of the replay is passed on as it is', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { onError, context, loader } = load();
    last().fail(403);
    await settle();
    calls[0]!.answer(token());
    await settle();
    last().fail(410);
    await settle();
    expect(onError.mock.calls).toEqual([[{ code: 410, text: 'refused' }, context, last().details, loader.stats]]);
    expect([attempts().length, calls.length]).toEqual([2, 1]);
  });

  test('other errors are passed on at once: 404, 500, and 0 of a live token', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    for (const code of [404, 500, 0]) {
      const { onError } = load();
      last().fail(code);
      await settle();
      expect(onError.mock.calls[0]![0].code).toBe(code);
    }
    expect(calls).toEqual([]);
  });

  test('without CORS headers looks like 0: replayed when the token is at its end', async () => {
    source.destroy();
    useSource({ tokens: [token(SEGMENT, { expires: Date.now() / 1000 + 10 })] });
    const { onError, onSuccess } = load();
    await vi.advanceTimersByTimeAsync(10_000);
    last().fail(0);
    await settle();
    calls.at(-1)!.answer(token());
    await settle();
    last().succeed();
    expect([onSuccess.mock.calls.length, onError.mock.calls.length]).toEqual([1, 0]);
  });

  test('while the endpoint is down becomes its outage', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { onError } = load();
    last().fail(403);
    await settle();
    calls[0]!.fail(new Error('down'));
    await settle();
    expect(onError.mock.calls[0]![0].code).toBe(503);
    expect(onError.mock.calls[0]![2]).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
  });
});
