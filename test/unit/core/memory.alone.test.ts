import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { hls } from 'secure-token-core/playlists';
import { CDN, FOLDER, MEDIA, START, playlist } from './lab.ts';

vi.setConfig({ testTimeout: 300_000 });
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

type Answer = (urls: readonly string[], now: number) => object[];
const secret = 'x'.repeat(64);
const live = async (source: TokenSource, n: number): Promise<void> => {
  await source.sign(MEDIA);
  source.learn(MEDIA, hls(playlist(n, n + 5, false)));
  await source.sign(`${FOLDER}${n}.ts`);
};
const eachUrl: Answer = (urls, now) =>
  urls.map((url) => ({ url, query: { st: `${secret}${now}` }, expires: now + 60 }));

test.each<[string, Answer, (source: TokenSource, n: number) => Promise<unknown>]>([
  ['a token for each URL', eachUrl, live],
  [
    'beside one that lives long',
    (urls, now) => [...eachUrl(urls, now), { url: MEDIA, query: {}, expires: START + 1e6 }],
    live,
  ],
  [
    'a token for the folder',
    (_, now) => [{ prefix: FOLDER, query: { st: `${secret}${now}` }, expires: now + 300 }],
    live,
  ],
  [
    'path tokens: a base of its own every five minutes, a folder of its own every hour',
    (urls, now) =>
      urls.map((url) => ({
        prefix: new URL('.', url).href,
        base: `${CDN}/${secret}${now}${new URL('.', url).pathname}`,
        expires: now + 300,
      })),
    (source, n) => source.sign(`${CDN}/${Math.floor(n / 900)}/${n}.ts`),
  ],
])('a day of live television keeps no more memory than an hour: %s', async (_, answer, use) => {
  let now = START * 1000;
  const getTokens: TokenSourceOptions['getTokens'] = async ({ urls }) => answer(urls, now / 1000) as never;
  const source = createTokenSource({ clock: () => now, getTokens });
  const sizes: number[] = [];
  for (let n = 0; n < 21_600; n++, now += 4000) {
    await use(source, n);
    if (n % 900 !== 899) continue;
    gc();
    sizes.push(process.memoryUsage().heapUsed / 2 ** 20);
  }
  source.destroy();
  // all names of a day are three megabytes
  expect(sizes.at(-1)! - sizes[11]!).toBeLessThan(1.5);
  expect(Math.max(...sizes) - sizes[0]!).toBeLessThan(3);
});
