import { pathToFileURL } from 'node:url';
import { createTokenSource } from 'secure-token-core';
import { hlsOrDash } from 'secure-token-core/playlists';
import { compare } from './compare.mjs';

const SEGMENTS = 10_000;
const media = 'https://cdn.example.com/live/media.m3u8';
const playlist = (/** @type {number} */ from) =>
  [
    '#EXTM3U',
    `#EXT-X-MEDIA-SEQUENCE:${from}`,
    ...Array.from({ length: SEGMENTS }, (_, i) => `#EXTINF:6,\n${from + i}.ts`),
  ].join('\n');

/** @param {{ url?: string, prefix?: string }} scope */
const sourceWith = (scope) => {
  const tokens = [{ ...scope, expires: Date.now() / 1000 + 3600, query: { st: 'a' } }];
  return createTokenSource({ getTokens: () => Promise.reject(new Error('not needed')), tokens, readAhead: 0 });
};

/**
 * Microseconds in which `source` takes in `text`. @param {import('secure-token-core').TokenSource} source @param
 * {string} text
 */
const microseconds = (source, text) => {
  const start = performance.now();
  source.learn(media, hlsOrDash(text));
  return Promise.resolve((performance.now() - start) * 1000);
};

/**
 * Measures what one more segment in a live playlist of ten thousand costs the page, beside what reading such a playlist
 * costs.
 */
export async function run() {
  const rows = {
    'a token per URL': { url: media },
    'a token for the folder': { prefix: 'https://cdn.example.com/live/' },
  };
  return Promise.all(
    Object.entries(rows).map(([name, scope]) => {
      let from = 0;
      const source = sourceWith(scope);
      return compare(
        `µs a reload, ${name} / first reading`,
        () => microseconds(source, playlist(from++)),
        () => microseconds(sourceWith({ url: media }), playlist(0)),
        15,
      );
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
