import { expect, test, vi } from 'vitest';
import { learnResponse } from '../../../packages/core/src/index.ts';

const URL_ = 'https://cdn.test/vod/7/i.m3u8';
const playlist = (init?: ResponseInit): Response => new Response('#EXTM3U', init);

test.each([
  ['by its name', URL_, playlist()],
  ['a manifest by its name', 'https://cdn.test/vod/7/index.mpd?x=1', playlist()],
  ['by its type', 'https://cdn.test/vod/7', playlist({ headers: { 'content-type': 'application/vnd.apple.mpegurl' } })],
])('a playlist is learnt, and left to the player: %s', async (_, url, response) => {
  const learn = vi.fn();
  await learnResponse({ learn }, response, url);
  expect(learn.mock.calls).toEqual([[url, '#EXTM3U']]);
  expect(await response.text()).toBe('#EXTM3U');
});

test('a playlist that a redirect has led elsewhere is known by the name that was asked for', async () => {
  const learn = vi.fn();
  const elsewhere = 'https://edge.test/obj/9f3c';
  await learnResponse({ learn }, playlist(), elsewhere, URL_);
  expect(learn.mock.calls).toEqual([[elsewhere, '#EXTM3U']]);
});

test('never rejects', async () => {
  await expect(learnResponse({ learn: vi.fn() }, playlist(), 'no URL')).resolves.toBeUndefined();
});

test.each([
  ['a segment', 'https://cdn.test/vod/7/s.ts', playlist()],
  ['a refusal', URL_, playlist({ status: 403 })],
  ['the answer to HEAD', URL_, new Response(null)],
])('%s is left alone', async (_, url, response) => {
  const clone = vi.spyOn(response, 'clone');
  const learn = vi.fn();
  await learnResponse({ learn }, response, url);
  expect([clone.mock.calls.length, learn.mock.calls.length]).toEqual([0, 0]);
});

test('a character may come in two pieces', async () => {
  const bytes = new TextEncoder().encode('#EXTM3U é 🎬');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const learn = vi.fn();
  await learnResponse({ learn }, new Response(body), URL_);
  expect(learn.mock.calls).toEqual([[URL_, '#EXTM3U é 🎬']]);
});

test('a body without end is read no further than a playlist is long', async () => {
  let pieces = 0;
  const piece = new Uint8Array(2 ** 20);
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pieces++;
      controller.enqueue(piece);
    },
  });
  const learn = vi.fn();
  const response = new Response(body);
  await learnResponse({ learn }, response, URL_);
  expect(learn).not.toHaveBeenCalled();
  expect(pieces).toBeLessThan(15);
  await response.body!.cancel();
});

test('a body that breaks off is for the player to notice', async () => {
  const learn = vi.fn();
  const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('broken off')) });
  await learnResponse({ learn }, new Response(body), URL_);
  expect(learn).not.toHaveBeenCalled();
});
