import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SignedRequest } from '../../../packages/core/src/index.ts';
import type { RefusalCause, RefusalFacts } from '../../../packages/core/src/requests/refusal-cause.ts';
import {
  noteAccepted,
  noteSentTo,
  noteSigned,
  overwrittenParameters,
  refusalCause,
  refusalMessage,
} from '../../../packages/core/src/requests/refusal-cause.ts';

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

const fresh: RefusalFacts = {
  status: 403,
  secondsLeft: 298,
  overwritten: [],
  attachesNothing: false,
  isEndpointAccepted: false,
};

/** Causes, each with a case, the facts by which the cause is known, and what its sentences have to say. */
const causes: [RefusalCause, string, Partial<RefusalFacts>, RegExp][] = [
  ['never accepted', '403 at once', {}, /answered 403 .*has accepted no token of this signing endpoint.*doctor/],
  ['never accepted', '401 at once, no time told', { status: 401, secondsLeft: undefined }, /answered 401/],
  [
    'no longer accepted',
    '403 after some that were let through',
    { isEndpointAccepted: true },
    /secret was changed at one/,
  ],
  ['clocks differ', '410 before its end', { status: 410 }, /lives for 298 s more: the clock of the edge is ahead/],
  [
    'clocks differ',
    '410 after some that were let through',
    { status: 410, isEndpointAccepted: true, secondsLeft: 7.6 },
    /lives for 8 s more/,
  ],
  [
    'expired, by an unknown clock',
    '410, and the endpoint tells no time',
    { status: 410, secondsLeft: undefined },
    /let the endpoint send 'now'/,
  ],
  [
    'nothing attached',
    'an empty query',
    { attachesNothing: true, status: 410 },
    /without one\. Let the signing endpoint/,
  ],
  ['ended', '403 after its end', { secondsLeft: -3600 }, /had ended 3600 s before, by its own clock/],
  ['ended', '410 at its end', { status: 410, secondsLeft: 0 }, /had ended 1 s before/],
  ['without CORS', 'no status after its end', { status: 0, secondsLeft: -2 }, /without CORS headers, or the network/],
  ['without CORS', 'no status, no time', { status: 0, secondsLeft: undefined }, /without CORS headers/],
  [
    'second token',
    'another value in the URL',
    { overwritten: ['st', 'e'] },
    /another value of 'st', 'e'.*xhrSetup.*the edge has redirected/,
  ],
  [
    'second token',
    'another value, whatever else is known',
    { overwritten: ['st'], status: 410, secondsLeft: -9, isEndpointAccepted: true },
    /answered 410 .*Take that out/,
  ],
];

describe('a refusal', () => {
  test.each(causes)('%s: %s', (cause, _, known, sentences) => {
    const facts = { ...fresh, ...known };
    expect(refusalCause(facts)).toBe(cause);
    expect(refusalMessage(facts)).toMatch(sentences);
    // what is wrong in the page itself, nobody finds from outside
    expect(refusalMessage(facts).endsWith("secure-token doctor URL --endpoint URL'.")).toBe(cause !== 'second token');
  });
});
