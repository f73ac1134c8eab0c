import { describe, expect, test } from 'vitest';
import { representation } from '../../../packages/progressive/src/content-range.ts';

const of = (status: number, headers: Record<string, string>) => representation(new Response(null, { status, headers }));

describe('representation', () => {
  test.each([
    ['a part', 206, { 'content-range': 'bytes 500-999/2000', 'content-length': '500' }, 500, 2000],
    [
      'a part of a file of unknown length',
      206,
      { 'content-range': 'bytes 500-999/*', 'content-length': '500' },
      500,
      undefined,
    ],
    ['a part in words of its own', 206, { 'content-range': '500-999/2000' }, NaN, undefined],
    ['beyond the end', 416, { 'content-range': 'bytes */2000' }, 0, 2000],
    ['the whole', 200, { 'content-length': '2000' }, 0, 2000],
    ['the whole, packed', 200, { 'content-length': '700', 'content-encoding': 'gzip' }, 0, undefined],
    ['the whole, as it is made', 200, {}, 0, undefined],
    ['a part that CORS hides', 206, { 'content-length': '500' }, NaN, undefined],
  ])('%s', (_, status, headers, start, total) => {
    expect(of(status, headers as unknown as Record<string, string>)).toMatchObject({ start, total });
  });

  test('is known by a strong ETag, else by its date', () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    expect(of(200, { etag: '"a"', 'last-modified': date }).validator).toBe('"a"');
    expect(of(200, { etag: 'W/"a"', 'last-modified': date }).validator).toBe(date);
    expect(of(200, { etag: 'W/"a"' }).validator).toBeUndefined();
  });
});
