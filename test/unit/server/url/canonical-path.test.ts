import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalPath, encodePath } from '../../../../packages/server/src/url/canonical-path.ts';

describe('canonicalPath', () => {
  test.each([
    '',
    'a',
    '/a//b',
    '/a%2Fb',
    '/a%2fb',
    '/a%5Cb',
    '/a%5cb',
    '/a\\b',
    '/%00',
    '/%1f',
    '/%7F',
    '/%C2%85',
    '/\n',
    '/a/..;/b',
    '/a/.;x/b',
    '/..;',
  ])('has no form for %j', (path) => {
    for (const form of ['decoded', 'raw'] as const) expect(canonicalPath(path, form)).toBeUndefined();
  });

  // `URL` resolves dot segments, so these only arrive from a caller that has a path and no URL.
  test.each(['/..', '/.', '/a/../b', '/a/./b', '/a/%2e%2E/b', '/%2e'])(
    'has no form for the dot segments of %j',
    (path) => {
      expect(canonicalPath(path, 'decoded')).toBeUndefined();
    },
  );

  test.each(['/%', '/%2', '/%zz', '/%ff', '/%c0%ae', '/%ed%a0%80'])(
    'has no form for %j, which is not UTF-8',
    (path) => {
      expect(canonicalPath(path, 'decoded')).toBeUndefined();
    },
  );

  test.each([
    ['/my%20film.m3u8', '/my film.m3u8'],
    ['/%6D%79', '/my'],
    ['/a%2520b', '/a%20b'],
    ['/...', '/...'],
    ['/a/.hidden', '/a/.hidden'],
    ['/', '/'],
  ])('%j is %j once decoded', (path, decoded) => {
    expect([canonicalPath(path, 'decoded'), canonicalPath(path, 'raw')]).toEqual([decoded, path]);
  });
});

describe('encodePath', () => {
  test('a decoded path has one spelling, which URL keeps and which decodes to the same path', () => {
    const property = fc.property(fc.webPath(), fc.string({ unit: 'grapheme' }), (path, tail) => {
      const { pathname } = new URL(`https://h${path || '/'}${encodeURIComponent(tail)}`);
      const canonical = canonicalPath(pathname, 'decoded');
      if (canonical === undefined) return;
      const encoded = encodePath(canonical, 'decoded');
      expect(new URL(encoded, 'https://h').pathname).toBe(encoded);
      expect(canonicalPath(encoded, 'decoded')).toBe(canonical);
    });
    fc.assert(property, { numRuns: 500 });
  });
});
