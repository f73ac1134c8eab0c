import { expect, test } from 'vitest';
import { attributeUris, partNames, playlistUris } from '../../../packages/core/src/playlists/media-playlist.ts';

const longest = 'a'.repeat(2000);

test('the URIs in attributes, each once, and none that is too long to be read ahead', () => {
  const text = ['k', 'k', longest, `${longest}a`].map((uri) => `#EXT-X-KEY:METHOD=AES-128,URI="${uri}"\n`).join('');
  expect([...attributeUris(text)]).toEqual(['k', longest]);
});

test('the names of the parts of a segment, each once, and none that is too long to be read ahead', () => {
  expect(partNames(['a', 'a', longest, `${longest}a`])).toEqual(['a', longest]);
});

test('a tag that was made a comment names nothing', () => {
  const text = ['#EXT-X-MAP:URI="init.mp4"', '# #EXT-X-MAP:URI="old.mp4"', '##EXT-X-PART:DURATION=1,URI="old.m4s"'];
  expect([...playlistUris(text.join('\n'))]).toEqual([{ uri: 'init.mp4', kind: 'resource' }]);
});
