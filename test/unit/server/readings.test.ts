import { describe, expect, test } from 'vitest';
import { readingsOf } from '../../../packages/server/src/url/readings.ts';

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
    ['/film.mp4. .', ['/film.mp4. .', '/film.mp4']],
    ['/a+b/c+d.mp4', ['/a+b/c+d.mp4', '/a b/c d.mp4']],
    ['/a+b;x/', ['/a+b;x/', '/a+b;x', '/a+b/', '/a+b', '/a b;x/', '/a b;x', '/a b/', '/a b']],
    ['/canal+/', ['/canal+/', '/canal+', '/canal /', '/canal ']],
    ['/v.o d/a', ['/v.o d/a']],
    ['/vi\u0301deos', ['/vi\u0301deos', '/v\u00eddeos']],
  ])('%j is served as %j', (path, readings) => {
    expect(readingsOf(path)).toEqual(readings);
  });
});
