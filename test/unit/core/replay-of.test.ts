import { afterEach, describe, expect, test, vi } from 'vitest';
import { replayCacheMode, replayOf, untouchedRequest } from '../../../packages/core/src/adapter.ts';
import type { SignedRequest, TokenSource } from '../../../packages/core/src/index.ts';

describe('replayOf', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const request: SignedRequest = { ...untouchedRequest('https://cdn.test/1.ts'), headers: { 'x-token': '1' } };
  const sent: unknown[][] = [];
  const replay = (
    given: SignedRequest | undefined,
    status: number,
    answer = (): Promise<unknown> => Promise.resolve({}),
    options = {},
  ): Promise<SignedRequest | undefined> => {
    sent.length = 0;
    vi.stubGlobal('fetch', (...args: unknown[]) => {
      sent.push(args);
      return answer();
    });
    return replayOf({ refused: () => Promise.resolve(given) } as unknown as TokenSource, request, status, options);
  };

  test.each([404, 405, 410, 414, 501])(
    'a %i is one of the statuses that browsers keep (RFC 9110 §15.1), where the edge refuses with it',
    async (status) => {
      const other = { ...request, headers: { 'x-token': '2' } };
      expect(await replay(other, status)).toBe(other);
      expect(sent).toHaveLength(1);
    },
  );

  test.each([
    ['headers', { headers: { 'x-token': '2' } }, 'same-origin'],
    ['a cookie', { headers: {}, credentials: true }, 'include'],
  ])(
    'a 410 that the browser may keep for this URL is replaced before the replay: a token in %s',
    async (_, more, credentials) => {
      const other = { ...request, ...more };
      const cancel = vi.fn();
      expect(await replay(other, 410, () => Promise.resolve({ body: { cancel } }))).toBe(other);
      expect(sent).toEqual([
        [request.url, { cache: 'reload', headers: other.headers, credentials, signal: expect.any(AbortSignal) }],
      ]);
      expect(cancel).toHaveBeenCalledOnce();
    },
  );

  test('without an answer the replay goes out all the same', async () => {
    expect(await replay({ ...request }, 410, () => Promise.reject(new TypeError('Failed to fetch')))).toEqual(request);
  });

  test('an edge that does not answer holds the replay up for five seconds', async () => {
    vi.useFakeTimers();
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const timeout = new AbortController();
      setTimeout(() => timeout.abort(), ms);
      return timeout.signal;
    });
    const ended = vi.fn();
    const answer = (): Promise<never> =>
      new Promise((_, reject) => {
        const { signal } = sent[0]![1] as { signal: AbortSignal };
        signal.addEventListener('abort', () => reject(new Error('time-out')));
      });
    void replay({ ...request }, 410, answer).then(ended);
    await vi.advanceTimersByTimeAsync(4999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalledWith(request);
  });

  test.each([
    ['another URL', { ...request, url: `${request.url}?st=2` }, 410],
    ['a status that browsers do not keep', request, 403],
    ['no replay', undefined, 410],
  ])('nothing is asked for: %s', async (_, other, status) => {
    expect(await replay(other, status)).toBe(other);
    expect(sent).toEqual([]);
  });

  test('nothing is asked for: a POST, as one for a licence is', async () => {
    const other = { ...request, headers: { 'x-token': '2' } };
    expect(await replay(other, 410, undefined, { method: 'POST' })).toBe(other);
    expect(sent).toEqual([]);
    await replay(other, 410, undefined, { method: 'get' });
    expect(sent).toHaveLength(1);
  });
});

describe('replayCacheMode', () => {
  const refused = untouchedRequest('https://cdn.test/a?st=1');
  test('past the cache where the token is not in the URL', () => {
    expect(replayCacheMode(refused, { ...refused, headers: { 'x-token': '2' } })).toBe('reload');
    expect(replayCacheMode(refused, untouchedRequest('https://cdn.test/a?st=2'))).toBe('default');
  });
});
