import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeScope } from '../../../../packages/server/src/url/judged-scope.ts';
import type { JudgedScope } from '../../../../packages/server/src/url/judged-scope.ts';
import { OpenedUrls } from '../../../../packages/server/src/url/opened-urls.ts';
import type { Scope } from '../../../../packages/server/src/url/scope.ts';

const HOST = 'https://cdn.example.com';
const judged = (kind: Scope['kind'], path: string, host = HOST): JudgedScope =>
  judgeScope({ kind, href: host + path })!;
const holds = (opened: readonly JudgedScope[], scope: JudgedScope): boolean => new OpenedUrls(opened).holds(scope);

describe('what tokens open', () => {
  test.each<[Scope['kind'], string, Scope['kind'], string, boolean]>([
    ['folder', '/a/', 'folder', '/a/', true],
    ['folder', '/a/', 'folder', '/a/b/', true],
    ['folder', '/a/', 'folder', '/', false],
    ['folder', '/a/', 'path', '/a', true],
    ['folder', '/a/', 'path', '/a/', true],
    ['folder', '/a/', 'path', '/ab', false],
    ['folder', '/a/', 'url', '/a/b?q', true],
    ['folder', '/', 'url', '/?q', true],
    ['path', '/a', 'path', '/a', true],
    ['path', '/a', 'path', '/a/', false],
    ['path', '/a/', 'path', '/a', false],
    ['path', '/a/', 'folder', '/a/', false],
    ['path', '/a', 'path', '/a/b', false],
    ['path', '/a', 'url', '/a?q', true],
    ['url', '/a?q', 'url', '/a?q', true],
    ['url', '/a?q', 'url', '/a?r', false],
    ['url', '/a?q', 'path', '/a', false],
    ['url', '/a', 'url', '/a', true],
  ])('a %s %s, and a token of the %s %s: %s', (kind, path, otherKind, otherPath, expected) =>
    expect(holds([judged(kind, path)], judged(otherKind, otherPath))).toBe(expected),
  );

  test('is of one scheme, host and port', () => {
    const opened = [judged('folder', '/')];
    expect(holds(opened, judged('path', '/a', 'https://CDN.example.com.:443'))).toBe(true);
    for (const other of ['http://cdn.example.com', 'https://cdn.example.com:8443', 'https://other.example']) {
      expect(holds(opened, judged('path', '/a', other)), other).toBe(false);
    }
  });

  test('is nothing where there are none', () => expect(holds([], judged('path', '/a'))).toBe(false));

  test('may be opened by several of them together', () => {
    const both = judgeScope({
      kind: 'folder',
      href: `${HOST}/`,
      parts: ['/a', '/b'].map((path) => ({ kind: 'path', href: HOST + path })),
    })!;
    expect(holds([judged('path', '/a'), judged('path', '/b')], both)).toBe(true);
    expect(holds([judged('path', '/a')], both)).toBe(false);
    expect(holds([both], judged('path', '/b'))).toBe(true);
  });

  const path = fc
    .array(fc.constantFrom('a', 'b', 'c.d'), { maxLength: 4 })
    .chain((names) => fc.constantFrom(`/${names.join('/')}`, `/${[...names, ''].join('/')}`));
  const scope = fc
    .tuple(fc.constantFrom<Scope['kind']>('url', 'path', 'folder'), path, fc.constantFrom('', '?q', '?r'))
    .map(([kind, text, query]) => judged(kind, kind === 'url' ? text + query : text));
  test('is what a comparison of all with all finds', () => {
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 5 }), scope, (opened, other) => {
        expect(holds(opened, other)).toBe(opened.some((each) => each.holds(other)));
      }),
      { numRuns: 2000 },
    );
  });
});
