import { describe, expect, test } from 'vitest';
import { assertFitsElement, corsModeFor } from '../../../packages/media-element/src/element-request.ts';

const url = 'https://cdn.example.com/film.mp4';

describe('assertFitsElement', () => {
  test('a token in the URL or a cookie travels with an element, one in headers does not', () => {
    const request = { url: `${url}?st=SECRET`, source: url, headers: {}, credentials: true };
    expect(() => assertFitsElement(request)).not.toThrow();
    expect(() => assertFitsElement({ ...request, headers: { 'x-token': 'SECRET' } })).toThrow(
      expect.objectContaining({ code: 'ERR_SIGNING_RESPONSE', url, message: expect.not.stringContaining('SECRET') }),
    );
  });
});

describe('corsModeFor', () => {
  const byPage = { crossOrigin: null, isByWorker: false, isSameOrigin: false, credentials: false };
  test.each([
    ['nothing asks for CORS', null, byPage],
    ['a worker on another origin', 'anonymous', { ...byPage, isByWorker: true }],
    ['a worker on the origin of the page', null, { ...byPage, isByWorker: true, isSameOrigin: true }],
    ['as the page wants', 'anonymous', { ...byPage, crossOrigin: 'anonymous' }],
    ['a cookie without CORS goes along by itself', null, { ...byPage, credentials: true }],
    ['a cookie in CORS mode', 'use-credentials', { ...byPage, crossOrigin: 'anonymous', credentials: true }],
    ['the page has asked for it', 'use-credentials', { ...byPage, crossOrigin: 'use-credentials' }],
  ])('%s: %s', (_, expected, given) => {
    expect(corsModeFor(given)).toBe(expected);
  });
});
