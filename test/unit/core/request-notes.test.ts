import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  noteAccepted,
  noteSentTo,
  noteSigned,
  overwrittenParameters,
} from '../../../packages/core/src/requests/refusal-cause.ts';
import type { SignedRequest } from '../../../packages/core/src/index.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

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

describe('a request that the edge accepts', () => {
  const URL_OF_TOKEN = 'https://cdn.test/v/list.json?st=A';
  const acceptedAt = (...urls: string[]): unknown[] => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const source = {};
    for (const url of urls) {
      const request = signed(URL_OF_TOKEN);
      noteSigned(request, source);
      noteAccepted(request, url);
    }
    return warn.mock.calls.map(([line]: unknown[]) => line);
  };

  test('an earlier xhrSetup has put its own token in: the console is told once, without the token', () => {
    const lines = acceptedAt('https://cdn.test/v/list.json?st=OLD', 'https://cdn.test/v/list.json?st=OTHER');
    expect(lines).toEqual([
      expect.stringMatching(/another value of 'st'.*xhrSetup.*the edge has redirected.*migrate\.md/),
    ]);
    expect(lines.join()).not.toMatch(/OLD|OTHER/);
  });

  test.each([
    ['it went where it was to go', URL_OF_TOKEN],
    ['nobody tells where it went', ''],
    ['another adapter has taken the token off the URL that is told', 'https://cdn.test/v/list.json'],
    ['a redirect has led it elsewhere', 'https://other.test/v/list.json?st=B'],
  ])('%s: nothing is told', (_, url) => {
    expect(acceptedAt(url)).toEqual([]);
  });
});
