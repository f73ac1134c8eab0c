import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeScope, lastingScope } from '../../../../packages/server/src/url/judged-scope.ts';
import { servedPaths, wholeReadings } from '../../../../packages/server/src/url/readings.ts';
import type { Scope } from '../../../../packages/server/src/url/scope.ts';

const HOST = 'https://cdn.example.com';
const scopeOf = (paths: readonly string[]): Scope => ({
  kind: 'folder',
  href: `${HOST}/`,
  parts: paths.map((path) => ({ kind: path.endsWith('/') ? 'folder' : 'path', href: HOST + encodeURI(path) })),
});

describe('a scope as hooks see it', () => {
  test('readings that say the same of it show one object', () => {
    const { shown } = judgeScope(scopeOf(['/vod/a;x/', '/vod/b/']))!;
    const texts = shown.readings.map((read) => JSON.stringify(shown.as(read)));
    expect(new Set(shown.readings.map((read) => shown.as(read))).size).toBe(new Set(texts).size);
    expect(texts.length).toBeGreaterThan(new Set(texts).size);
  });

  test('is frozen with its parts: one hook cannot change what the next one sees', () => {
    const { shown } = judgeScope(scopeOf(['/vod/film.ism/hd/', '/vod/b/']))!;
    for (const scope of [shown.asIs, shown.files!]) {
      expect([scope, scope.parts, ...scope.parts!].every((each) => Object.isFrozen(each))).toBe(true);
    }
  });

  test('each part ends at its own files', () => {
    const { shown } = judgeScope(scopeOf(['/vod/a.ism/hd/', '/vod/b/c.ism/x/']))!;
    expect(shown.files).toEqual({
      kind: 'folder',
      href: `${HOST}/`,
      parts: ['/vod/a.ism', '/vod/b/c.ism'].map((path) => ({ kind: 'path', href: HOST + path })),
    });
    expect(judgeScope(scopeOf(['/vod/a/', '/vod/b/']))!.shown.files).toBeUndefined();
    expect(judgeScope({ kind: 'folder', href: `${HOST}/vod/a.ism/hd/` })!.shown.files).toBeUndefined();
  });

  const name = fc.constantFrom('vod', 'a.ism', 'b;x', 'c+d', 'e f', 'g.', '%41', 'h?x', '');
  const path = fc
    .array(name, { minLength: 1, maxLength: 4 })
    .map((names) => `/${names.join('/')}`.replace(/\/{2,}/g, '/'));
  test('whatever some server serves of a part is shown', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 2, maxLength: 4 }), (paths) => {
        const hrefs = paths.map((each) => HOST + encodeURI(each).replace(/[?#]/g, encodeURIComponent));
        const judged = judgeScope({
          kind: 'folder',
          href: `${HOST}/`,
          parts: hrefs.map((href) => ({ kind: href.endsWith('/') ? 'folder' : 'path', href })),
        });
        if (!judged) return;
        const { shown } = judged;
        const all = [...shown.readings.map((read) => shown.as(read)), ...(shown.files ? [shown.files] : [])];
        const seen = new Set(all.flatMap(({ parts }) => parts!.map(({ href }) => href.replace(/\/$/, ''))));
        for (const part of judged.parts) {
          for (const served of servedPaths(part.url.path)) {
            const { hrefWithoutQuery } = part.url.withPath(served);
            expect(seen).toContain(hrefWithoutQuery.replace(/\/$/, ''));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a path is read to its end by the same functions each time', () => {
    expect(wholeReadings('/a;b')).toBe(wholeReadings('/c+d'));
    expect(wholeReadings('/a')).toBe(wholeReadings('/b/'));
  });
});

describe('a scope that could be served as too many paths', () => {
  const plain = (count: number): Scope => scopeOf(Array.from({ length: count }, (_, i) => `/vod/${i}/`));
  test('is not judged: 2,048 folders, each with or without its last slash, are the most', () => {
    expect(judgeScope(plain(2048))).toBeDefined();
    expect(judgeScope(plain(2049))).toBeUndefined();
  });

  test('nor is one with a part that is not judged', () => {
    expect(judgeScope(scopeOf(['/vod/a/', '/vod/%2e%2e/']))).toBeUndefined();
    expect(judgeScope(scopeOf(['/vod/a/', '//']))).toBeUndefined();
  });
});

describe('a scope that lasts', () => {
  test('is judged once', () => {
    const scope = lastingScope(scopeOf(['/vod/a/', '/vod/b/']));
    expect(judgeScope(scope)).toBe(judgeScope(scope));
    expect(judgeScope({ ...scope })).not.toBe(judgeScope(scope));
    expect(judgeScope(lastingScope(scopeOf(['//', '/a'])))).toBeUndefined();
  });

  test('cannot be changed afterwards', () => {
    const scope = lastingScope(scopeOf(['/vod/a/', '/vod/b/']));
    expect([scope, scope.parts, ...scope.parts!].every((each) => Object.isFrozen(each))).toBe(true);
  });
});
