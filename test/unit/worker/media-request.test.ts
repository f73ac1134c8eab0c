import { afterEach, describe, expect, test, vi } from 'vitest';
import { boundedRange, isMediaRequest } from '../../../packages/worker/src/worker/media-request.ts';

const AGENTS = {
  chromium: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  headless: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  webkit: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/60.5 Safari/605.1.15',
};

describe('isMediaRequest', () => {
  test.each([
    ['GET', 'video', true],
    ['GET', 'audio', true],
    ['GET', 'track', true],
    ['HEAD', 'video', false],
    ['GET', '', false],
    ['GET', 'image', false],
    ['GET', 'audioworklet', false],
  ])('%s for "%s": %s', (method, destination, expected) => {
    expect(isMediaRequest({ method, destination } as Request)).toBe(expected);
  });
});

describe('boundedRange', () => {
  afterEach(() => vi.unstubAllGlobals());
  const bounded = (agent: string, path: string, range: string | null): string | null => {
    vi.stubGlobal('navigator', { userAgent: agent });
    return boundedRange(`https://cdn.example${path}`, range);
  };

  test.each([AGENTS.chromium, AGENTS.headless, AGENTS.firefox])(
    'bounds what has no end, of progressive files',
    (agent) => {
      expect(bounded(agent, '/film.mp4', 'bytes=0-')).toBe('bytes=0-4194303');
      expect(bounded(agent, '/film.MP4?a=b.ts', 'bytes=1000-')).toBe('bytes=1000-4195303');
      for (const range of ['bytes=0-1', 'bytes=-500', 'bytes=0-,5-', null])
        expect(bounded(agent, '/film.mp4', range)).toBe(range);
      for (const path of ['/s1.ts', '/i.m3u8', '/s1.m4s', '/film', '/film.mp4/i.m3u8'])
        expect(bounded(agent, path, 'bytes=0-')).toBe('bytes=0-');
    },
  );

  test('not in WebKit, which would take it for the end of the file', () => {
    expect(bounded(AGENTS.webkit, '/film.mp4', 'bytes=1000-')).toBe('bytes=1000-');
  });
});
