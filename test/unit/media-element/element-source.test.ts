import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { untouchedRequest } from 'secure-token-core/adapter';
import { assertFitsElement, elementSource } from '../../../packages/media-element/src/element-source.ts';

const url = 'https://cdn.example.com/film.mp4';

describe('assertFitsElement', () => {
  test('a token in the URL or a cookie travels with an element, one in headers does not', () => {
    const request = { ...untouchedRequest(url), url: `${url}?st=SECRET`, credentials: true };
    expect(() => assertFitsElement(request)).not.toThrow();
    expect(() => assertFitsElement({ ...request, headers: { 'x-token': 'SECRET' } })).toThrow(
      expect.objectContaining({ code: 'ERR_SIGNING_RESPONSE', url, message: expect.not.stringContaining('SECRET') }),
    );
  });
});

describe('elementSource', () => {
  const page = 'https://www.example.com';
  beforeAll(() => {
    vi.stubGlobal('location', { origin: page });
    vi.stubGlobal('document', { baseURI: `${page}/watch/` });
  });
  afterAll(() => vi.unstubAllGlobals());

  const byPage = { crossOrigin: null, isByWorker: false, credentials: false };
  test.each([
    ['nothing asks for CORS', null, url, byPage],
    ['a worker on another origin', 'anonymous', url, { ...byPage, isByWorker: true }],
    ['a worker on the origin of the page', null, `${page}/film.mp4`, { ...byPage, isByWorker: true }],
    ['as the page wants', 'anonymous', url, { ...byPage, crossOrigin: 'anonymous' }],
    ['a cookie without CORS goes along by itself', null, url, { ...byPage, credentials: true }],
    ['a cookie in CORS mode', 'use-credentials', url, { ...byPage, crossOrigin: 'anonymous', credentials: true }],
    ['the page has asked for it', 'use-credentials', url, { ...byPage, crossOrigin: 'use-credentials' }],
  ])('%s: %s', (_, expected, source, { credentials, isByWorker, crossOrigin }) => {
    const request = { ...untouchedRequest(source), url: `${source}?st=SECRET`, credentials };
    expect(elementSource(request, isByWorker, crossOrigin)).toEqual({
      src: isByWorker ? source : request.url,
      crossOrigin: expected,
    });
  });

  test('as the browser will write it', () => {
    const request = { ...untouchedRequest('../film.mp4'), url: `../film.mp4?note=it's` };
    expect(elementSource(request, false, null).src).toBe(`${page}/film.mp4?note=it%27s`);
  });
});
