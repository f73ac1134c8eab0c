import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeniedUrls, judgeScope } from '../../../../packages/server/src/url/scope.ts';
import type { JudgedScope, Scope } from '../../../../packages/server/src/url/scope.ts';

const HOST = 'https://cdn.example.com';
const judged = (kind: Scope['kind'], path: string, host = HOST): JudgedScope =>
  judgeScope({ kind, href: host + path })!;
const isReached = (denied: readonly JudgedScope[], scope: JudgedScope): boolean =>
  new DeniedUrls(denied).areReachedBy(scope);

describe('what was denied', () => {
  test.each<[Scope['kind'], string, Scope['kind'], string, boolean]>([
    ['path', '/a/b', 'path', '/a/b', true],
    ['path', '/a/b', 'path', '/a/b/', true],
    ['path', '/a/b', 'url', '/a/b/c?q', true],
    ['path', '/a/b', 'path', '/a/bc', false],
    ['path', '/a/b', 'path', '/a', false],
    ['path', '/a/b', 'folder', '/a/', true],
    ['path', '/a/b', 'folder', '/', true],
    ['path', '/a/b', 'folder', '/a/c/', false],
    ['folder', '/a/', 'path', '/a/b', true],
    ['folder', '/a/', 'path', '/a', true],
    ['folder', '/', 'path', '/a', true],
    ['folder', '/a/b/', 'folder', '/a/b/c/', true],
    ['url', '/a?q=1', 'url', '/a?q=1', true],
    ['url', '/a?q=1', 'url', '/a/b?q=1', true],
    ['url', '/a?q=1', 'url', '/a?q=2', false],
    ['url', '/a?q=1', 'url', '/a%3Fq=1', true],
    ['url', '/a?q=1', 'path', '/a', true],
    ['url', '/a/b?q=1', 'folder', '/a/', true],
    ['url', '/a?q=1', 'folder', '/a/', true],
    ['path', '/a.m3u8/b/c', 'folder', '/a.m3u8/d/', false],
    ['path', '/a.m3u8', 'folder', '/a.m3u8/d/', true],
  ])('a %s %s, and a token of the %s %s: %s', (kind, path, tokenKind, tokenPath, expected) =>
    expect(isReached([judged(kind, path)], judged(tokenKind, tokenPath))).toBe(expected),
  );

  test('is of one host, whatever its scheme and port', () => {
    const denied = [judged('folder', '/a/', 'http://cdn.example.com.:8080')];
    expect(isReached(denied, judged('path', '/a/b'))).toBe(true);
    expect(isReached(denied, judged('path', '/a/b', 'https://other.example'))).toBe(false);
  });

  test('is nothing where nothing was', () => expect(isReached([], judged('folder', '/'))).toBe(false));

  test('is reached by any part of a token, in any part of an entry', () => {
    const made = (...paths: string[]): JudgedScope =>
      judgeScope({
        kind: 'folder',
        href: `${HOST}/`,
        parts: paths.map((path) => ({ kind: 'path', href: HOST + path })),
      })!;
    expect(isReached([made('/a', '/b')], made('/c', '/b'))).toBe(true);
    expect(isReached([made('/a', '/b')], made('/c', '/d'))).toBe(false);
  });

  const path = fc
    .array(fc.constantFrom('a', 'b', 'c.d'), { minLength: 1, maxLength: 4 })
    .map((names) => `/${names.join('/')}`);
  const scope = fc.tuple(fc.constantFrom('path' as const, 'folder' as const), path);
  test('is what a comparison of all with all finds', () => {
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 5 }), scope, (entries, [kind, asked]) => {
        const folder = (text: string): string => `${text}/`;
        const expected = entries.some(
          ([, entry]) =>
            folder(asked).startsWith(folder(entry)) || (kind === 'folder' && folder(entry).startsWith(folder(asked))),
        );
        const scopeOf = (of: Scope['kind'], text: string): JudgedScope =>
          judged(of, of === 'folder' ? folder(text) : text);
        const found = isReached(
          entries.map(([of, entry]) => scopeOf(of, entry)),
          scopeOf(kind, asked),
        );
        expect(found).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
