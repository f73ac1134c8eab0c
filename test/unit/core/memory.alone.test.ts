import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import type { Token, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';
import { hls } from 'secure-token-core/playlists';
import { START } from './lab-time.ts';
import { CDN, FOLDER, playlist } from './lab-urls.ts';

vi.setConfig({ testTimeout: 300_000 });
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const secret = 'x'.repeat(64);
const eachUrl = (url: string, now: number): object => ({ url, query: { st: `${secret}${now}` }, expires: now + 60 });
const path = (url: string, now: number): object => {
  const prefix = new URL('.', url).href;
  return { prefix, base: `${CDN}/${secret}${now}${new URL(prefix).pathname}`, expires: now + 300 };
};

test.each<[string, (url: string, now: number) => object, (n: number) => string]>([
  ['a token for each URL', eachUrl, () => FOLDER],
  ['path tokens, a base every five minutes', path, (n) => `${CDN}/${Math.floor(n / 900)}/`],
])('eight hours of live television keep no more memory than one: %s', async (_, tokenOf, folderOf) => {
  let now = START * 1000;
  const getTokens: TokenSourceOptions['getTokens'] = async ({ urls }) =>
    urls.map((url) => tokenOf(url, now / 1000) as Token);
  const source = createTokenSource({ clock: () => now, getTokens });
  const sizes: number[] = [];
  for (let n = 0; n < 7200; n++, now += 4000) {
    await source.sign(`${folderOf(n)}media.m3u8`);
    source.learn(`${folderOf(n)}media.m3u8`, hls(playlist(n, n + 5, false)));
    await source.sign(`${folderOf(n)}${n}.ts`);
    if (n % 900 !== 899) continue;
    gc();
    sizes.push(process.memoryUsage().heapUsed / 2 ** 20);
  }
  source.destroy();
  // all names of eight hours are one megabyte
  expect(sizes.at(-1)! - sizes[2]!).toBeLessThan(0.5);
  expect(Math.max(...sizes) - sizes[0]!).toBeLessThan(2);
});
