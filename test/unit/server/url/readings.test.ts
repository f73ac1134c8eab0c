import { describe, expect, test } from 'vitest';
import { readingsOf, servedPaths } from '../../../../packages/server/src/url/readings.ts';

describe('readingsOf', () => {
  test.each([
    ['/', ['/']],
    ['/vod/film.mp4', ['/vod/film.mp4']],
    ['/vod/', ['/vod/', '/vod']],
    ['/film.mp4/', ['/film.mp4/', '/film.mp4']],
    ['/film.mp4;y', ['/film.mp4;y', '/film.mp4']],
    ['/film.mp4;y/', ['/film.mp4;y/', '/film.mp4;y', '/film.mp4/', '/film.mp4']],
    ['/vod;a=1/;b/7', ['/vod;a=1/;b/7', '/vod/7']],
    ['/;x/vod/', ['/;x/vod/', '/;x/vod', '/vod/', '/vod']],
    ['/;', ['/;', '/']],
    ['/film.mp4. .', ['/film.mp4. .', '/film.mp4.+.', '/film.mp4']],
    ['/a+b/c+d.mp4', ['/a+b/c+d.mp4', '/a b/c d.mp4']],
    ['/a+b;x/', ['/a+b;x/', '/a+b;x', '/a b;x/', '/a b;x', '/a+b/', '/a+b', '/a b/', '/a b']],
    ['/canal+/', ['/canal+/', '/canal+', '/canal /', '/canal ']],
    ['/v.o d/a', ['/v.o d/a', '/v.o+d/a']],
    ['/my film/a+b', ['/my film/a+b', '/my film/a b', '/my+film/a+b']],
    ['/(S(x))/vod/(a(b)F(c))/7', ['/(S(x))/vod/(a(b)F(c))/7', '/vod/7']],
    ['/(1970)/film(2)', ['/(1970)/film(2)']],
    ['/%76od/7', ['/%76od/7', '/vod/7']],
    ['/%76od%3Bx/7', ['/%76od%3Bx/7', '/vod;x/7', '/vod/7']],
    ['/100%/7', ['/100%/7']],
    ['/%C3%A9/7;%', expect.arrayContaining(['/\u00e9/7'])],
    ['/%C3%A9%FF%41', ['/%C3%A9%FF%41', '/%C3%A9%FFA']],
    ['/vi\u0301deos', ['/vi\u0301deos', '/v\u00eddeos']],
  ])('%j is served as %j', (path, readings) => {
    expect(readingsOf(path)).toEqual(readings);
  });
});

describe('servedPaths', () => {
  test.each([
    ['/vod/film.mp4', ['/vod/film.mp4']],
    ['/vod/film.mp4/x', ['/vod/film.mp4/x', '/vod/film.mp4']],
    ['/vod/film.mp4/x/y.txt', ['/vod/film.mp4/x/y.txt', '/vod/film.mp4']],
    ['/a.com/film.mp4/x.c/y', ['/a.com/film.mp4/x.c/y', '/a.com', '/a.com/film.mp4', '/a.com/film.mp4/x.c']],
    ['/v1.2/film.mp4', ['/v1.2/film.mp4']],
    ['/film.7z/x', ['/film.7z/x', '/film.7z']],
    ['/film.mp4;/x', ['/film.mp4;/x', '/film.mp4/x', '/film.mp4']],
    ['/vod;x/film.mp4.?y', expect.arrayContaining(['/vod/film.mp4', '/vod'])],
    ['/film;a/b', ['/film;a/b', '/film/b', '/film']],
    ['/film.mp4?x', ['/film.mp4?x', '/film.mp4']],
    ['/film.mp4%3Fx', ['/film.mp4%3Fx', '/film.mp4?x', '/film.mp4']],
    ['/film%2Emp4/x', ['/film%2Emp4/x', '/film.mp4/x', '/film.mp4']],
    ['/;x', ['/;x', '/']],
  ])('%j is served as %j', (path, served) => {
    expect(servedPaths(path)).toEqual(served);
  });
});
