import { describe, expect, test } from 'vitest';
import { createSigningEndpoint, edgeAuth, mediaCdnToken } from '../../packages/server/src/index.ts';
import type { SigningEndpointOptions, TokenFormat } from '../../packages/server/src/index.ts';
import { jwt } from '../../packages/server/src/jwt.ts';
import { expectLinear, repeated } from '../support/growth.ts';
import { HOST, NOW, post } from '../support/signing-endpoint.ts';

type Work = () => Promise<void>;

/** A call that is answered with `status`. @param options made anew for each call where it is a function */
const calling = (
  urls: readonly string[],
  status: number,
  options: Partial<SigningEndpointOptions> & Pick<SigningEndpointOptions, 'format'>,
): Work => {
  const endpoint = createSigningEndpoint({
    authorize: () => false,
    allow: `${HOST}/`,
    ttl: 300,
    maxUrls: 10_000,
    clock: () => NOW * 1000,
    ...options,
  });
  return async () => expect((await endpoint(post({ urls }))).status).toBe(status);
};
const times = <T>(count: number, each: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => each(i));

const lists: Record<string, { pattern: (i: number) => string; url: (i: number) => string }> = {
  'folders named like files': {
    pattern: (i) => `/vod/title-${i}.ism/*`,
    url: (i) => `/vod/title-0.ism/a;b/${i}.ts`,
  },
  'folders, for URLs that servers read in many ways': {
    pattern: (i) => `/vod/${i}/*`,
    url: (i) => `/vod/0/;a/+b./${i}`,
  },
  'folders that servers read in many ways': {
    pattern: (i) => `/vod/${i}.mp4;x/+a/*`,
    url: (i) => `/vod/0.mp4;x/+a/${i}`,
  },
  'paths that servers read in many ways': {
    pattern: (i) => `/vod/${i}.mp4;x/+a`,
    url: () => `/vod/0.mp4;x/+a`,
  },
};

describe.each<[string, (patterns: readonly string[]) => TokenFormat]>([
  ['acl of edgeAuth', (acl) => edgeAuth({ key: '00ff', acl })],
  [
    'pathGlobs of mediaCdnToken',
    (pathGlobs) => mediaCdnToken({ keys: ['A'.repeat(43)], algorithm: 'sha256', pathGlobs }),
  ],
])('%s, 16 and 64 patterns', (_, make) => {
  describe.each(Object.entries(lists))('%s', (__, { pattern, url }) => {
    const urls = times(20, (i) => HOST + url(i));
    test('what a call costs that the hook denies', async () => {
      const work = (count: number): Work => calling(urls, 403, { format: make(times(count, pattern)) });
      await expectLinear(work, 16);
    });

    test('the same where the format is made anew for each call', async () => {
      const work = (count: number): Work => calling(urls, 403, { format: () => make(times(count, pattern)) });
      await expectLinear(work, 16);
    });

    test('what a call costs whose hook denies something else', async () => {
      const authorize = (): { denied: string[] } => ({ denied: times(100, (i) => `${HOST}/other/${i}/`) });
      const work = (count: number): Work => calling(urls, 200, { format: make(times(count, pattern)), authorize });
      await expectLinear(work, 16);
    });
  });

  test('what a call costs where the patterns are long', async () => {
    const work = (length: number): Work =>
      calling([`${HOST}/a`], 403, {
        format: () => make(['/a', ...times(20, (i) => `/${i}${repeated('/b+;', length)}/*`)]),
      });
    await expectLinear(work, 24);
  });

  test('what a URL costs that no pattern opens but the last one', async () => {
    const format = make([...times(20, () => `*${repeated('a*', 40)}b`), '*']);
    const work = (length: number): Work => calling([`${HOST}/${repeated('a', length)}`], 403, { format });
    await expectLinear(work, 500);
  });
});

describe("a team's own scopes of several parts", () => {
  const manyParts = (count: number, part: (i: number) => string): TokenFormat =>
    jwt({
      keys: [{ key: 'a secret' }],
      algorithm: 'HS256',
      claims: () => ({ sub: 'viewer' }),
      opens: ({ origin }) => ({
        kind: 'folder',
        href: `${origin}/vod/`,
        parts: times(count, (i) => ({ kind: 'folder', href: origin + part(i) })),
      }),
    });
  const parts: Record<string, (i: number) => string> = {
    folders: (i) => `/vod/${i}/`,
    'folders named like files': (i) => `/vod/${i}.ism/`,
    'folders below those': (i) => `/vod/${i}.ism/hd/`,
    'folders that servers read in many ways': (i) => `/vod/${i}.mp4;x/+a/`,
  };
  test.each(Object.entries(parts))('%s, 50 and 200, denied by the hook', async (_, part) => {
    const urls = times(5, (i) => `${HOST}/vod/0/${i}.ts`);
    const work = (count: number): Work => calling(urls, 403, { format: manyParts(count, part) });
    await expectLinear(work, 50);
  });

  test('20 and 80, of a playlist whose children are answered for', async () => {
    const playlist = `#EXTM3U\n${times(100, (i) => `#EXTINF:4,\n${i}.ts\n`).join('')}#EXT-X-ENDLIST\n`;
    const work = (count: number): Work =>
      calling([`${HOST}/vod/0/index.m3u8`], 200, {
        format: manyParts(count, parts.folders!),
        authorize: () => true,
        expand: { fetch: async () => new Response(playlist), segments: 100 },
      });
    await expectLinear(work, 20);
  });
});

describe('a call of many URLs', () => {
  const formats: Record<string, TokenFormat> = {
    'tokens of folders': edgeAuth({ key: '00ff' }),
    'tokens of paths': edgeAuth({ key: '00ff', exact: true }),
  };
  const folders = (count: number): string[] => times(count, (i) => `${HOST}/vod/${i}/a.ts`);
  test.each(Object.entries(formats))('%s, 400 and 1,600', async (_, format) => {
    const work = (count: number): Work => calling(folders(count), 200, { format, authorize: () => true });
    await expectLinear(work, 400);
  });

  test.each(Object.entries(formats))('%s, 200 and 800, each of 2 kB', async (_, format) => {
    const long = (count: number): string[] => times(count, (i) => `${HOST}/vod/${repeated('t/', 2000)}${i}/a.ts`);
    const work = (count: number): Work => calling(long(count), 200, { format, authorize: () => true });
    await expectLinear(work, 200);
  });

  test('400 and 1,600, that the format refuses but for the first', async () => {
    const own: TokenFormat = {
      ...formats['tokens of paths']!,
      sign: (url, expires) =>
        formats['tokens of paths']!.sign(url.pathname === '/vod/0/a.ts' ? url : new URL('data:,'), expires),
    };
    const work = (count: number): Work => calling(folders(count), 200, { format: own, authorize: () => true });
    await expectLinear(work, 400);
  });
});

describe('what a hook denies', () => {
  const format = edgeAuth({ key: '00ff' });
  const urls = times(20, (i) => `${HOST}/vod/${i};x/a+b.ism/a.ts?q=${i}`);
  const entries: Record<string, (i: number) => string> = {
    folders: (i) => `${HOST}/other/${i}/`,
    'paths of many readings': (i) => `${HOST}/vod/x/${i};x/a+b.ism/c.`,
    queries: (i) => `${HOST}/vod/x?q=${i}&b=+%20`,
    wildcards: (i) => `${HOST}/x/${i}/*/a*`,
    hosts: (i) => `https://${i}.example.com/`,
  };
  test.each(Object.entries(entries))('%s, 500 and 2,000', async (_, entry) => {
    const work = (count: number): Work =>
      calling(urls, 200, { format, authorize: () => ({ denied: times(count, entry) }) });
    await expectLinear(work, 500);
  });

  const texts: Record<string, (length: number) => string> = {
    'a long path': (n) => `${HOST}/x/${repeated('a/', n)}`,
    'a long path of many readings': (n) => `${HOST}/x/${repeated('a+b;/', n)}`,
    'a long query': (n) => `${HOST}/x?${repeated('a+%20=b&', n)}`,
    asterisks: (n) => `${HOST}/x/${repeated('*/', n)}`,
  };
  test.each(Object.entries(texts))('%s, 4 and 16 kB', async (_, text) => {
    const work = (length: number): Work =>
      calling([`${HOST}/vod/7/a.ts`], 200, { format, authorize: () => ({ denied: times(10, () => text(length)) }) });
    await expectLinear(work, 4096);
  });
});

test('a list of allowed prefixes, 500 and 2,000', async () => {
  const format = edgeAuth({ key: '00ff' });
  const urls = times(20, (i) => `${HOST}/vod/${i}/a.ts`);
  const work = (count: number): Work =>
    calling(urls, 403, { format, allow: [...times(count, (i) => `${HOST}/x/${i}/`), `${HOST}/vod/`] });
  await expectLinear(work, 500);
});
