import { describe, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Token, TokenSource } from '../../packages/core/src/index.ts';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { expectLinear } from '../support/growth.ts';

vi.setConfig({ testTimeout: 120_000 });

type Work = () => unknown;

const CDN = 'https://cdn.test';
const FOLDER = `${CDN}/vod/7/`;
const MEDIA = `${FOLDER}media.m3u8`;

const expires = Date.now() / 1000 + 36_000;
const sourceWith = (tokens: readonly Token[], protect?: string): TokenSource =>
  createTokenSource({
    getTokens: ({ urls }) => Promise.resolve(urls.map((url) => ({ url, expires, query: { st: 'a' } }))),
    tokens,
    ...(protect && { protect }),
  });

/** URLs that a stranger may write into a playlist, as long as asked for. */
const urls: Record<string, (length: number) => string> = {
  slashes: (length) => `${CDN}/`.padEnd(length, '/'),
  folders: (length) => FOLDER.padEnd(length, 'a/'),
  'folders that lead out': (length) => FOLDER.padEnd(length, '../'),
  'escaped folders that lead out': (length) => FOLDER.padEnd(length, '%2e%2e/'),
  backslashes: (length) => FOLDER.padEnd(length, 'a\\'),
  'a long name': (length) => FOLDER.padEnd(length, 'a'),
  ampersands: (length) => `${FOLDER}a?`.padEnd(length, '&'),
  parameters: (length) => `${FOLDER}a?`.padEnd(length, 'a&b=c&'),
  'parameters of the token': (length) => `${FOLDER}a?`.padEnd(length, 'st=1&'),
  'a host, and parameters': (length) => `https://${'a.'.repeat(length / 4)}test/?`.padEnd(length, '&x'),
  'folders below a base': (length) => `${CDN}/t0/`.padEnd(length, 't/'),
  spaces: (length) => FOLDER.padEnd(length, ' a'),
};

const holding: Record<string, () => TokenSource> = {
  'a folder': () =>
    sourceWith([
      { prefix: FOLDER, query: { st: 'a' }, expires },
      { prefix: `${CDN}/`, query: { st: 'a' }, expires },
    ]),
  bases: () =>
    sourceWith([0, 1, 2].map((n) => ({ prefix: `${CDN}/${n}/`, base: `${CDN}/t${n}/`, query: { st: 'a' }, expires }))),
  'a URL, below protect': () => sourceWith([{ url: MEDIA, anyQuery: true, query: { st: 'a' }, expires }], CDN),
};

/** One token a URL: the second time around a token is at hand. */
async function signOnce(length: number, url: string, source: TokenSource): Promise<void> {
  await source.sign(`${url.slice(0, length)}${Math.floor(Math.random() * 1e6)}`);
}

describe('what a URL costs grows with its length', () => {
  const cases = Object.keys(holding).flatMap((held) => Object.keys(urls).map((url) => [url, held] as const));
  test.each(cases)('signNow, protects and unsign: %s, with a token for %s', async (name, held) => {
    const source = holding[held]!();
    const work = (length: number): Work => {
      const url = urls[name]!(length);
      return () => [source.signNow(url), source.protects(url), source.unsign(url)];
    };
    await expectLinear(work, 2 ** 13);
    source.destroy();
  });

  test.each(['folders', 'ampersands', 'parameters', 'slashes'])(
    'sign, with a token to be asked for: %s',
    async (name) => {
      const source = sourceWith([]);
      await expectLinear((length) => {
        const url = urls[name]!(length);
        return () => signOnce(length, url, source);
      }, 2 ** 13);
      source.destroy();
    },
  );
});

/** `line` for 0, 1, 2 …, until it is as long as asked for. */
function lines(length: number, line: (n: number) => string): string {
  const all: string[] = ['#EXTM3U', '#EXTINF:4,', 'first.ts'];
  for (let n = 0, size = 0; size < length; n++) {
    all.push(line(n));
    size += all.at(-1)!.length + 1;
  }
  return all.join('\n');
}

const playlists: Record<string, (length: number) => string> = {
  segments: (length) => lines(length, (n) => `#EXTINF:4,\n${n}.ts`),
  parts: (length) => lines(length, (n) => `#EXT-X-PART:DURATION=1,URI="${n}.ts"`),
  keys: (length) => lines(length, (n) => `#EXT-X-KEY:METHOD=AES-128,URI="${n}"\n#EXTINF:4,\n${n}.ts`),
  'one key': (length) => lines(length, (n) => `#EXT-X-KEY:METHOD=AES-128,URI="key"\n#EXTINF:4,\n${n}.ts`),
  'quotes that are not closed': (length) => lines(length, () => '#EXT-X-KEY:URI="'),
  'one line of attributes': (length) => lines(1, () => '#EXT-X-KEY:').padEnd(length, ',URI="'),
  'one line of URIs': (length) => lines(1, () => '#EXT-X-KEY:').padEnd(length, ',URI="a"'),
  variables: (length) => lines(length, (n) => `{$a}${n}`),
  'one line of variables': (length) => lines(1, () => '#EXT-X-MAP:').padEnd(length, '{$'),
  spaces: (length) => lines(1, () => '').padEnd(length, ' '),
  'one name': (length) => lines(length, () => '#EXTINF:4,\na.ts'),
  'a URL of slashes': (length) => lines(1, () => 'a').padEnd(length, '/a'),
  'names that begin like the last one': (length) => lines(length, () => '#EXTINF:4,\nfirst.ts0'),
};

describe('what a playlist costs grows with its length', () => {
  /** A player sees `text`, without its end at first. */
  const learn =
    (text: string, first: string): Work =>
    () => {
      const source = sourceWith([]);
      for (const part of [first, text]) source.learn(MEDIA, hlsOrDash(part));
      source.destroy();
    };
  /**
   * Expects linear work, with 16 KiB first. A pattern that begins anew at every character would not come to its end
   * with 1 MiB, and nothing can stop it there; with 16 KiB the test is red in seconds. Large texts show what looks at
   * all lines before each line.
   */
  const expectLinearText = async (work: (length: number) => Work): Promise<void> => {
    await expectLinear(work, 2 ** 14);
    await expectLinear(work, 2 ** 18);
  };
  test.each(Object.keys(playlists))('learn: %s, from 256 KiB to 1 MiB', async (name) => {
    await expectLinearText((length) => learn(playlists[name]!(length), ''));
  });

  const reloads = ['segments', 'parts', 'keys', 'quotes that are not closed', 'names that begin like the last one'];
  test.each(reloads)('learn, a reload that brings almost all of it: %s, from 256 KiB to 1 MiB', async (name) => {
    await expectLinearText((length) => learn(playlists[name]!(length), '#EXTM3U\n#EXTINF:4,\nfirst.ts'));
  });
});

describe('what an answer of the signing endpoint costs grows with its tokens', () => {
  const query = 'x'.repeat(1000);
  const tokens: Record<string, (n: number) => Token> = {
    URLs: (n) => ({ url: `${FOLDER}${n}.ts`, query: { st: 'a' }, expires }),
    'URLs with one long query': (n) => ({ url: `${FOLDER}${n}.ts?${query}`, query: { st: 'a' }, expires }),
    folders: (n) => ({ prefix: `${CDN}/${n}/`, query: { st: 'a' }, expires }),
    'folders with a base': (n) => ({ prefix: `${CDN}/${n}/`, base: `${CDN}/t${n}/${n}/`, expires }),
    'names of parameters': (n) => ({ url: `${FOLDER}${n}.ts`, query: { [`st${n}`]: 'a' }, expires }),
    hosts: (n) => ({ url: `https://${n}.test/`, query: { st: 'a' }, expires }),
  };
  // So many that a look at all that are held, for each token, costs more than the token; fewer than are ever held.
  test.each(Object.keys(tokens))('%s, from 2000 to 8000', async (name) => {
    const sign = (count: number): Work => {
      const answer = Array.from({ length: count }, (_, n) => tokens[name]!(n));
      return async () => {
        const source = createTokenSource({
          getTokens: () => Promise.resolve([...answer, { url: MEDIA, query: { st: 'a' }, expires }]),
        });
        await source.sign(MEDIA);
        source.destroy();
      };
    };
    await expectLinear(sign, 2000);
  });
});
