import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TokenSource } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { throughOutages } from '../../../packages/media-element/src/outage.ts';

const outage = (retryAfter?: number): SecureTokenError =>
  new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'the endpoint is down', { retryAfter });

let source: TokenSource;
let controller: AbortController;
const onOutage = vi.fn();
const ask = vi.fn<() => Promise<string>>();
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.spyOn(Math, 'random').mockReturnValue(0.999);
  source = new EventTarget() as TokenSource;
  controller = new AbortController();
  onOutage.mockReset();
  ask.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const begin = (): Promise<unknown> =>
  throughOutages(ask, { source, signal: controller.signal, onOutage }).catch((error: unknown) => error);

describe('throughOutages', () => {
  test('an outage is waited out for an hour, in pauses of fifteen seconds at most; the answer counts', async () => {
    ask.mockRejectedValue(outage());
    const answer = begin();
    await vi.advanceTimersByTimeAsync(3600e3);
    expect(ask.mock.calls.length).toBeGreaterThan(3600 / 15);
    expect(ask.mock.calls.length).toBeLessThan(3600 / 15 + 5);
    ask.mockResolvedValue('signed');
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await answer).toBe('signed');
    expect(onOutage).toHaveBeenCalledTimes(ask.mock.calls.length - 1);
  });

  test('the endpoint says when it wants to be asked again', async () => {
    ask.mockRejectedValue(outage(60));
    void begin();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  test('a token that has come in for another request ends the pause, and no listener is left', async () => {
    ask.mockRejectedValueOnce(outage(60)).mockResolvedValue('signed');
    const answer = begin();
    await vi.advanceTimersByTimeAsync(1000);
    source.dispatchEvent(new Event('tokenrenewed'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await answer).toBe('signed');
    expect([...getEventListeners(source, 'tokenrenewed'), ...getEventListeners(controller.signal, 'abort')]).toEqual(
      [],
    );
  });

  test('what is no outage is thrown at once', async () => {
    const denied = new SecureTokenError('ERR_DENIED', 'no');
    ask.mockRejectedValue(denied);
    expect(await begin()).toBe(denied);
    expect(onOutage).not.toHaveBeenCalled();
  });

  test('an abort ends the wait', async () => {
    ask.mockRejectedValue(outage());
    const answer = begin();
    await vi.advanceTimersByTimeAsync(100);
    controller.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(await answer).toMatchObject({ name: 'AbortError' });
  });
});
