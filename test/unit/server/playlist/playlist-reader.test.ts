import { describe, expect, test, vi } from 'vitest';
import { playlistReader } from '../../../../packages/server/src/playlist/playlist-reader.ts';

/** Options for whatever ends by itself: no test waits for it, and it is no measure of a busy machine. */
const patient = { timeout: 30_000 };

describe('playlistReader', () => {
  /** Reads playlists of `length` characters, all in the same millisecond, and counts how often one is fetched. */
  const reading = (length: number): { read: (name: string) => Promise<unknown>; fetch: ReturnType<typeof vi.fn> } => {
    const text = `#EXTM3U\n${'#'.repeat(length - 8)}`;
    const fetch = vi.fn(async () => new Response(text));
    const read = playlistReader({ fetch, clock: () => 0 });
    return {
      fetch,
      read: (name) => read(`https://h/${name}`, async () => `https://h/${name}`, AbortSignal.timeout(60_000)),
    };
  };

  test('keeps 16 MiB of playlists, however many queries a viewer makes up', async () => {
    const { read, fetch } = reading(1_000_000);
    for (let i = 0; i < 40; i++) expect(await read(`a.m3u8?${i}`)).toBeDefined();
    expect(fetch).toHaveBeenCalledTimes(40);
    for (let i = 39; i >= 24; i--) await read(`a.m3u8?${i}`);
    expect(fetch).toHaveBeenCalledTimes(40);
    await read('a.m3u8?23');
    expect(fetch).toHaveBeenCalledTimes(41);
  });

  test('keeps 200 of the usual size', async () => {
    const { read, fetch } = reading(1000);
    for (let i = 0; i < 201; i++) await read(`a.m3u8?${i}`);
    for (let i = 200; i > 0; i--) await read(`a.m3u8?${i}`);
    expect(fetch).toHaveBeenCalledTimes(201);
    await read('a.m3u8?0');
    expect(fetch).toHaveBeenCalledTimes(202);
  });

  test('a playlist is read again after a second, as a live one may have a segment more', async () => {
    let nowMs = 0;
    const fetch = vi.fn(async () => new Response('#EXTM3U'));
    const read = playlistReader({ fetch, clock: () => nowMs });
    const calls: number[] = [];
    for (nowMs of [0, 999, 1000, 1001]) {
      await read('https://h/a.m3u8', async () => 'https://h/a.m3u8', new AbortController().signal);
      calls.push(fetch.mock.calls.length);
    }
    expect(calls).toEqual([1, 1, 2, 2]);
  });

  test('reads 128 at a time, of all calls together; the others are left to the player', async () => {
    const answers: ((response: Response) => void)[] = [];
    const fetch = vi.fn(() => new Promise<Response>((resolve) => answers.push(resolve)));
    const read = playlistReader({ fetch, clock: () => 0 });
    const ask = (name: string): Promise<unknown> =>
      read(`https://h/${name}`, async () => `https://h/${name}`, AbortSignal.timeout(60_000));
    const first = Array.from({ length: 128 }, (_, i) => ask(`${i}.m3u8`));
    expect(await ask('one-more.m3u8')).toBeUndefined();
    expect(fetch).toHaveBeenCalledTimes(128);
    for (const [i, answer] of answers.entries()) answer(new Response('#EXTM3U', { status: i === 0 ? 404 : 200 }));
    expect((await Promise.all(first)).filter((text) => text === '#EXTM3U')).toHaveLength(127);
    void ask('one-more.m3u8');
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(129), patient);
  });

  test('128 reads that never settle: their places are free after 30 seconds, and one that settles late changes nothing', async () => {
    let nowMs = 0;
    const answers: ((response: Response) => void)[] = [];
    const fetch = vi.fn(() => new Promise<Response>((resolve) => answers.push(resolve)));
    const read = playlistReader({ fetch, clock: () => nowMs });
    const ask = (name: string): Promise<unknown> =>
      read(`https://h/${name}`, async () => `https://h/${name}`, new AbortController().signal);
    const first = Array.from({ length: 128 }, (_, i) => ask(`${i}.m3u8`));
    nowMs = 29_999;
    expect(await ask('too-early.m3u8')).toBeUndefined();
    nowMs = 30_000;
    const second = Array.from({ length: 128 }, (_, i) => ask(`again-${i}.m3u8`));
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledTimes(256), patient);
    for (const answer of answers.slice(0, 128)) answer(new Response('#EXTM3U'));
    await Promise.all(first);
    expect(await ask('one-more.m3u8'), 'the second 128 have their places').toBeUndefined();
    for (const answer of answers.slice(128)) answer(new Response('#EXTM3U'));
    expect(await Promise.all(second)).toEqual(Array(128).fill('#EXTM3U'));
  });

  test('lets a body go that it does not read: a refusal, a redirect, an answer that comes too late', async () => {
    const isCancelled = vi.fn();
    const body = (): ReadableStream => new ReadableStream({ cancel: isCancelled });
    const late = new AbortController();
    for (const [answer, signal] of [
      [() => new Response(body(), { status: 403 }), new AbortController().signal],
      [() => new Response(body(), { status: 302 }), new AbortController().signal],
      [() => (late.abort(), new Response(body())), late.signal],
    ] as const) {
      const read = playlistReader({ fetch: async () => answer(), clock: () => 0 });
      expect(await read('https://h/a.m3u8', async () => 'https://h/a.m3u8', signal)).toBeUndefined();
    }
    expect(isCancelled).toHaveBeenCalledTimes(3);
  });
});
