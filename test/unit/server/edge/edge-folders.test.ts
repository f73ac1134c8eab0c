import { describe, expect, test } from 'vitest';
import { createEdgeHandler, azion, signUrl } from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { HOST, NOW } from '../../../support/edge.ts';

const ofPaths = azion({ secret: 'mysecret' });
const ofFolders = azion({ secret: 'mysecret', depth: 2 });

const children = ['seg.m4s', '/vod/7/hd/i.m3u8', '/vod/8/hd/i.m3u8', '/top.m4s'];
const playlist = ['#EXTM3U', ...children.flatMap((uri) => ['#EXTINF:4,', uri])].join('\n');

/** The tokens of the children that an edge returns for a playlist, each as what it is: of the path or of the folder. */
async function kindsOf(path: string, signedWith: VerifyingTokenFormat): Promise<string[]> {
  const options = { origin: () => new Response(playlist), clock: () => NOW * 1000 };
  const edge = createEdgeHandler({ ...options, format: ofFolders, signPlaylists: true });
  const response = await edge(new Request(await signUrl(HOST + path, { format: signedWith, expires: NOW + 60 })));
  expect(response.status).toBe(200);
  const uris = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'));
  return Promise.all(
    uris.map(async (uri) => {
      const url = new URL(uri, HOST + path);
      expect((await edge(new Request(url))).status, uri).toBe(200);
      const { query } = await ofPaths.sign(new URL(url.pathname, HOST), NOW + 60);
      return url.searchParams.get('st') === query!.st ? 'path' : 'folder';
    }),
  );
}

describe('signPlaylists with tokens of folders', () => {
  test('what the token of a path opened is signed with tokens of paths', async () => {
    const all = ['path', 'path', 'path', 'path'];
    expect(await kindsOf('/vod/7/trailer.m3u8', ofPaths)).toEqual(all);
    expect(await kindsOf('/vod/trailer.m3u8', ofPaths)).toEqual(all);
    expect(await kindsOf('/vod/trailer.m3u8', ofFolders)).toEqual(all);
  });

  test('what the token of a folder opened gets it in that folder, and tokens of paths elsewhere', async () => {
    expect(await kindsOf('/vod/7/master.m3u8', ofFolders)).toEqual(['folder', 'folder', 'path', 'path']);
    expect(await kindsOf('/vod/%37/master.m3u8', ofFolders)).toEqual(['folder', 'folder', 'path', 'path']);
  });
});
