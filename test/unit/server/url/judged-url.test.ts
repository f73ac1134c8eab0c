import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalPath, encodePath } from '../../../../packages/server/src/url/canonical-path.ts';
import { judgeUrl } from '../../../../packages/server/src/url/judged-url.ts';
import { judgeScope } from '../../../../packages/server/src/url/scope.ts';
import type { JudgedScope, Scope } from '../../../../packages/server/src/url/scope.ts';

const HOST = 'https://cdn.example.com';

describe('a URL has one spelling', () => {
  test.each([
    ['https://CDN.Example.com./vod/', `${HOST}/vod/`],
    ['https://cdn.example.com:443/vod/', `${HOST}/vod/`],
    ['https://cdn.example.com:8443/vod/', 'https://cdn.example.com:8443/vod/'],
    ['https://b\u00fccher.example./', 'https://xn--bcher-kva.example/'],
    [`${HOST}/x/../%76od/%2e/f%69lm.mp4`, `${HOST}/vod/film.mp4`],
    [`${HOST}/v%c3%addeos/`, `${HOST}/v%C3%ADdeos/`],
    [`${HOST}/a?b=%63%2f%2F&d#e`, `${HOST}/a?b=c%2F%2F&d`],
  ])('%s is %s', (url, href) => expect(judgeUrl(url)?.href).toBe(href));

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
  ])('%s has none', (url) => expect(judgeUrl(url)).toBeUndefined());

  test('which is judged as itself, and which `URL` keeps', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.string({ unit: 'grapheme' }), (url, tail) => {
        const [base = '', query = ''] = url.split('?');
        const judged = judgeUrl(`${base}${encodeURIComponent(tail)}?${query}`);
        if (!judged) return;
        expect(new URL(judged.href).href).toBe(judged.href);
        expect(judgeUrl(judged.href)).toMatchObject({ href: judged.href, path: judged.path });
        expect(canonicalPath(encodePath(judged.path, 'decoded'), 'decoded')).toBe(judged.path);
      }),
      { numRuns: 1000 },
    );
  });
});

/** A scope from a text such as `folder /a/`. */
const judged = (text: string, host = HOST): JudgedScope => {
  const [kind, path] = text.split(' ') as [Scope['kind'], string];
  return judgeScope({ kind, href: host + path })!;
};

test.each([
  ['path /a/b', 'path /a/b/', true],
  ['path /a/b', 'url /a/b/c?q', true],
  ['path /a/b', 'path /a/bc', false],
  ['path /a/b', 'path /a', false],
  ['path /a/b', 'folder /', true],
  ['path /a/b', 'folder /a/c/', false],
  ['folder /a/', 'path /a', true],
  ['folder /a/b/', 'folder /a/b/c/', true],
  ['url /a?q=1', 'url /a?q=1', true],
  ['url /a?q=1', 'url /a?q=2', false],
  ['url /a?q=1', 'path /a', true],
  ['url /a/b?q=1', 'folder /a/', true],
  // S3 takes a `+` for a space, and macOS both forms of a letter for the same
  ['path /my+film', 'path /my%20film/x', true],
  ['path /canal+', 'path /canal', false],
  ['path /caf%C3%A9', 'path /cafe%CC%81/x', true],
  // and a server that decodes twice ends a path in front of a `?` or `#`
  ['path /film.mp4', 'path /film.mp4%3Fx', true],
  ['path /film.mp4', 'url /film.mp4%23?x', true],
  ['path /What%3F.mp4', 'path /What', false],
])('if %s is denied, a token of %s reaches it: %s', (denied, token, expected) =>
  expect(judged(token).reaches(judged(denied))).toBe(expected),
);

test('a token reaches what is denied on its host, whatever the scheme and port, with any of its parts', () => {
  const denied = judged('folder /a/', 'http://cdn.example.com.:8080');
  expect(judged('path /a/b').reaches(denied)).toBe(true);
  expect(judged('path /a/b', 'https://other.example').reaches(denied)).toBe(false);
  const parts = ['/c', '/a/b'].map((path): Scope => ({ kind: 'path', href: HOST + path }));
  const reaching = [2, 1].map((count) => ({ kind: 'folder' as const, href: HOST, parts: parts.slice(0, count) }));
  expect(reaching.map((scope) => judgeScope(scope)!.reaches(denied))).toEqual([true, false]);
});

test.each([
  ['folder /a/', 'path /a/b', true],
  ['folder /a/', 'folder /a/b/', true],
  ['folder /a/', 'folder /', false],
  ['path /a', 'url /a?q', true],
  ['path /a', 'path /a/b', false],
  ['path /a/', 'folder /a/', false],
  ['url /a?q', 'url /a?q', true],
  ['url /a?q', 'url /a?p', false],
  ['url /a?q', 'path /a', false],
  ['path /my+film', 'path /my%20film', false],
])('a token of %s opens all that a token of %s opens: %s', (mine, theirs, expected) => {
  expect(judged(mine).holds(judged(theirs))).toBe(expected);
  expect(judged(mine).holds(judged(theirs, 'https://other.example'))).toBe(false);
});

describe('a scope', () => {
  test.each<unknown>([
    undefined,
    { kind: 'host', href: `${HOST}/` },
    { kind: 'folder', href: '/vod/' },
    { kind: 'folder', href: `${HOST}/vod//` },
    { kind: 'folder', href: `${HOST}/`, parts: [{ kind: 'path', href: `${HOST}/a;b` }] },
  ])('that cannot be judged is none: %j', (scope) => expect(judgeScope(scope as Scope)).toBeUndefined());

  test('of a folder without a `/` at its end counts for all of the folder above', () =>
    expect(judged('folder /a/vod').url.path).toBe('/a/'));

  test('is frozen with its parts: one hook cannot change what the next one sees', () => {
    const parts: Scope[] = [{ kind: 'url', href: `${HOST}/%76od/a?q` }];
    const { shown } = judgeScope({ kind: 'folder', href: `${HOST}/%76od/`, parts })!;
    expect(shown).toEqual({ kind: 'folder', href: `${HOST}/vod/`, parts: [{ kind: 'url', href: `${HOST}/vod/a?q` }] });
    expect([shown, shown.parts, ...shown.parts!].every((each) => Object.isFrozen(each))).toBe(true);
  });
});
