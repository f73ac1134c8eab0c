import { expect, test } from 'vitest';
import { listedFiles } from '../../../packages/cli/src/doctor/ask/listed-files.ts';

const playlist = (count: number): string => `#EXTM3U\n${'a\n'.repeat(count)}`;
const long = `https://cdn.example.com/${'a'.repeat(8000)}/`;

test('a playlist names a file of each kind', async () => {
  expect(await listedFiles(playlist(1000), `${long}v.m3u8`)).toEqual([{ kind: 'segment', url: `${long}a` }]);
});

test('a playlist whose URLs would fill the memory names none', async () => {
  expect(await listedFiles(playlist(13_000), `${long}v.m3u8`)).toEqual([]);
});
