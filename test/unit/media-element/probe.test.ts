import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { untouchedRequest } from 'secure-token-core/adapter';
import { probe } from '../../../packages/media-element/src/probe.ts';

const url = 'https://cdn.example/film.mp4';
const request = { ...untouchedRequest(url), url: `${url}?st=1` };
const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

/** An edge that does not answer. */
const silent = (_: string, { signal }: RequestInit): Promise<Response> =>
  new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetch);
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  fetch.mockReset();
});

test('the edge is asked for the first byte of the signed URL, past every cache', async () => {
  fetch.mockResolvedValue(new Response('v', { status: 206 }));
  expect(await probe(request, new AbortController().signal)).toBe(206);
  expect(fetch).toHaveBeenCalledWith(
    request.url,
    expect.objectContaining({ headers: { range: 'bytes=0-0' }, cache: 'no-store' }),
  );
});

test('an edge that has not answered in fifteen seconds tells nothing', async () => {
  fetch.mockImplementation(silent);
  const told = vi.fn();
  void probe(request, new AbortController().signal).then(told);
  await vi.advanceTimersByTimeAsync(14_999);
  expect(told).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toHaveBeenCalledWith(0);
});

test('nor does one that is no longer wanted, or cannot be reached', async () => {
  fetch.mockImplementation(silent);
  const leaving = new AbortController();
  const left = probe(request, leaving.signal);
  leaving.abort();
  expect(await left).toBe(0);
  fetch.mockRejectedValue(new TypeError('Failed to fetch'));
  expect(await probe(request, new AbortController().signal)).toBe(0);
});
