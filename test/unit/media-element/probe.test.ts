import { expect, test, vi } from 'vitest';
import { untouchedRequest } from 'secure-token-core/adapter';
import { probe } from '../../../packages/media-element/src/probe.ts';

const url = 'https://cdn.example/film.mp4';
const request = { ...untouchedRequest(url), url: `${url}?st=1` };

test('the edge is asked for the first byte of the signed URL, past every cache', async () => {
  const fetch = vi.fn(async () => new Response('v', { status: 206 }));
  vi.stubGlobal('fetch', fetch);
  expect(await probe(request, new AbortController().signal)).toBe(206);
  const past = expect.objectContaining({ headers: { range: 'bytes=0-0' }, cache: 'no-store' }) as object;
  expect(fetch.mock.calls).toEqual([[request.url, past]]);
  vi.unstubAllGlobals();
});
