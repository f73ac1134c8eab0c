import { describe, expect, test } from 'vitest';
import { diagnose, exitStatus } from '../../../packages/cli/src/doctor/diagnose.ts';
import type {
  Answer,
  EdgeObservations,
  EndpointObservations,
  Failure,
  Observations,
  Page,
} from '../../../packages/cli/src/doctor/observations.ts';

const NOW_MS = 1_795_500_000_000;
const url = 'https://cdn.example.com/vod/7/a.m3u8';
const endpointUrl = 'https://api.example.com/token';
const page: Page = { origin: 'https://app.example.com', isFrom: 'the caller' };
const cors = { 'access-control-allow-origin': '*', date: new Date(NOW_MS).toUTCString() };

const answer = (status: number, headers: Record<string, string | undefined> = {}, body?: string): Answer => {
  const all: Record<string, string | undefined> = { ...cors, ...headers };
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const seen = { url, status, headers: new Headers(given), sentMs: NOW_MS, receivedMs: NOW_MS + 20 };
  return body === undefined ? seen : { ...seen, body };
};
const failure: Failure = { url, failure: 'ECONNREFUSED' };
const refused = answer(403, { 'cache-control': 'no-store' });
const served = answer(200, { 'content-type': 'application/vnd.apple.mpegurl' }, '#EXTM3U\n');

const edge = (more: Partial<EdgeObservations> = {}): EdgeObservations => ({
  url,
  travel: { headers: [], cookies: false },
  source: 'from the endpoint',
  withoutToken: refused,
  tampered: refused,
  good: served,
  withoutTokenAgain: refused,
  ...more,
});
const seconds = NOW_MS / 1000;
const token = { url, expires: seconds + 300, query: { st: 'x', e: '1' } };
const initial = (body: object, headers: Record<string, string | undefined> = {}): Answer => ({
  ...answer(
    200,
    { 'access-control-allow-origin': page.origin, 'cache-control': 'no-store', ...headers },
    JSON.stringify(body),
  ),
  url: endpointUrl,
});
const endpoint = (body: object, more: Partial<EndpointObservations> = {}): EndpointObservations => ({
  url: endpointUrl,
  asked: url,
  sendsCookies: false,
  initial: initial(body),
  ...more,
});
const sound = endpoint({ now: seconds, tokens: [token] });
const observed = (more: Partial<Observations> = {}): Observations => ({
  page,
  patience: 4,
  edge: edge(),
  children: [],
  endpoint: sound,
  ...more,
});
const codesOf = (observations: Observations): string[] => diagnose(observations).map(({ code }) => code);

describe('diagnose', () => {
  test('finds nothing where all is well', () => {
    expect(diagnose(observed())).toEqual([]);
  });

  test('a clock that is behind explains a refusal: the secret is not blamed, too', () => {
    const late = endpoint({ now: seconds - 600, tokens: [{ ...token, expires: seconds - 300 }] });
    expect(
      codesOf(
        observed({
          endpoint: late,
          edge: edge({ good: answer(403), expires: seconds - 300, withoutTokenAgain: undefined! }),
        }),
      ),
    ).toEqual(['endpoint-clock']);
  });

  test('a clock of this machine that is wrong is the fault of neither: edge and endpoint agree', () => {
    const date = new Date(NOW_MS + 7_200_000).toUTCString();
    const all = { withoutToken: answer(403, { date }), tampered: answer(403, { date }), good: served };
    const ahead = endpoint({ now: seconds + 7200, tokens: [{ ...token, expires: seconds + 7500 }] });
    expect(codesOf(observed({ edge: edge(all), endpoint: ahead }))).toEqual([]);
    expect(codesOf(observed({ edge: edge(all) }))).toContain('edge-clock');
    expect(codesOf(observed({ endpoint: ahead }))).toEqual(['endpoint-clock']);
  });

  test.each([4, -4])('clocks that are %d s apart are one clock', (off) => {
    const date = new Date(NOW_MS + off * 1000).toUTCString();
    expect(codesOf(observed({ edge: edge({ withoutToken: answer(403, { date }) }) }))).toEqual([]);
  });

  test('the date of an answer out of a cache is no clock', () => {
    const old = answer(200, { date: new Date(NOW_MS - 900_000).toUTCString(), age: '900' }, '#EXTM3U');
    const withType = { ...old, headers: new Headers([...old.headers, ['content-type', 'audio/mpegurl']]) };
    const undated = answer(403, { date: undefined, 'cache-control': 'no-store' });
    const all = { withoutToken: undated, tampered: undated, withoutTokenAgain: undated, good: withType };
    expect(codesOf(observed({ edge: edge(all) }))).toEqual([]);
  });

  test('an open edge accepts a changed token, too: that is told once', () => {
    expect(codesOf(observed({ edge: edge({ withoutToken: served, tampered: served, expired: served }) }))).toEqual([
      'edge-open',
    ]);
  });

  test('what is served out of a warm cache without a token is the doing of the cache', () => {
    const hit = answer(200, { 'x-cache': 'HIT', 'content-type': 'audio/mpegurl' }, '#EXTM3U');
    expect(codesOf(observed({ edge: edge({ withoutToken: hit }) }))).toEqual(['edge-caches-across-tokens']);
  });

  test('http below https is insecure, on loopback it is not', () => {
    const child = { kind: 'segment', isDenied: false, source: '', good: answer(200), withoutToken: refused };
    const at = (where: string): Observations =>
      observed({ children: [{ ...child, url: where, good: { ...answer(200), url: where } }] });
    const told = (where: string): string | undefined => diagnose(at(where))[0]?.message;
    expect(told('http://cdn.example.com/vod/7/s.ts')).toContain('http, which browsers block below https');
    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]'])
      expect(told(`http://${host}/vod/7/s.ts`)).not.toContain('browsers block');
  });

  test('a second host with tokens is a note, one without is a warning', () => {
    const where = 'https://cdn2.example.com/vod/7/s.ts';
    const child = { url: where, kind: 'segment', isDenied: false, source: 'from the endpoint', withoutToken: refused };
    const told = (more: object): string[] =>
      diagnose(observed({ children: [{ ...child, ...more }] })).map(({ code, severity }) => `${code} ${severity}`);
    expect(told({ good: served })).toEqual(['child-other-host note']);
    expect(told({ isDenied: true })).toEqual(['child-other-host warning']);
  });

  test('CORS is judged for any page: a warning unless the caller names the page, and not for a list without it', () => {
    const lists = { 'access-control-allow-origin': undefined, vary: 'Accept-Encoding, Origin' };
    const of = (isFrom: Page['isFrom'], headers: Record<string, string | undefined>): string[] => {
      const good = answer(200, { ...headers, 'content-type': 'audio/mpegurl' }, '#EXTM3U');
      const found = diagnose(observed({ page: { ...page, isFrom }, edge: edge({ good }) }));
      return found.map(({ code, severity }) => `${code} ${severity}`);
    };
    expect(of('the caller', lists)).toEqual(['edge-cors-missing error']);
    expect(of('the endpoint', lists)).toEqual(['edge-cors-missing warning']);
    expect(of('nobody', lists)).toEqual([]);
    expect(of('nobody', { ...lists, vary: undefined })).toEqual(['edge-cors-missing warning']);
  });

  test('the page of the origin of the edge needs no CORS', () => {
    const none = { 'access-control-allow-origin': undefined };
    const own = edge({ withoutToken: answer(403, { ...none, 'cache-control': 'no-store' }) });
    const ofItsOwn = { page: { ...page, origin: 'https://cdn.example.com' }, edge: own };
    expect(codesOf(observed(ofItsOwn)).filter((code) => code.startsWith('edge-'))).toEqual([]);
    expect(codesOf(observed({ edge: own }))).toEqual(['edge-cors-missing-on-refusal']);
  });

  test.each<[string, object, string]>([
    ['expires as text', { ...token, expires: '1795500300' }, 'endpoint-malformed'],
    ['a lifetime in place of the end', { ...token, expires: 300 }, 'endpoint-malformed'],
    ['milliseconds', { ...token, expires: NOW_MS }, 'endpoint-milliseconds'],
    ['another URL', { ...token, url: `${url}8` }, 'endpoint-no-token-for-url'],
    ['no carrier', { url, expires: token.expires, query: null }, 'endpoint-no-carrier'],
    ['nine seconds', { ...token, expires: seconds + 9 }, 'endpoint-lifetime'],
    ['60 s in milliseconds', { ...token, expires: seconds + 60_000 }, 'endpoint-lifetime'],
  ])('a token with %s', (_, sent, code) => {
    expect(codesOf(observed({ endpoint: endpoint({ now: seconds, tokens: [sent] }) }))[0]).toBe(code);
  });

  test('a token without url and prefix opens what was asked for; anyQuery, any query', () => {
    const bare = { expires: token.expires, query: token.query, url: null };
    expect(codesOf(observed({ endpoint: endpoint({ now: seconds, tokens: [bare] }) }))).toEqual([]);
    const asked = `${url}?quality=hd`;
    const of = (sent: object): string[] =>
      codesOf(observed({ endpoint: endpoint({ now: seconds, tokens: [sent] }, { asked }) }));
    expect(of({ ...token, anyQuery: true })).toEqual([]);
    expect(of(token)).toEqual(['endpoint-no-token-for-url']);
  });

  test.each<[string, Partial<EdgeObservations>, RegExp]>([
    ['a token that is genuine by the secret: the edge is wrong', { isGenuine: true }, /, so the edge is wrong: /],
    [
      'one that is not, and an own one that is served: the endpoint is',
      { isGenuine: false, own: served },
      /: the endpoint has/,
    ],
    [
      'neither is let through: the secret is that of neither',
      { isGenuine: false, own: refused },
      /: the edge has neither/,
    ],
  ])('the secret, given with the endpoint: %s', (_, seen, message) => {
    const found = diagnose(observed({ edge: edge({ good: answer(403), withoutTokenAgain: undefined!, ...seen }) }));
    expect(found.find(({ code }) => code === 'edge-refuses-valid')?.message).toMatch(message);
  });

  test('what is served without a token comes out of a cache where the folder wants one of a file that is not there', () => {
    const of = (more: Partial<EdgeObservations>): string[] =>
      codesOf(observed({ edge: edge({ withoutToken: served, siblingWithoutToken: refused, ...more }) }));
    expect(of({ sibling: answer(404) })).toEqual(['edge-caches-across-tokens']);
    expect(of({ sibling: refused })).toEqual(['edge-open']);
    expect(of({})).toEqual(['edge-open']);
  });

  test('milliseconds are told of all members that have them', () => {
    const late = endpoint({ now: NOW_MS, tokens: [{ ...token, expires: NOW_MS }] });
    expect(diagnose(observed({ endpoint: late }))[0]?.message).toContain('`now` and `expires` are in milliseconds');
  });

  test('a fault of several files is one finding', () => {
    const child = { kind: 'segment', isDenied: false, source: '', withoutToken: refused, good: refused };
    const children = [1, 2, 3].map((i) => ({ ...child, url: `https://cdn.example.com/vod/7/${i}.ts` }));
    expect(codesOf(observed({ children }))).toEqual(['child-refused']);
  });

  test('a 5xx of the endpoint is told with the first line of its body, and not as a lost network', () => {
    const failing = { ...initial({}), status: 500, body: '<h1>ReferenceError</h1>\nat x.js:1' };
    const preflight = answer(500);
    const [found, ...others] = diagnose(observed({ endpoint: { ...sound, initial: failing, preflight } }));
    expect([found?.code, others]).toEqual(['endpoint-fails', []]);
    expect(found?.message).toBe('The endpoint answers 500 to a call: "ReferenceError".');
  });

  test.each<[string, string, Partial<Observations>]>([
    ['endpoint-unreachable', 'an endpoint over http', { endpoint: { ...sound, url: 'http://api.example.com/token' } }],
    ['endpoint-fails', '415 of the endpoint', { endpoint: { ...sound, initial: { ...initial({}), status: 415 } } }],
    ['edge-unreachable', 'an edge over http', { edge: edge({ url: 'http://cdn.example.com/a.m3u8' }) }],
    ['edge-clock', '410 to a fresh token alone', { edge: edge({ good: answer(410), withoutTokenAgain: undefined! }) }],
    [
      'edge-clock',
      'an expired token accepted, a longer expired one not',
      { edge: edge({ expired: served, longExpired: refused }) },
    ],
    ['edge-fails', '404 to a good token', { edge: edge({ good: answer(404), withoutTokenAgain: undefined! }) }],
    ['edge-fails', '502 to a good token', { edge: edge({ good: answer(502), withoutTokenAgain: undefined! }) }],
  ])('%s: %s', (code, _, seen) => {
    expect(codesOf(observed(seen))).toEqual([code]);
  });

  test('texts say what was seen, and a finding names no query', () => {
    const [found] = diagnose(observed({ edge: edge({ good: answer(403) }) }));
    expect(found).toEqual({
      code: 'edge-refuses-valid',
      severity: 'error',
      message: 'The edge answers 403 to a valid token, from the endpoint.',
      remedy: expect.stringMatching(/^Give edge and signer the same secret/),
      url,
    });
  });
});

describe('exit status', () => {
  const statusOf = (observations: Observations): number => exitStatus(diagnose(observations), observations);
  const down = edge({ withoutToken: failure, tampered: undefined!, good: undefined! });

  test('is 0 for notes, 1 for anything else, 2 where nobody could be asked', () => {
    expect(statusOf(observed())).toBe(0);
    expect(statusOf(observed({ edge: down }))).toBe(1);
    expect(statusOf(observed({ endpoint: { ...sound, initial: failure } }))).toBe(1);
    expect(statusOf(observed({ edge: down, endpoint: { ...sound, initial: failure } }))).toBe(2);
    expect(statusOf({ page, patience: 4, edge: down, children: [] })).toBe(2);
  });
});
