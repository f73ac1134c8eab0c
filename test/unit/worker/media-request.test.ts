import { afterEach, expect, test, vi } from 'vitest';
import { boundedRange } from '../../../packages/worker/src/worker/media-request.ts';

const AGENTS = {
  chromium: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  headless: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  webkit: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/60.5 Safari/605.1.15',
};

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each(Object.entries(AGENTS))('%s: an open range of a file ends after 4 MiB, but in WebKit', (name, userAgent) => {
  vi.stubGlobal('navigator', { userAgent });
  const bounded = (path: string, range: string | null): string | null =>
    boundedRange(`https://cdn.example${path}`, range);
  const isBounded = name !== 'webkit';
  expect(bounded('/film.mp4', 'bytes=0-')).toBe(isBounded ? 'bytes=0-4194303' : 'bytes=0-');
  expect(bounded('/film.MP4?a=b.ts', 'bytes=1000-')).toBe(isBounded ? 'bytes=1000-4195303' : 'bytes=1000-');
  for (const range of ['bytes=0-1', 'bytes=-500', 'bytes=0-,5-', null]) expect(bounded('/film.mp4', range)).toBe(range);
  for (const path of ['/s1.ts', '/i.m3u8', '/film', '/film.mp4/i.m3u8'])
    expect(bounded(path, 'bytes=0-')).toBe('bytes=0-');
});
