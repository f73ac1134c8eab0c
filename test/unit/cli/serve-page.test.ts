// @vitest-environment jsdom
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createServeApp } from '../../../packages/cli/src/serve/serve-app.ts';
import { servePage } from '../../../packages/cli/src/serve/serve-page.ts';
import { edgeAuth } from '../../../packages/server/src/index.ts';

describe('servePage', () => {
  let document: Document;
  beforeAll(async () => {
    const files = ['film.mp4', 'series <one>/1/master.m3u8', 'series <one>/1/extra.mp4', 'series <one>/2/master.m3u8'];
    const page = await servePage(
      files.map((path) => ({ path, link: `/signed/${encodeURI(path)}`, source: undefined })),
      { folder: 'my films', hasPlugin: false },
    );
    document = new DOMParser().parseFromString(String(page), 'text/html');
  });
  const texts = (selector: string): string[] =>
    [...document.querySelectorAll(selector)].map(({ textContent }) => textContent.trim());

  test('names the folder that is served, and each one within', () => {
    expect(texts('h1')).toEqual(['Your protected files in my films']);
    expect(texts('h2')).toEqual(['series <one>/1/', 'series <one>/2/']);
    expect(document.title).toContain('my films');
  });

  test('lists the files below the name of their folder', () => {
    const lists = [...document.querySelectorAll('ul')].map((list) => [
      list.previousElementSibling?.textContent,
      [...list.querySelectorAll('span')].map(({ textContent }) => textContent),
    ]);
    expect(lists).toEqual([
      [undefined, ['film.mp4']],
      ['series <one>/1/', ['series <one>/1/master.m3u8', 'series <one>/1/extra.mp4']],
      ['series <one>/2/', ['series <one>/2/master.m3u8']],
    ]);
  });

  test('everything that is read lies in a landmark, and what is no text has a name', () => {
    const outside = [...document.body.childNodes].filter((node) => {
      const isLandmark = /^(?:HEADER|MAIN|FOOTER)$/.test(node.nodeName);
      return !isLandmark && node.nodeName !== 'SCRIPT' && node.textContent?.trim();
    });
    expect(outside).toEqual([]);
    expect(document.documentElement.lang).toBe('en');
    for (const element of document.querySelectorAll('video, nav'))
      expect(element.getAttribute('aria-label')).toBeTruthy();
    expect(texts('li a')[0]).toBe('film.mp4 MP4');
  });

  test('a file whose path the format cannot sign has no link, and the others have theirs', async () => {
    const root = mkdtempSync(join(tmpdir(), 'serve-page-'));
    mkdirSync(join(root, 'a~b'));
    for (const path of ['a~b/x.mp4', 'y.mp4']) writeFileSync(join(root, path), '');
    const format = edgeAuth({ key: 'ab'.repeat(16) });
    const app = createServeApp({ root, format, ttl: 60, playerFiles: undefined, isNamed: () => true });
    const response = await app.request('http://127.0.0.1/');
    rmSync(root, { recursive: true });
    expect(response.status).toBe(200);
    const items = [...new DOMParser().parseFromString(await response.text(), 'text/html').querySelectorAll('li')];
    expect(items.map((item) => [item.textContent.trim(), item.querySelector('a') !== null])).toEqual([
      ['y.mp4 MP4', true],
      ['a~b/x.mp4 MP4 The format cannot sign this path: rename it.', false],
    ]);
  });

  test('without files it says so', async () => {
    const page = String(await servePage([], { folder: 'empty', hasPlugin: true }));
    expect(page).toContain('No .m3u8 or .mp4 file in this folder.');
    expect(page).not.toContain('<nav');
  });
});
