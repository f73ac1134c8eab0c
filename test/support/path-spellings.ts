/** How a path may be spelled, and what becomes of it wherever it is asked for. All are below `/vod/`. */

/** Read by all servers in the same way: signed, granted, let through. */
export const playing: readonly string[] = [
  '/vod/film.mp4',
  '/vod/a+b.mp4',
  '/vod/my%20film.mp4',
  '/vod/100%25.mp4',
  '/vod/%25zz.mp4',
  '/vod/Film%20%231.mp4',
  '/vod/What%3F.mp4',
  '/vod/Wait...%3F.mp4',
  '/vod/%23/film.mp4',
  '/vod/Who%3F/film.mp4',
  '/vod/caf%C3%A9.mp4',
  '/vod/.well-known/x',
  '/vod/a..b/c',
  '/vod/..a/b',
  '/vod/film,_hi,_lo,.mp4.urlset/master.m3u8',
  '/vod/_definst_/smil:a$b.smil/x',
  '/vod/(a)/x(S(y)).mp4',
  '/vod/film.ism/hd/a.m3u8',
  // in another Unicode form than NFC, a single URL is signed as its bytes
  '/vod/cafe%CC%81.mp4',
];

/** Refused by `signUrl`, `verifyUrl`, the endpoint and every edge, by the part that the error names. */
export const refusedParts: Readonly<Record<string, readonly string[]>> = {
  '`//`': ['/vod//film.mp4', '/vod/film.mp4//'],
  '`%2F`': ['/vod/a%2Ffilm.mp4', '/vod/a%2ffilm.mp4'],
  'a backslash': ['/vod/a%5Cfilm.mp4', '/vod/%5c/film.mp4'],
  'a control character': ['/vod/film.mp4%00', '/vod/film.mp4%0A', '/vod/%7F', '/vod/%C2%85'],
  'a `%` without an escape of UTF-8 behind it': ['/vod/%zz', '/vod/100%.mp4', '/vod/%ff', '/vod/%c0%ae%c0%ae/x'],
  '`;`': [
    '/vod/film.mp4;x',
    '/vod/a;x/film.mp4',
    '/vod/;/film.mp4',
    '/vod/x;y=..%3B/film.mp4',
    '/vod/..;/x',
    '/vod/%2e%2e%3bx/y',
    '/vod/.;x/y',
  ],
  '`%25` in front of two hexadecimal digits': [
    '/vod/a%2520b.mp4',
    '/vod/%252e%252e/x.mp4',
    '/vod/a%252fb.mp4',
    '/vod/%255c/x.mp4',
    '/vod/%2500.mp4',
    '/vod/50%25de.mp4',
  ],
  'a dot segment': ['/vod/..%20/x.mp4', '/vod/.%20%20/x.mp4', '/vod/..%3Fx', '/vod/.%23', '/vod/..%20.%3Fx'],
  'a name that ends with a dot or a space': [
    '/vod/film.mp4.',
    '/vod/film.mp4%20',
    '/vod/film%20/x.mp4',
    '/vod/Vol.%201./x.mp4',
    '/vod/.../x.mp4',
    '/vod/free,..',
    '/vod/free/,../premium/film,.mp4.urlset/master.m3u8',
  ],
  'dots beside a comma': ['/vod/free/.,/premium/film,.mp4.urlset/master.m3u8', '/vod/x/..,/a', '/vod/free,..%3Fx'],
  'a stream of a file, such as `::$DATA`': ['/vod/film.mp4::$DATA', '/vod/premium:$I30:$INDEX_ALLOCATION/f.mp4'],
  'a name in parentheses such as `(S(x))`': ['/vod/(S(y))/film.mp4', '/vod/(a(b)F(c))/film.mp4'],
  'more than 30 combining marks in a row': [`/vod/a${'%CC%81'.repeat(31)}.mp4`],
};
