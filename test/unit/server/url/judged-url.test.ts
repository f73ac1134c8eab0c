import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBelowPath, judgeHost, judgeUrl } from '../../../../packages/server/src/url/judged-url.ts';

const hrefOf = (url: string): string | undefined => judgeUrl(url)?.href;

describe('judgeUrl', () => {
  test('what a URL object says of itself is not what is remembered of its text', () => {
    const href = 'https://cdn.example.com/vod/remembered.mp4';
    class OtherUrl extends URL {
      override get href(): string {
        return href;
      }
    }
    const other = new OtherUrl('https://cdn.example.com/secret.mp4');
    expect(judgeUrl(other)?.path).toBe('/secret.mp4');
    expect(judgeUrl(href)?.path).toBe('/vod/remembered.mp4');
    expect(judgeUrl(other)?.path).toBe('/secret.mp4');
  });

  test.each([
    ['https://CDN.Example.com/vod/', 'https://cdn.example.com/vod/'],
    ['https://cdn.example.com./vod/', 'https://cdn.example.com/vod/'],
    ['https://cdn.example.com:443/vod/', 'https://cdn.example.com/vod/'],
    ['http://cdn.example.com:80/vod/', 'http://cdn.example.com/vod/'],
    ['https://cdn.example.com:8443/vod/', 'https://cdn.example.com:8443/vod/'],
    ['https://b\u00fccher.example./', 'https://xn--bcher-kva.example/'],
    ['https://cdn\u3002example\uff0ecom/', 'https://cdn.example.com/'],
    ['https://cdn.example.com/%76od/f%69lm.mp4', 'https://cdn.example.com/vod/film.mp4'],
    ['https://cdn.example.com/x/../vod/%2e/film.mp4', 'https://cdn.example.com/vod/film.mp4'],
    ['https://cdn.example.com/v%c3%addeos/', 'https://cdn.example.com/v%C3%ADdeos/'],
    ['https://cdn.example.com/a?b=%63%2f%2F&d', 'https://cdn.example.com/a?b=c%2F%2F&d'],
    ['https://cdn.example.com/a?', 'https://cdn.example.com/a'],
    ['https://cdn.example.com/a#b', 'https://cdn.example.com/a'],
    ['https://cdn.example.com', 'https://cdn.example.com/'],
    ['https://cdn.example.com/_definst_/smil:a$b.smil/x', 'https://cdn.example.com/_definst_/smil:a$b.smil/x'],
    ['https://cdn.example.com/100%25/%25zz', 'https://cdn.example.com/100%25/%25zz'],
    ['https://cdn.example.com/a%2520b', 'https://cdn.example.com/a%2520b'],
    ['https://cdn.example.com/vod/50%25de.mp4', 'https://cdn.example.com/vod/50%25de.mp4'],
    ['https://cdn.example.com/100%25/a%2520b', 'https://cdn.example.com/100%25/a%2520b'],
    ['https://cdn.example.com/a+b%20c;x/film.ism/d/', 'https://cdn.example.com/a+b%20c;x/film.ism/d/'],
    [`https://cdn.example.com/${'a.b/'.repeat(15)}film.mp4`, `https://cdn.example.com/${'a.b/'.repeat(15)}film.mp4`],
    [
      'https://cdn.example.com/hls/film,_hi,_lo,.mp4.urlset/master.m3u8',
      'https://cdn.example.com/hls/film,_hi,_lo,.mp4.urlset/master.m3u8',
    ],
    ['https://cdn.example.com/.../f.mp4', 'https://cdn.example.com/.../f.mp4'],
    ['https://cdn.example.com/.well-known/x', 'https://cdn.example.com/.well-known/x'],
  ])('%s is %s', (url, href) => expect(hrefOf(url)).toBe(href));

  test.each([
    'cdn.example.com/vod/',
    '/vod/',
    'ftp://cdn.example.com/vod/',
    'blob:https://cdn.example.com/vod/',
    'https://user@cdn.example.com/vod/',
    'https://:pw@cdn.example.com/vod/',
    'https://cdn.example.com../vod/',
    'https://cdn..example.com/vod/',
    'https://.cdn.example.com/vod/',
    'https://cdn.example.com//vod/',
    'https://cdn.example.com/vod%2Fx',
    'https://cdn.example.com/vod%5Cx',
    'https://cdn.example.com/vod/%00',
    'https://cdn.example.com/vod/%0a',
    'https://cdn.example.com/vod/%zz',
    'https://cdn.example.com/vod/%ff',
    'https://cdn.example.com/vod/..;/x',
    'https://cdn.example.com/public/..%20/vod/x',
    'https://cdn.example.com/public/.%20%20;y/vod/x',
    'https://cdn.example.com/vod/film.mp4::$DATA',
    'https://cdn.example.com/premium:$I30:$INDEX_ALLOCATION/f.mp4',
    'https://cdn.example.com/x/..%20./premium/f.mp4',
    'https://cdn.example.com/vod/free/%252e%252e/premium/f.mp4',
    'https://cdn.example.com/vod/a%252fb',
    'https://cdn.example.com/vod/%2500',
    'https://cdn.example.com/vod/%25ff%252e%252e%252fx',
    'https://cdn.example.com/vod/film.mp4%253A%253A$DATA',
    'https://cdn.example.com/vod/free/..%2520/film.mp4',
    `https://cdn.example.com/${'a.b/'.repeat(16)}film.mp4`,
    'https://cdn.example.com/a+b%20c;x/%2541/a.a/b.b/c.c/',
    `https://cdn.example.com${'/a.m;'.repeat(20)}`,
    'https://cdn.example.com/hls/free/,../premium/film,.mp4.urlset/master.m3u8',
    'https://cdn.example.com/hls/free/.,/premium/film,.mp4.urlset/master.m3u8',
    `https://cdn.example.com/vod/a${'%25CC%2580'.repeat(31)}`,
    `https://cdn.example.com/vod/a${'\u0301'.repeat(31)}`,
  ])('%s has no single reading', (url) => expect(judgeUrl(url)).toBeUndefined());

  test('the spelling of a judged URL is judged as itself, and URL keeps it', () => {
    const url = fc.tuple(fc.webUrl({ withQueryParameters: true }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(url, ([base, tail]) => {
        const judged = judgeUrl(`${base.split('?')[0]!}${encodeURIComponent(tail)}?${base.split('?')[1] ?? ''}`);
        if (!judged) return;
        expect(new URL(judged.href).href).toBe(judged.href);
        expect(hrefOf(judged.href)).toBe(judged.href);
        expect(judgeUrl(judged.href)?.path).toBe(judged.path);
      }),
      { numRuns: 1000 },
    );
  });
});

test('judgeHost: one dot at the end names the same host, an empty label none', () => {
  expect(['a.test', 'a.test.', 'a.test..', '.', '', '.a', 'a..b', '[::1]'].map(judgeHost)).toEqual([
    ...['a.test', 'a.test'],
    ...[undefined, undefined, undefined, undefined, undefined],
    '[::1]',
  ]);
});

test('isBelowPath compares on a border', () => {
  const below = [
    ['/vod', '/vod'],
    ['/vod', '/vod/'],
    ['/vod/', '/vod'],
    ['/vod/7', '/vod'],
    ['/vod/7', '/vod/'],
    ['/', '/'],
    ['/x', '/'],
  ];
  const beside = [
    ['/vodka', '/vod'],
    ['/vodka', '/vod/'],
    ['/', '/vod/'],
    ['/v', '/vod'],
    ['/VOD/7', '/vod/'],
  ];
  expect(below.filter(([path, prefix]) => !isBelowPath(path!, prefix!))).toEqual([]);
  expect(beside.filter(([path, prefix]) => isBelowPath(path!, prefix!))).toEqual([]);
});
