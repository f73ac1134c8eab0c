import { playlistText } from 'secure-token-core/playlists';
import { expect, test, vi } from 'vitest';

const URL_ = 'https://cdn.test/vod/7/i.m3u8';
const playlist = (init?: ResponseInit): Response => new Response('#EXTM3U', init);

test.each([
  ['by its name', URL_, playlist()],
  ['a manifest by its name', 'https://cdn.test/vod/7/index.mpd?x=1', playlist()],
  ['by its type', 'https://cdn.test/vod/7', playlist({ headers: { 'content-type': 'application/vnd.apple.mpegurl' } })],
])('a playlist is read, and left to the player: %s', async (_, url, response) => {
  expect(await playlistText(response, [url])).toBe('#EXTM3U');
  expect(await response.text()).toBe('#EXTM3U');
});

test('a playlist that a redirect has led elsewhere is known by the name that was asked for', async () => {
  expect(await playlistText(playlist(), ['https://edge.test/obj/9f3c', URL_])).toBe('#EXTM3U');
});

test('a response whose URL is none: nothing is read, and nothing rejects', async () => {
  expect(await playlistText(playlist(), ['no URL'])).toBeUndefined();
});

test.each([
  ['a segment', 'https://cdn.test/vod/7/s.ts', playlist()],
  ['a refusal', URL_, playlist({ status: 403 })],
  ['the answer to HEAD', URL_, new Response(null)],
])('%s is left alone', async (_, url, response) => {
  const clone = vi.spyOn(response, 'clone');
  expect(await playlistText(response, [url])).toBeUndefined();
  expect(clone).not.toHaveBeenCalled();
});

test('a character may come in two pieces', async () => {
  const bytes = new TextEncoder().encode('#EXTM3U é 🎬');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await playlistText(new Response(body), [URL_])).toBe('#EXTM3U é 🎬');
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
  const response = new Response(body);
  expect(await playlistText(response, [URL_])).toBeUndefined();
  expect(pieces).toBeLessThan(15);
  await response.body!.cancel();
});

test('a body that does not end in half a minute is left to the player, whose cancel() is waited for no longer', async () => {
  vi.useFakeTimers();
  const cancelled = vi.fn();
  const response = new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('#EXTM3U')), cancel: cancelled }),
  );
  const text = playlistText(response, [URL_]);
  const left = response.body!.cancel();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(cancelled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(await text).toBeUndefined();
  await left;
  expect(cancelled).toHaveBeenCalledOnce();
  vi.useRealTimers();
});

test('a body that breaks off is for the player to notice', async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('broken off')) });
  expect(await playlistText(new Response(body), [URL_])).toBeUndefined();
});
