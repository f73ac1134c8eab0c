import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { untouchedRequest } from 'secure-token-core/adapter';
import { probe } from '../../../packages/media-element/src/probe.ts';

const url = 'https://cdn.example/film.mp4';
const request = { ...untouchedRequest(url), url: `${url}?st=1` };
const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  vi.stubGlobal('fetch', fetch.mockReset());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the edge is asked for the first byte of the signed URL, past every cache', async () => {
  fetch.mockResolvedValue(new Response('v', { status: 206 }));
  expect(await probe(request, new AbortController().signal)).toBe(206);
  const past = expect.objectContaining({ headers: { range: 'bytes=0-0' }, cache: 'no-store' }) as RequestInit;
  expect(fetch).toHaveBeenCalledWith(request.url, past);
});

test('an edge that has not answered after 15 s counts as one that cannot be reached', async () => {
  vi.useFakeTimers();
  fetch.mockImplementation(
    (_, { signal }) =>
      new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(new Error('aborted')))),
  );
  const asked = probe(request, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(14_999);
  expect(fetch.mock.calls[0]![1].signal!.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await asked).toBe(0);
});

test('an edge that cannot be reached, or is no longer wanted, tells nothing', async () => {
  vi.useFakeTimers();
  fetch.mockRejectedValueOnce(new TypeError('Failed to fetch'));
  expect(await probe(request, new AbortController().signal)).toBe(0);
  fetch.mockReturnValueOnce(new Promise(() => undefined));
  const leaving = new AbortController();
  const left = probe(request, leaving.signal);
  leaving.abort();
  expect(await left).toBe(0);
});
