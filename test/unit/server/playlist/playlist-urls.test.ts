import { expect, test } from 'vitest';
import { playlistUrls } from '../../../../packages/server/src/index.ts';

const long = `https://cdn.example.com/${'a'.repeat(9976)}`;
const urlsOf = (count: number, uri = 'a'): unknown[] =>
  playlistUrls(`#EXTM3U\n${`${uri}\n`.repeat(count)}`, `${long}/v.m3u8?a=${'b'.repeat(9000)}`);

test('the URLs of a playlist have 100,000,000 characters at most', () => {
  expect(urlsOf(9998)).toHaveLength(9998);
  expect(() => urlsOf(9999)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^text: .*100,000,000/) }),
  );
});

test.each(['a:', '//['])('so has its URL without the query, for all URIs that are left out: %s', (uri) => {
  expect(urlsOf(9993, uri)).toEqual([]);
  expect(() => urlsOf(9994, uri)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
