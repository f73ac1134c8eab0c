import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SignOptions, TokenSource } from '../../../packages/core/src/index.ts';
import { SecureTokenError, createTokenSource } from '../../../packages/core/src/index.ts';
import { keepAsking, pauseFor } from '../../../packages/core/src/adapter.ts';

const outage = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');
const denial = new SecureTokenError('ERR_DENIED', 'no');

const setUp = () => {
  const source = new EventTarget() as TokenSource;
  const controller = new AbortController();
  const ask = vi.fn<(options: Required<SignOptions>) => Promise<string>>();
  const mayWait = vi.fn().mockReturnValue(true);
  const recovered = vi.fn();
  const answer = (): Promise<string> => keepAsking({ source, signal: controller.signal, ask, mayWait, recovered });
  return { source, controller, ask, mayWait, recovered, answer };
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('an outage is asked about again, ever later; each failure is heard of, and that it is over', async () => {
  const { ask, mayWait, recovered, answer } = setUp();
  ask.mockRejectedValueOnce(outage).mockRejectedValueOnce(outage).mockResolvedValue('a token');
  const answered = answer();
  await vi.advanceTimersByTimeAsync(1000);
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await answered).toBe('a token');
  expect(mayWait.mock.calls).toEqual([
    [outage, 1],
    [outage, 2],
  ]);
  expect(recovered).toHaveBeenCalledOnce();
});

test('each try is given the signal: an abort ends also what is asked for', async () => {
  const { controller, ask, answer } = setUp();
  ask.mockRejectedValueOnce(outage).mockResolvedValue('a token');
  const answered = answer();
  await vi.advanceTimersByTimeAsync(1000);
  await answered;
  expect(ask.mock.calls).toEqual([[{ signal: controller.signal }], [{ signal: controller.signal }]]);
});

test('what is answered at once is no recovery', async () => {
  const { ask, recovered, answer } = setUp();
  ask.mockResolvedValue('a token');
  await answer();
  expect(recovered).not.toHaveBeenCalled();
});

test('any other failure waits for tokens, however long', async () => {
  const { source, ask, answer } = setUp();
  ask.mockRejectedValueOnce(denial).mockResolvedValue('a token');
  const answered = answer();
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(ask).toHaveBeenCalledOnce();
  source.dispatchEvent(new Event('tokenrenewed'));
  expect(await answered).toBe('a token');
});

test('a denied request that tokens of others wake again and again asks within 15 seconds of the last', async () => {
  const { source, ask, answer } = setUp();
  ask.mockRejectedValue(denial);
  void answer();
  await vi.advanceTimersByTimeAsync(0);
  for (let asked = 1; asked <= 8; asked++) {
    expect(ask).toHaveBeenCalledTimes(asked);
    source.dispatchEvent(new Event('tokenrenewed'));
    await vi.advanceTimersByTimeAsync(15_000);
  }
});

test.each([outage, denial])('an abort ends the wait after %s', async (error) => {
  const { controller, ask, answer } = setUp();
  ask.mockRejectedValue(error);
  const answered = expect(answer()).rejects.toThrow('enough');
  await vi.advanceTimersByTimeAsync(0);
  controller.abort(new Error('enough'));
  await answered;
  expect(vi.getTimerCount()).toBe(0);
});

test('who hears of a failure may give up, and no listener is left', async () => {
  const { source, controller, ask, mayWait, answer } = setUp();
  ask.mockRejectedValue(outage);
  mayWait.mockReturnValue(false);
  await expect(answer()).rejects.toBe(outage);
  expect([...getEventListeners(source, 'tokenrenewed'), ...getEventListeners(controller.signal, 'abort')]).toEqual([]);
});

test.each([new SecureTokenError('ERR_DESTROYED', 'gone'), new TypeError('a defect')])('%s is final', async (error) => {
  const { ask, mayWait, answer } = setUp();
  ask.mockRejectedValue(error);
  await expect(answer()).rejects.toBe(error);
  expect(mayWait).not.toHaveBeenCalled();
});

test('an outage of an hour: pauses of ten seconds at most', async () => {
  const { ask, answer } = setUp();
  ask.mockRejectedValue(outage);
  const answered = answer();
  await vi.advanceTimersByTimeAsync(3600e3);
  expect(ask.mock.calls.length).toBeGreaterThan(3600 / 10);
  expect(ask.mock.calls.length).toBeLessThan(3600 / 10 + 5);
  ask.mockResolvedValue('a token');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await answered).toBe('a token');
});

test('a Retry-After of two minutes: a request is held, and the endpoint is called once in that time', async () => {
  const calls: number[] = [];
  const start = Date.now();
  const source = createTokenSource({
    protect: 'https://cdn.test/',
    getTokens: async () => {
      calls.push((Date.now() - start) / 1000);
      if (calls.length > 1) return { prefix: 'https://cdn.test/', query: { st: 'a' }, expires: Date.now() / 1000 + 60 };
      throw Object.assign(new Error('down'), { status: 503, headers: new Headers({ 'retry-after': '120' }) });
    },
  });
  const { signal } = new AbortController();
  const ask = (): Promise<string> => source.sign('https://cdn.test/a.ts', { signal }).then(({ url }) => url);
  const answered = keepAsking({ source, signal, ask, mayWait: () => true });
  await vi.advanceTimersByTimeAsync(119_000);
  expect(calls).toEqual([0]);
  await vi.advanceTimersByTimeAsync(21_000);
  expect(await answered).toContain('st=a');
  expect(calls).toEqual([0, 130]);
  source.destroy();
});

test('a token that has come in for another request ends the pause of an outage, and no listener is left', async () => {
  const { source, controller, ask, answer } = setUp();
  ask.mockRejectedValueOnce(outage).mockResolvedValue('a token');
  const answered = answer();
  await vi.advanceTimersByTimeAsync(100);
  source.dispatchEvent(new Event('tokenrenewed'));
  await vi.advanceTimersByTimeAsync(0);
  expect(await answered).toBe('a token');
  expect([...getEventListeners(source, 'tokenrenewed'), ...getEventListeners(controller.signal, 'abort')]).toEqual([]);
});

describe('offline', () => {
  const page = new EventTarget();
  beforeEach(() => {
    vi.stubGlobal('navigator', { onLine: false });
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  });

  test('it asks at once when the network is back', async () => {
    const { ask, answer } = setUp();
    ask.mockRejectedValueOnce(outage).mockResolvedValue('a token');
    const answered = answer();
    await vi.advanceTimersByTimeAsync(14_000);
    expect(ask).toHaveBeenCalledOnce();
    page.dispatchEvent(new Event('online'));
    expect(await answered).toBe('a token');
  });

  test('it asks now and then, for a browser may be wrong', async () => {
    const { ask, answer } = setUp();
    ask.mockRejectedValue(outage);
    void answer();
    await vi.advanceTimersByTimeAsync(15_000 - 100);
    expect(ask).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(100);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

describe('pauseFor', () => {
  const page = new EventTarget();
  const network = { onLine: true };
  beforeEach(() => {
    vi.stubGlobal('navigator', network);
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  });

  test.each([
    ['ends after its time', true, 500],
    ['offline, where the browser may be wrong: ends after 15 s', false, 15_000],
  ])('%s', async (_, onLine, ms) => {
    network.onLine = onLine;
    const ended = vi.fn();
    void pauseFor(500, undefined).then(ended);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalled();
    expect(getEventListeners(page, 'online')).toEqual([]);
  });

  test('offline: ends when the network is back', async () => {
    network.onLine = false;
    const ended = vi.fn();
    void pauseFor(500, undefined).then(ended);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ended).not.toHaveBeenCalled();
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(ended).toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test.each([outage, denial])('who hears of %s may end the wait', async (error) => {
  const { controller, ask, mayWait, answer } = setUp();
  ask.mockRejectedValue(error);
  mayWait.mockImplementation(() => {
    controller.abort(new Error('enough'));
    return true;
  });
  await expect(answer()).rejects.toThrow('enough');
  expect(ask).toHaveBeenCalledOnce();
});
