import { expect, test } from 'vitest';
import { crossOriginOfPage, noteCrossOrigin } from '../../../packages/media-element/src/cors-mode.ts';

const element = (crossOrigin: string | null): HTMLMediaElement => ({ crossOrigin }) as HTMLMediaElement;
const give = (media: HTMLMediaElement, crossOrigin: string | null): void => {
  noteCrossOrigin(media, crossOrigin);
  media.crossOrigin = crossOrigin;
};

test.each([null, 'anonymous', 'use-credentials'])('crossOrigin %s that the page has set counts', (crossOrigin) => {
  expect(crossOriginOfPage(element(crossOrigin))).toBe(crossOrigin);
});

test('crossOrigin that a worker or a cookie needed is not that of the page, also after several sources', () => {
  const media = element(null);
  for (const given of ['anonymous', 'use-credentials', 'use-credentials', null, 'anonymous']) {
    give(media, given);
    expect(crossOriginOfPage(media)).toBeNull();
  }
});

test('crossOrigin that the page sets after our first source counts for the next ones', () => {
  const media = element(null);
  give(media, null);
  media.crossOrigin = 'anonymous';
  give(media, 'use-credentials');
  expect(crossOriginOfPage(media)).toBe('anonymous');
  media.crossOrigin = null;
  expect(crossOriginOfPage(media)).toBeNull();
});

test('another element has a crossOrigin of its own', () => {
  give(element('anonymous'), 'use-credentials');
  expect(crossOriginOfPage(element('use-credentials'))).toBe('use-credentials');
});
