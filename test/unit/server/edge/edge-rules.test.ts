import { describe, expect, test } from 'vitest';
import type { UrlRule } from '../../../../packages/server/src/index.ts';
import { setUp } from '../../../support/edge.ts';

const statusOf = async (protect: UrlRule | readonly UrlRule[], url: string): Promise<number> =>
  (await setUp({ protect }).get(url)).status;

/** The rules of packages/server/README.md. */
const shown: readonly UrlRule[] = ['/vod/', /\.mp4$/, (url) => url.hostname === 'live.example.com'];

describe('without a token, the edge lets nothing through', () => {
  test.each<[string, UrlRule, string]>([
    ['characters that `URL` escapes', '/films [4k]/', 'https://c.test/films%20[4k]/x'],
    ['characters that it does not', '/films [4k]/', 'https://c.test/films%20%5B4k%5D/x'],
    ['needless escapes', '/%76od/', 'https://c.test/vod/x'],
    ['lower-case escapes', '/v%c3%addeos/', 'https://c.test/v%C3%ADdeos/x'],
    ['a dot behind the host', 'https://c.test./vod/', 'https://c.test/vod/x'],
    ['an escaped per cent sign', '/100%25/', 'https://c.test/100%25/x'],
  ])('that a rule protects, with %s', async (_, rule, url) => {
    expect(await statusOf(rule, url)).toBe(403);
    expect(await statusOf(rule, 'https://c.test/public/x')).toBe(200);
  });

  test.each([
    ...['/vod/x', '/%76od/x', '/vod;x/a', '/vod%3bx/a', '/;/vod/a', '/vod'],
    ...['/x.mp4', '/x.mp4;y', '/x.mp4%3b', '/x.mp4%3By', '/x.mp4/', '/x.mp4;y/', '/x.%6dp4'],
  ])('of what the README shows: %s', async (path) => {
    expect(await statusOf(shown, `https://c.test${path}`)).toBe(403);
  });

  test.each(['https://live.example.com/x', 'https://live.example.com./x', 'https://LIVE.example.com:8443/x'])(
    'of what the README shows: %s',
    async (url) => {
      expect(await statusOf(shown, url)).toBe(403);
      expect(await statusOf(/^https:\/\/live\.example\.com\//, url)).toBe(403);
    },
  );
});

test.each(['/100%/', '/vod/*', '/vod%2Fx/', '/vod/?x', '//vod/'])(
  'the edge does not start with the rule %s, which would protect nothing',
  (rule) => {
    expect(() => setUp({ protect: rule })).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
  },
);
