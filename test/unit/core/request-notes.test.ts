import { afterEach, describe, expect, test, vi } from 'vitest';
import { noteSentTo, overwrittenParameters } from '../../../packages/core/src/requests/request-notes.ts';
import type { SignedRequest } from '../../../packages/core/src/index.ts';

afterEach(() => vi.unstubAllGlobals());

const signed = (url: string): SignedRequest =>
  ({ url, unsignedUrl: '/v/list.json', token: { query: { st: 'A' }, expires: 1 } }) as unknown as SignedRequest;

describe('a request that a player has asked for by a relative URL', () => {
  test('second token: none, and no error, where the page is unknown', () => {
    const request = signed('/v/list.json?st=A');
    noteSentTo(request, 'https://cdn.test/v/list.json?st=A');
    expect(overwrittenParameters(request)).toEqual([]);
  });

  test('second token: found by the address of the page', () => {
    vi.stubGlobal('location', { href: 'https://cdn.test/page.html' });
    const request = signed('/v/list.json?st=A');
    noteSentTo(request, 'https://cdn.test/v/list.json?st=A&st=OLD');
    expect(overwrittenParameters(request)).toEqual(['st']);
    noteSentTo(request, 'https://cdn.test/v/list.json?st=A');
    expect(overwrittenParameters(request)).toEqual([]);
  });
});
