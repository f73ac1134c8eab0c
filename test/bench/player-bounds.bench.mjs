import { pathToFileURL } from 'node:url';
import { createTokenSource } from 'secure-token-core';
import { hlsOrDash } from 'secure-token-core/playlists';
import { median } from './compare.mjs';

const SIZE = 2 ** 14;
const MIB = 2 ** 20;
const origin = 'https://cdn.example.com/';
const media = `${origin}live/media.m3u8`;
const expires = Date.now() / 1000 + 3600;

/** URLs that a stranger may write into a playlist. */
const urls = {
  'a name': origin.padEnd(SIZE, 'a'),
  slashes: origin.padEnd(SIZE, '/'),
  folders: origin.padEnd(SIZE, 'a/'),
  parameters: `${origin}?`.padEnd(SIZE, 'a&b=c&'),
};
const playlists = {
  segments: (/** @type {number} */ n) => `#EXTINF:4,\n${n}.ts`,
  parts: (/** @type {number} */ n) => `#EXT-X-PART:DURATION=1,URI="${n}.ts"`,
  keys: (/** @type {number} */ n) => `#EXT-X-KEY:METHOD=AES-128,URI="${n}.key"\n#EXTINF:4,\n${n}.ts`,
};

/** @param {import('secure-token-core').Token[]} [tokens] */
const sourceWith = (tokens = []) =>
  createTokenSource({
    getTokens: ({ urls: asked }) => Promise.resolve(asked.map((url) => ({ url, expires, query: { st: 'a' } }))),
    tokens,
  });

/**
 * Measures the ms of one call: the median of nine rounds, after one to warm up.
 * @param {() => unknown} work
 * @param {number} times
 */
async function milliseconds(work, times) {
  const rounds = [];
  for (let round = 0; round < 10; round++) {
    const start = performance.now();
    for (let i = 0; i < times; i++) await work();
    rounds.push((performance.now() - start) / times);
  }
  return Number(median(rounds.slice(1)).toFixed(3));
}

/** @param {(n: number) => string} line */
function playlist(line) {
  const lines = ['#EXTM3U', '#EXTINF:4,', 'first.ts'];
  for (let n = 0, size = 0; size < MIB; n++) {
    lines.push(line(n));
    size += line(n).length + 1;
  }
  return lines.join('\n');
}

/**
 * Measures what long input costs a player. `test/growth/core.all.test.ts` tests that the cost grows with the length.
 */
export async function run() {
  const rows = [];
  for (const [name, url] of Object.entries(urls)) {
    const held = sourceWith([{ prefix: origin, expires, query: { st: 'a' } }]);
    rows.push({ name: `signNow, 16 kB of ${name}`, ms: await milliseconds(() => held.signNow(url), 20) });
    const empty = sourceWith();
    let serial = 0;
    rows.push({ name: `sign, 16 kB of ${name}`, ms: await milliseconds(() => empty.sign(`${url}${serial++}`), 5) });
    for (const source of [held, empty]) source.destroy();
  }
  for (const [name, line] of Object.entries(playlists)) {
    const text = playlist(line);
    const learn = (/** @type {string[]} */ ...texts) => {
      const source = sourceWith();
      for (const each of texts) source.learn(media, hlsOrDash(each));
      source.destroy();
    };
    rows.push({ name: `learn, 1 MiB of ${name}`, ms: await milliseconds(() => learn(text), 1) });
    rows.push({
      name: `learn, a reload that brings 1 MiB of ${name}`,
      ms: await milliseconds(() => learn(text.slice(0, 30), text), 1),
    });
  }
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
