import { describe, expect, test } from 'vitest';
import { setUp, signed } from '../../../support/edge.ts';

/** Keeps a copy of each response, which nobody reads for now, as a cache does. */
const kept: Response[] = [];
const keeping = (response: Response): Response => {
  kept.push(response.clone());
  return response;
};

describe('createEdgeHandler with a function that keeps a copy of a playlist', () => {
  const playlist = '#EXTM3U\n#EXTINF:4,\n1.ts\n';
  const origin = (request: Request): Response => {
    const isPart = request.headers.has('Range');
    return keeping(
      new Response(isPart ? playlist.slice(0, 5) : playlist, {
        status: isPart ? 206 : 200,
        headers: { 'Content-Type': 'application/vnd.apple.mpegurl' },
      }),
    );
  };
  const { get } = setUp({ signPlaylists: true, origin });

  test('answers HEAD', async () => {
    expect((await get(await signed('/vod/live'), { method: 'HEAD' })).status).toBe(200);
  });

  test('signs all of it where a part was asked for', async () => {
    const response = await get(await signed('/vod/live'), { headers: { Range: 'bytes=0-4' } });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('1.ts?st=')]);
  });
});
