import { describe, expect, test, vi } from 'vitest';
import { playlistReader } from '../../../../packages/server/src/playlist/playlist-reader.ts';

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
});
