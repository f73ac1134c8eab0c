import { afterEach, expect, test, vi } from 'vitest';
import { foldersOf, isIn, folderOf, resolveUrl, shownUrl } from '../../../packages/core/src/url-text.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const base = 'https://cdn.test/';

test('a URL of up to 16,000 characters is a URL: V8 is slow with maps of longer ones', () => {
  const longest = base + 'a'.repeat(16_000 - base.length);
  expect(resolveUrl(longest)).toBe(longest);
  expect(resolveUrl(`${longest}#fragments do not count`)).toBe(longest);
  expect(resolveUrl(`${longest}a`)).toBe('');
});

test('only http(s) is a URL that a token may be for, and a relative URL needs a page', () => {
  expect(resolveUrl('http://cdn.test/a')).toBe('http://cdn.test/a');
  for (const url of ['blob:https://cdn.test/1', 'data:,https://a', 'ftp://cdn.test/a', 'skd://https', 'a.ts', ''])
    expect(resolveUrl(url), url).toBe('');
  vi.stubGlobal('location', { href: `${base}worker.js` });
  expect(resolveUrl('a.ts'), 'in a worker').toBe(`${base}a.ts`);
});

test('the folders of a URL are those of its path, the deepest first', () => {
  expect([...foldersOf(`${base}a/b/c?x=/d/`)]).toEqual([`${base}a/b/`, `${base}a/`, base]);
  expect([...foldersOf('http://a/')]).toEqual(['http://a/']);
  expect([...foldersOf('http://')]).toEqual([]);
});

test('a folder as a rule is the folder, with what lies in it: /vod is not /vodka', () => {
  const folder = folderOf('https://cdn.test/vod?x#f');
  expect(folder).toBe('https://cdn.test/vod/');
  expect(folderOf('https://cdn.test/vod/')).toBe(folder);
  expect(isIn(folder, 'https://cdn.test/vod?x')).toBe(true);
  expect(isIn(folder, 'https://cdn.test/vod/a?x')).toBe(true);
  expect(isIn(folder, 'https://cdn.test/vodka')).toBe(false);
});

test.each([
  ['https://me:pass@cdn.test/a?st=1\n&e=2#x', 'https://cdn.test/a?…'],
  ['https://cdn.test/a#access_token=1', 'https://cdn.test/a?…'],
  ['https://cdn.test/@home/a', 'https://cdn.test/@home/a'],
  ['a/https://me@cdn.test/', 'a/https://me@cdn.test/'],
])('%j is shown as %j', (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
});
