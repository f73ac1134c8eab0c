import { describe, expect, test, vi } from 'vitest';
import { playlistReader } from '../../../../packages/server/src/playlist/playlist-expander.ts';

const open = new AbortController().signal;
/** A reader whose `fetch` answers at once, and one that reads by the name of a file. */
const reading = (fetch: () => Promise<Response>, clock = () => 0) => {
  const read = playlistReader({ fetch, clock });
  return (name: string, signal = open): Promise<string | undefined> =>
    read(`https://h/${name}`, async () => `https://h/${name}`, signal);
};

describe('playlistReader', () => {
  test('keeps the last 200 playlists, however many queries a viewer makes up', async () => {
    const fetch = vi.fn(async () => new Response('#EXTM3U'));
    const read = reading(fetch);
    for (let i = 0; i < 201; i++) await read(`a.m3u8?${i}`);
    for (let i = 200; i > 0; i--) await read(`a.m3u8?${i}`);
    expect(fetch).toHaveBeenCalledTimes(201);
    await read('a.m3u8?0');
    expect(fetch).toHaveBeenCalledTimes(202);
  });

  test('reads a playlist again after a second, as a live one may have a segment more', async () => {
    let nowMs = 0;
    const fetch = vi.fn(async () => new Response('#EXTM3U'));
    const read = reading(fetch, () => nowMs);
    const calls: number[] = [];
    for (nowMs of [0, 999, 1000, 1001]) {
      await read('a.m3u8');
      calls.push(fetch.mock.calls.length);
    }
    expect(calls).toEqual([1, 1, 2, 2]);
  });

  test('lets a body go that it does not read: a refusal, a redirect, an answer that comes too late', async () => {
    const isCancelled = vi.fn();
    const body = (): ReadableStream => new ReadableStream({ cancel: isCancelled });
    const late = new AbortController();
    const answerLate = (): Response => {
      late.abort();
      return new Response(body());
    };
    for (const [answer, signal] of [
      [() => new Response(body(), { status: 403 }), open],
      [() => new Response(body(), { status: 302 }), open],
      [answerLate, late.signal],
    ] as const)
      expect(await reading(async () => answer())('a.m3u8', signal)).toBeUndefined();
    await vi.waitFor(() => expect(isCancelled).toHaveBeenCalledTimes(3));
  });

  test('cancels a body that does not end in time, also of a `fetch` that looks at no signal', async () => {
    const cancel = vi.fn();
    const late = new AbortController();
    // a body that begins, and stalls
    const start = (body: ReadableStreamDefaultController): void => body.enqueue(new TextEncoder().encode('#EXTM3U\n'));
    let isRead: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => {
      isRead = resolve;
    });
    const body = new ReadableStream({ start, pull: () => isRead(), cancel });
    const reads = reading(async () => new Response(body))('a.m3u8', late.signal);
    await beginning;
    late.abort();
    expect(await reads).toBeUndefined();
    expect(cancel).toHaveBeenCalledOnce();
  });
});
