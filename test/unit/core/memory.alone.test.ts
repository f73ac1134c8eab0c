import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { CDN, FOLDER, MEDIA, START, playlist } from './lab.ts';

vi.setConfig({ testTimeout: 300_000 });
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const heap = (): number => {
  gc();
  return process.memoryUsage().heapUsed;
};

/**
 * A day of live television, a segment every four seconds, on a clock of our own; returns the heap after each hour, in
 * MB.
 */
async function day(
  answer: (urls: readonly string[], now: number) => object[],
  use: (source: ReturnType<typeof createTokenSource>, n: number) => Promise<unknown>,
  more: Pick<TokenSourceOptions, 'tokens'> = {},
): Promise<number[]> {
  let now = START * 1000;
  const options = {
    ...more,
    clock: () => now,
    getTokens: async ({ urls }) => answer(urls, now / 1000) as never,
  } satisfies TokenSourceOptions;
  const source = createTokenSource(options);
  const sizes: number[] = [];
  for (let n = 0; n < 21_600; n++) {
    await use(source, n);
    now += 4000;
    if (n % 900 === 899) sizes.push(heap() / 2 ** 20);
  }
  source.destroy();
  return sizes;
}

const secret = 'x'.repeat(64);

describe('createTokenSource', () => {
  describe('memory over 24 hours', () => {
    const grown = (sizes: number[]): number => sizes.at(-1)! - sizes[11]!;

    test('live, a token for each URL', async () => {
      let calls = 0;
      const sizes = await day(
        (urls, now) => (calls++, urls.map((url) => ({ url, query: { st: `${secret}${now}` }, expires: now + 60 }))),
        async (source, n) => {
          const { url } = await source.sign(MEDIA);
          expect(url).toContain('?st=');
          source.learn(MEDIA, hlsOrDash(playlist(n, n + 5, false)));
          await source.sign(`${FOLDER}${n}.ts`);
        },
      );
      expect(calls).toBeLessThan(2 * 21_600);
      // what has left the window is forgotten: all names of a day are three megabytes
      expect(Math.max(...sizes) - sizes[0]!).toBeLessThan(2);
    });

    test('live, a token for each URL, beside one that lives long', async () => {
      const sizes = await day(
        (urls, now) =>
          urls.map((url) =>
            url === MEDIA
              ? { url, expires: START + 1e6, query: {} }
              : { url, query: { st: `${secret}${now}` }, expires: now + 60 },
          ),
        async (source, n) => {
          await source.sign(MEDIA);
          await source.sign(`${FOLDER}${n}.ts`);
        },
      );
      expect(grown(sizes)).toBeLessThan(1);
      expect(Math.max(...sizes) - sizes[0]!).toBeLessThan(3);
    });

    test('a token for the folder', async () => {
      const sizes = await day(
        (_, now) => [{ prefix: FOLDER, query: { st: `${secret}${now}` }, expires: now + 300 }],
        async (source, n) => {
          await source.sign(MEDIA);
          source.learn(MEDIA, hlsOrDash(playlist(n, n + 5, false)));
          await source.sign(`${FOLDER}${n}.ts`);
        },
      );
      expect(sizes.at(-1)! - sizes[0]!).toBeLessThan(1.5);
    });

    test('path tokens: a base of its own every five minutes, a folder of its own every hour', async () => {
      const sizes = await day(
        (urls, now) =>
          urls.map((url) => {
            const prefix = url.replace(/[^/]*$/, '');
            return { prefix, base: `${CDN}/${secret}${now}${new URL(prefix).pathname}`, expires: now + 300 };
          }),
        async (source, n) => {
          await source.sign(`${CDN}/${Math.floor(n / 900)}/${n}.ts`);
        },
      );
      expect(grown(sizes)).toBeLessThan(1.5);
    });

    test('a token of the page, a network that fails without a status, and an endpoint that never answers', async () => {
      const sizes = await day(
        () => {
          throw new Error('down');
        },
        async (source, n) => {
          await source.refused(await source.sign(`${FOLDER}${n}.ts`), 0);
        },
        { tokens: [{ prefix: FOLDER, query: { st: secret }, expires: START + 1e6 }] },
      );
      expect(grown(sizes)).toBeLessThan(1);
    });
  });
});

describe('what a manifest of two kilobytes costs, whatever it names', () => {
  const name = 'a'.repeat(1900);
  const manifests: Record<string, string> = {
    'segments of a timeline': `<SegmentTemplate media="${name}$Time$"><SegmentTimeline><S t="0" d="1" r="999999999"/></SegmentTimeline></SegmentTemplate>`,
    'numbers of a year': `<SegmentTemplate timescale="1000" duration="1" media="${name}$Number$"/>`,
  };

  test.each(Object.keys(manifests))('%s: less than a megabyte', async (what) => {
    const text = `<MPD mediaPresentationDuration="P365D"><Period><AdaptationSet>${manifests[what]!}<Representation id="1"/></AdaptationSet></Period></MPD>`;
    const source = createTokenSource({
      getTokens: ({ urls }) =>
        Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: {} }))),
    });
    const before = heap();
    source.learn(`${FOLDER}index.mpd`, hlsOrDash(text));
    await source.sign(`${FOLDER}${name}4`);
    expect((heap() - before) / 2 ** 20).toBeLessThan(1);
    expect(source.signNow(`${FOLDER}${name}5`), 'the next one is signed').toBeDefined();
    source.destroy();
  });
});
