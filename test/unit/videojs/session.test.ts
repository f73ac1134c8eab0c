import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SignedRequest, TokenSource } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { untouchedRequest } from 'secure-token-core/adapter';
import type { Session } from '../../../packages/videojs/src/session.ts';
import { noteSuccess, signOrWait } from '../../../packages/videojs/src/session.ts';

const outage = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');
const denial = new SecureTokenError('ERR_DENIED', 'no');
const request: SignedRequest = {
  ...untouchedRequest('https://cdn.example.com/a'),
  url: 'https://cdn.example.com/a?st=1',
};

const setUp = (readyState = 0) => {
  const source = new EventTarget() as TokenSource;
  const noLongerDue = vi.fn();
  const showWhenDry = vi.fn(() => noLongerDue);
  const failure = { show: vi.fn(), showWhenDry, withdraw: vi.fn(), forget: vi.fn(), dispose: vi.fn() };
  const session = { player: { readyState: () => readyState }, source, failure, waits: new Set() } as unknown as Session;
  const controller = new AbortController();
  const ask = vi.fn<() => Promise<SignedRequest>>();
  return { source, failure, noLongerDue, ask, controller, answer: () => signOrWait(session, controller, ask) };
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('signOrWait', () => {
  test('an outage is asked about again, ever later; the viewer is told while nothing is on screen', async () => {
    const { ask, failure, answer } = setUp(4);
    ask
      .mockRejectedValueOnce(outage)
      .mockRejectedValueOnce(outage)
      .mockRejectedValueOnce(outage)
      .mockResolvedValue(request);
    const answered = answer();
    const asked: number[] = [];
    for (let second = 0; second <= 7; second++) {
      asked.push(ask.mock.calls.length);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(asked).toEqual([1, 2, 2, 3, 3, 3, 3, 4]);
    expect(await answered).toBe(request);
    expect(failure.show).not.toHaveBeenCalled();
    expect(failure.withdraw).toHaveBeenCalledOnce();
  });

  test('an outage before the first picture is shown', async () => {
    const { ask, failure, answer } = setUp(0);
    ask.mockRejectedValueOnce(outage).mockResolvedValue(request);
    const answered = answer();
    await vi.advanceTimersByTimeAsync(900);
    expect(failure.show).toHaveBeenCalledWith(outage);
    await vi.advanceTimersByTimeAsync(200);
    expect(await answered).toBe(request);
  });

  test.each([
    ['with a picture on screen it is shown when nothing is left to play', 4, 'showWhenDry'],
    ['without one it is shown at once', 0, 'show'],
  ] as const)('a denial holds the request until tokens come in again: %s', async (_, readyState, shows) => {
    const { ask, failure, source, answer } = setUp(readyState);
    ask.mockRejectedValueOnce(denial).mockResolvedValue(request);
    const answered = answer();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(ask, 'without another call').toHaveBeenCalledTimes(1);
    expect([failure.show, failure.showWhenDry].flatMap(({ mock }) => mock.calls)).toEqual([[denial]]);
    expect(failure[shows]).toHaveBeenCalledOnce();
    source.dispatchEvent(new Event('tokenrenewed'));
    expect(await answered).toBe(request);
    expect(failure.withdraw).toHaveBeenCalledOnce();
  });

  test('a request that is denied again and again has one denial to show, until it gives up', async () => {
    const { ask, failure, noLongerDue, source, controller, answer } = setUp(4);
    ask.mockRejectedValue(denial);
    const answered = answer().catch((reason: unknown) => reason);
    for (let times = 0; times < 3; times++) {
      await vi.advanceTimersByTimeAsync(20_000);
      source.dispatchEvent(new Event('tokenrenewed'));
    }
    await vi.advanceTimersByTimeAsync(20_000);
    expect(ask.mock.calls.length).toBeGreaterThan(2);
    expect(failure.showWhenDry).toHaveBeenCalledOnce();
    expect(noLongerDue).not.toHaveBeenCalled();
    controller.abort('gone');
    await answered;
    expect(noLongerDue).toHaveBeenCalledOnce();
  });

  test('who gives up hears their own reason, and no timer is left', async () => {
    const { ask, controller, answer } = setUp();
    ask.mockRejectedValue(outage);
    const answered = answer().catch((reason: unknown) => reason);
    await vi.advanceTimersByTimeAsync(10);
    controller.abort('gone');
    expect(await answered).toBe('gone');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('what cannot get better is thrown at once', async () => {
    const { ask, answer } = setUp();
    const destroyed = new SecureTokenError('ERR_DESTROYED', 'gone');
    ask.mockRejectedValueOnce(destroyed);
    await expect(answer()).rejects.toBe(destroyed);
  });
});

describe('noteSuccess', () => {
  const { unsignedUrl: url } = request;
  test.each([
    ['the URL that was refused last: its error is withdrawn', url, 1],
    ['another URL: the error stays', `${url}/other`, 0],
  ])('%s', (_, succeeded, times) => {
    const session = { refusal: { last: { url }, forget: vi.fn() }, failure: { withdraw: vi.fn() } };
    noteSuccess(session as unknown as Session, succeeded);
    expect(session.refusal.forget).toHaveBeenCalledTimes(times);
    expect(session.failure.withdraw).toHaveBeenCalledTimes(times);
  });
});
