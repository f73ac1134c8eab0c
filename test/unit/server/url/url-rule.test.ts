import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { judgeUrl } from '../../../../packages/server/src/url/judged-url.ts';
import { urlRules } from '../../../../packages/server/src/url/url-rule.ts';
import type { UrlRule } from '../../../../packages/server/src/url/url-rule.ts';

const HOST = 'https://cdn.example.com';
/** Judges a request as the edge does, which refuses what has no single reading and asks the rules about the rest. */
const isOpen = (rule: UrlRule | readonly UrlRule[], url: string): boolean => {
  const judged = judgeUrl(url);
  return judged !== undefined && !urlRules(rule)(judged);
};

describe('a rule protects what its author sees in it', () => {
  test.each<[UrlRule, string[]]>([
    [
      '/films [4k]/',
      ['/films [4k]/x', '/films%20[4k]/x', '/films%20%5B4k%5D/x', '/f%69lms%20%5b4k]/x', '/films%20[4k]'],
    ],
    ['/films%20%5B4k%5D/', ['/films%20[4k]/x']],
    ['/%76od/', ['/vod/x', '/%76%6f%64/x', '/vod']],
    ['/v%c3%addeos/', ['/v\u00eddeos/x', '/v%C3%ADdeos/x', '/vi%CC%81deos/x']],
    ['/vi\u0301deos/', ['/v%C3%ADdeos/x']],
    ['/a|b^c`d{e}/', ['/a|b^c`d{e}/x', '/a%7Cb%5Ec%60d%7Be%7D/x']],
    ['/100%25/', ['/100%25/x']],
    ['/a%2Ab/', ['/a*b/x']],
    ['/a%3Fb/', ['/a%3Fb/x', '/a%3fb/x']],
    ['/vod;v=1/', ['/vod;v=1/x', '/vod/x']],
    [
      '/film.mp4',
      [
        '/film.mp4',
        '/film.mp4/',
        '/film.mp4;y',
        '/film.mp4%3by',
        '/film.mp4%3By/',
        '/film.mp4.',
        '/film.mp4%20',
        '/;x/film.mp4',
      ],
    ],
    [
      /\.mp4$/,
      [
        '/x.mp4',
        '/x.mp4;y',
        '/x.mp4%3b',
        '/x.mp4%3By=1;z',
        '/x.mp4/',
        '/x.mp4;y/',
        '/x.%6dp4',
        '/x.mp4.',
        '/a;b/x.mp4;c/',
        '/x.mp4/y',
        '/x.mp4/y.txt/z.txt/',
        '/a.b/x.mp4/y',
        '/x.mp4;/y',
        '/x.mp4;y/z.txt',
        '/x.mp4%3Fy',
        '/x.mp4%23y',
        '/x.%256Dp4',
        '/(S(y))/x.mp4',
        '/a;b/x.mp4%3Fy',
        '/x.mp4.%3Fy',
        '/x.%256Dp4%3Fy',
        '/x.%256Dp4%23y/z',
        '/x.mp4/y%3Fz',
      ],
    ],
    [/\.mp4$/y, ['/x.mp4']],
    [/\/my\+film\.mp4$/, ['/my+film.mp4', '/my%20film.mp4']],
    [({ pathname }) => pathname === '/x.mp4', ['/x.mp4', '/x.mp4/y', '/x.mp4;/y']],
    ['/vod/', ['/%2576od/x', '/(S(y))/vod/x', '/;y/vod/x']],
    [/\/my film\.mp4$/, ['/my+film.mp4%3Fx', '/my+film.mp4']],
    [/^vod\//, ['/vod/x', '/vod;y/x', '/%76od/x']],
    [/^(?:vod|live)\/.*\.m3u8$/, ['/live/x.m3u8']],
    [/^[a-z]+\/.+\.m3u8$/, ['/vod/x.m3u8']],
    [/^[^/]+\.mp4$/, ['/x.mp4']],
    [/^[\w.~-]+\/premium\//, ['/show/premium/x']],
    [/\/films \[4k\]\//, ['/films%20[4k]/x', '/films%20%5B4k%5D/x']],
    [/\/films%20\[4k\]\//, ['/films%20[4k]/x', '/films%20%5B4k%5D/x']],
    [/\/films%20%5B4k%5D\//, ['/films%20[4k]/x']],
    [/^https:\/\/cdn\.example\.com\/vod\//, ['/vod/x', '/vod;y/x']],
    [/^\/vod\//, ['/vod/a.mp4', '/vod;x/a.mp4']],
    [/^cdn\.example\.com\/vod\//, ['/vod/a.mp4']],
    [/\/s\u00e9ries%20tv\//, ['/s%C3%A9ries%20tv/f.mp4', '/s\u00e9ries tv/f.mp4']],
    [/\/s%C3%A9ries tv\//, ['/s%C3%A9ries%20tv/f.mp4']],
    [/\.mp4(?:\?.*)?$/, ['/x.mp4']],
    [/\/cafe\u0301\//, ['/caf%C3%A9/x', '/cafe%CC%81/x']],
    [/\/caf\u00e9\//, ['/caf%C3%A9/x', '/cafe%CC%81/x']],
    [/\/caf%c3%a9\//i, ['/caf%c3%a9/x']],
    [/\/100%25\//, ['/100%25/x']],
    [/\/\[a\]%20\u00e9\//, ['/[a]%20\u00e9/x', '/%5Ba%5D%20%C3%A9/x']],
    [(url) => url.pathname.startsWith(new URL('http://h/cafe\u0301/').pathname), ['/caf%C3%A9/x']],
    [(url) => url.pathname.startsWith('/films%20[4k]/'), ['/films%20[4k]/x', '/films%20%5B4k%5D/x']],
    [(url) => url.pathname.endsWith('.mp4'), ['/x.mp4', '/x.mp4;y', '/x.mp4/']],
    [(url) => !url.pathname.startsWith('/public/'), ['/vod/x', '/x/../vod/x']],
  ])('%s', (rule, paths) => {
    for (const host of [
      HOST,
      `${HOST}.`,
      'http://cdn.example.com',
      'http://cdn.example.com:8080',
      'https://CDN.example.com',
    ]) {
      expect(paths.filter((path) => isOpen(rule, host + path))).toEqual([]);
    }
    expect(isOpen(rule, `${HOST}/public/other.jpg`)).toBe(true);
  });

  test.each<[UrlRule, string[]]>([
    ['https://c.test./vod/', ['https://c.test/vod/x', 'https://c.test./vod/x', 'http://C.TEST:8080/vod/x']],
    ['https://b\u00fccher.example/', ['https://xn--bcher-kva.example/x', 'http://B\u00dcCHER.example./x']],
    ['HTTP://c.test:81/%76od', ['https://c.test/vod/x']],
    [(url) => url.hostname === 'live.example.com', ['https://live.example.com./x', 'https://LIVE.example.com/x']],
    [
      (url) => url.href.startsWith('https://live.example.com/'),
      ['http://live.example.com:8080/x', 'https://live.example.com./x'],
    ],
    [/^https:\/\/live\.example\.com\//, ['http://live.example.com:8080/x', 'https://live.example.com./x']],
    [/^http:\/\/live\.example\.com\//, ['https://live.example.com/x']],
  ])('%s, on its host', (rule, urls) => {
    expect(urls.filter((url) => isOpen(rule, url))).toEqual([]);
    expect(isOpen(rule, 'https://other.example/public/x')).toBe(true);
  });

  test.each(['/vod/', 'https://cdn.example.com/vod/', /\/vod\//])('%s protects nothing else', (rule) => {
    for (const path of ['/', '/vodka/x', '/VOD/x', '/vo;d/x', '/x;/vod', '/public/vo']) {
      expect(isOpen(rule, HOST + path), path).toBe(true);
    }
  });

  test.each([
    /^https:\/\/cdn\.example\.com$/,
    /^cdn\.example\.com$/,
    /^https:\/\/cdn\.example\.com\/?$/,
    /(?:^|\.)example\.com$/,
    /^https?:\/\/cdn\.example\.com(?!\/)/,
  ])('%s is a whole host', (rule) => {
    expect(['/', '/vod/x', '/public/x'].filter((path) => isOpen(rule, HOST + path))).toEqual([]);
    expect(isOpen(rule, 'https://cdn.example.org/vod/x')).toBe(true);
  });

  test.each<[UrlRule, string]>([
    [/^(?!.*\/public\/)/, '/public/x'],
    [/^(?!https:\/\/[^/]*\/public\/|http:|\/|cdn)/, '/public/x'],
    [({ pathname }) => !pathname.startsWith('/public/'), '/public/x.mp4'],
    [({ pathname }) => !pathname.startsWith('/public/'), '/public/x.mp4/y'],
    [/^cdn\.example\.org$/, '/vod/x'],
    [/\.[a-z0-9]+$/i, '/health'],
    [/\.(?!html$|css$|js$)[^./]+$/, '/index.html'],
    [/^https:\/\/cdn\.example\.com(?!\/(?:public\/|$))/, '/public/x'],
    [/[^/]$/, '/'],
    [/^vod\//, '/live/vod/x'],
    [/\.mp4$/, '/x.mp4s/y'],
    ['/a;b/c/', '/a/x'],
  ])('%s leaves %s open', (rule, path) => expect(isOpen(rule, HOST + path)).toBe(true));

  test('a function sees no port, whatever `Host` says', () => {
    for (const url of ['https://cdn.example.com:8443/x', 'http://cdn.example.com:443/x', `${HOST}.:1/x`, `${HOST}/x`]) {
      expect(isOpen(({ host, port }) => host === 'cdn.example.com' && port === '', url)).toBe(false);
      expect(isOpen(({ href }) => /:\d/.test(href), url)).toBe(true);
    }
  });

  test('a function that forgets to return protects', () => {
    expect(isOpen((() => undefined) as never, `${HOST}/vod/a`)).toBe(false);
    expect(isOpen(() => false, `${HOST}/vod/a`)).toBe(true);
  });

  test('functions and patterns see the canonical URL first, and no query', () => {
    const rule = vi.fn((url: URL) => url.pathname === '/nowhere');
    expect(isOpen(rule, 'https://CDN.example.com.:443/%76od/a?b=1')).toBe(true);
    expect(rule.mock.calls[0]?.[0].href).toBe(`${HOST}/vod/a`);
  });
});

/** One character of a name in a path, in every way it can be written. */
const spellings = fc
  .constantFrom(...Array.from('aZ09-_.~!$&\'()+,=:@[]|^`{}"<> \u00ed\u0131\u65e5'))
  .chain((character) => {
    const escaped = [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join('');
    const ways = fc.constantFrom(character, escaped, escaped.toUpperCase());
    return fc.tuple(ways, ways);
  });
const name = fc
  .array(spellings, { minLength: 1, maxLength: 6 })
  .map((characters) => [0, 1].map((i) => characters.map((each) => each[i]).join('')));

test('in any two spellings, a rule is refused or protects the request', () => {
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '/', ';x', '%3Bx=1', '/;y/', '.', '/x', ';/x.mp4/y'),
      (names, tail) => {
        const [rule, asked] = [0, 1].map((i) => `/${names.map((each) => each[i]).join('/')}`) as [string, string];
        let open: boolean;
        try {
          open = isOpen(`${rule}/`, `${HOST}${asked}${tail}`);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_OPTIONS' });
          return;
        }
        expect(open, `${rule} ${asked}${tail}`).toBe(false);
      },
    ),
    { numRuns: 1000 },
  );
});
