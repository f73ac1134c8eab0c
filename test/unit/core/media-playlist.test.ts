import { expect, test } from 'vitest';
import { attributeUris, partNames } from '../../../packages/core/src/playlists/media-playlist.ts';

const longest = 'a'.repeat(2000);

test('the URIs in attributes, each once, and none that is too long to be read ahead', () => {
  const text = ['k', 'k', longest, `${longest}a`].map((uri) => `#EXT-X-KEY:METHOD=AES-128,URI="${uri}"\n`).join('');
  expect([...attributeUris(text)]).toEqual(['k', longest]);
});

test('the names of the parts of a segment, each once, and none that is too long to be read ahead', () => {
  expect(partNames(['a', 'a', longest, `${longest}a`])).toEqual(['a', longest]);
});
