// @vitest-environment jsdom
import { beforeAll, describe, expect, test } from 'vitest';
import { servePage } from '../../../packages/cli/src/serve/serve-page.ts';

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

  test('without files it says so', async () => {
    const page = String(await servePage([], { folder: 'empty', hasPlugin: true }));
    expect(page).toContain('No .m3u8 or .mp4 file in this folder.');
    expect(page).not.toContain('<nav');
  });
});
