import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaList } from '../../../packages/cli/src/serve/media-list.ts';

const root = mkdtempSync(join(tmpdir(), 'media-list-'));
beforeAll(() => {
  const playlist = '#EXTM3U\n#EXT-X-MAP:URI="../my%20parts/head.mp4"\n#EXTINF:4,\ns1.m4s\n#EXT-X-MAP:URI="é.mp4"\n';
  const files: Readonly<Record<string, string>> = {
    'film.mp4': '',
    'initiation.mp4.txt': '',
    'dash/init.mp4': '',
    'dash/init-stream0.m4v': '',
    'dash/film.mp4': '',
    'hls/index.m3u8': playlist,
    'hls/é.mp4': '',
    'hls/head.mp4': '',
    'my parts/head.mp4': '',
    '.hidden/film.mp4': '',
    'broken/index.m3u8': '#EXTM3U\n#EXT-X-MAP:URI="http://["\n#EXT-X-MAP:URI="%ff.mp4"\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

test('lists playlists and films, and no init segments', async () => {
  const listed = await mediaList(root);
  expect(new Set(listed)).toEqual(
    new Set(['broken/index.m3u8', 'dash/film.mp4', 'film.mp4', 'hls/head.mp4', 'hls/index.m3u8']),
  );
});
