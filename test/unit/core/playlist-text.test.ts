import { expect, test } from 'vitest';
import { playlistText } from 'secure-token-core/playlists';

const response = (type = ''): Response => new Response('#EXTM3U', { headers: { 'content-type': type } });

test.each([
  ['by its type', 'application/vnd.apple.mpegurl', ['https://cdn.test/a'], '#EXTM3U'],
  ['by its name', '', ['https://cdn.test/live/I.M3U8?st=1#t'], '#EXTM3U'],
  ['by the name that was requested before a redirect', '', ['https://cdn.test/x', 'https://a.test/m.mpd'], '#EXTM3U'],
  ['no other file', 'video/mp4', ['https://cdn.test/a.ts?n=.mpd'], undefined],
  ['no other path below a playlist', '', ['https://cdn.test/i.m3u8/s.ts'], undefined],
  ['what has no URL', '', ['no URL', ''], undefined],
])('a playlist is read on its way to the player: %s', async (_, type, urls, text) => {
  const given = response(type);
  const read = playlistText(given, urls);
  expect(await given.text(), 'the player has all of it').toBe('#EXTM3U');
  expect(await read).toBe(text);
});
