import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codes } from '../../../packages/cli/src/doctor/codes.ts';
import { tokenFinder } from '../../../packages/cli/src/endpoint-answer.ts';
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
const seconds = NOW_MS / 1000;
const url = 'https://cdn.example.com/vod/7/a.m3u8';
const page: Page = { origin: 'https://app.example.com', isFrom: 'the caller' };

type Headed = Record<string, string | undefined>;
const answer = (status: number, headers: Headed = {}, body = ''): Answer => {
  const all: Headed = { 'access-control-allow-origin': '*', date: new Date(NOW_MS).toUTCString(), ...headers };
  const given = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { url, status, headers: new Headers(given), body, sentMs: NOW_MS, receivedMs: NOW_MS + 20 };
};
const failure: Failure = { url, failure: 'ECONNREFUSED' };
const refused = answer(403, { 'cache-control': 'no-store' });
const served = answer(200);

const edge = (more: Partial<EdgeObservations> = {}): EdgeObservations => ({
  url,
  withoutToken: refused,
  tampered: refused,
  good: served,
  token: { source: 'from the endpoint', names: [], cookies: false },
  ...more,
});
const token = { url, expires: seconds + 300, query: { st: 'x', e: '1' } };
const granted = (body: object): Answer => answer(200, { 'cache-control': 'no-store' }, JSON.stringify(body));
const endpoint = (body: object, more: Partial<EndpointObservations> = {}): EndpointObservations => ({
  url: 'https://api.example.com/token',
  asked: url,
  sendsCookies: false,
  initial: granted(body),
  ...more,
});
const sound = endpoint({ now: seconds, tokens: [token] });
const observed = (more: Partial<Observations> = {}): Observations => ({
  page,
  edge: edge(),
  children: [],
  endpoint: sound,
  ...more,
});
const codesOf = (more: Partial<Observations>): string[] => diagnose(observed(more)).map(({ code }) => code);
const severitiesOf = (more: Partial<Observations>): string[] =>
  diagnose(observed(more)).map(({ code, severity }) => `${code} ${severity}`);

test('docs/doctor.md has a row for each code, with its message, in the order of the findings', () => {
  const rows = readFileSync('docs/doctor.md', 'utf8').match(/^\| `(?:endpoint|edge|child)-.*$/gm);
  const shown = (text: string): string => text.replace(/\{(\w+)\}/g, '*$1*');
  expect(rows).toEqual(Object.entries(codes).map(([code, [message]]) => `| \`${code}\` | ${shown(message)} |`));
});

describe('a clock', () => {
  const at = (offset: number): Answer => answer(403, { date: new Date(NOW_MS + offset * 1000).toUTCString() });

  test('that edge and endpoint share is right, and that of this machine is wrong', () => {
    const ahead = endpoint({ now: seconds + 7200, tokens: [{ ...token, expires: seconds + 7500 }] });
    const ofEdge = edge({ withoutToken: at(7200), tampered: at(7200) });
    expect(codesOf({ edge: ofEdge, endpoint: ahead })).toEqual([]);
    expect(codesOf({ edge: ofEdge })).toEqual(['edge-clock']);
    expect(codesOf({ endpoint: ahead })).toEqual(['endpoint-clock']);
  });

  test('is not read from the date of an answer out of a cache', () => {
    const old = answer(200, { date: new Date(NOW_MS - 900_000).toUTCString(), age: '900' });
    const undated = answer(403, { date: undefined });
    expect(codesOf({ edge: edge({ withoutToken: undated, tampered: undated, good: old }) })).toEqual([]);
  });
});

describe('an edge', () => {
  test('that refuses a valid token: the finding says where the token is from, and names no query', () => {
    const message = 'The edge answers 403 to a valid token, from the endpoint.';
    expect(diagnose(observed({ edge: edge({ good: answer(403) }) }))[0]).toMatchObject({ message, url });
  });

  test('that is open accepts a changed token, too: that is told once', () => {
    expect(codesOf({ edge: edge({ withoutToken: served, tampered: served, expired: served }) })).toEqual(['edge-open']);
  });

  test('that serves out of a warm cache: the cache is told', () => {
    expect(codesOf({ edge: edge({ withoutToken: answer(200, { 'x-cache': 'HIT' }) }) })).toEqual([
      'edge-caches-across-tokens',
    ]);
  });

  test('on the origin of the page needs no CORS', () => {
    const own = edge({ withoutToken: answer(403, { 'access-control-allow-origin': undefined }) });
    expect(codesOf({ edge: own })).toEqual(['edge-cors-missing-on-refusal']);
    expect(codesOf({ edge: own, page: { ...page, origin: 'https://cdn.example.com' }, endpoint: undefined })).toEqual(
      [],
    );
  });

  test('without CORS is a warning unless the caller names the page, and nothing if it lists pages and nobody does', () => {
    const of = (isFrom: Page['isFrom'], headers: Headed = {}): string[] =>
      severitiesOf({
        page: { ...page, isFrom },
        edge: edge({ good: answer(200, { 'access-control-allow-origin': undefined, ...headers }) }),
      });
    expect(of('the caller')).toEqual(['edge-cors-missing error']);
    expect(of('the endpoint')).toEqual(['edge-cors-missing warning']);
    expect(of('nobody')).toEqual(['edge-cors-missing warning']);
    expect(of('nobody', { vary: 'Accept-Encoding, Origin' })).toEqual([]);
  });

  test.each<[string, string, EdgeObservations]>([
    ['over http, below a page over https', 'edge-unreachable', edge({ url: 'http://cdn.example.com/a.m3u8' })],
    ['that answers 404 to a good token', 'edge-fails', edge({ good: answer(404) })],
    ['that answers 502 to a good token', 'edge-fails', edge({ good: answer(502) })],
    ['that redirects a good token', 'edge-fails', edge({ good: answer(302, { location: '/b.m3u8' }) })],
  ])('%s: %s', (_, code, seen) => {
    expect(codesOf({ edge: seen })).toEqual([code]);
  });
});

describe('an endpoint', () => {
  test.each<[string, object, string]>([
    ['expires as text', { ...token, expires: '1795500300' }, 'endpoint-malformed'],
    ['a lifetime in place of the end', { ...token, expires: 300 }, 'endpoint-malformed'],
    ['another URL', { ...token, url: `${url}8` }, 'endpoint-no-token-for-url'],
    ['another query', { ...token, url: `${url}?a` }, 'endpoint-no-token-for-url'],
    ['no carrier', { url, expires: token.expires, query: null }, 'endpoint-no-carrier'],
    ['nine seconds', { ...token, expires: seconds + 9 }, 'endpoint-lifetime'],
    ['60 s in milliseconds', { ...token, expires: seconds + 60_000 }, 'endpoint-lifetime'],
  ])('that sends a token with %s', (_, sent, code) => {
    expect(codesOf({ endpoint: endpoint({ now: seconds, tokens: [sent] }) })).toEqual([code]);
  });

  test('that sends milliseconds: all members are named', () => {
    const late = endpoint({ now: NOW_MS, tokens: [{ ...token, expires: NOW_MS }] });
    expect(diagnose(observed({ endpoint: late }))[0]?.message).toContain('milliseconds: `now`, `expires`.');
  });

  test('that sends no URL with a token opens what was asked for; with anyQuery, any query', () => {
    const bare = { expires: token.expires, query: token.query, url: null };
    expect(codesOf({ endpoint: endpoint({ now: seconds, tokens: [bare] }) })).toEqual([]);
    const any = endpoint({ now: seconds, tokens: [{ ...token, anyQuery: true }] }, { asked: `${url}?quality=hd` });
    expect(codesOf({ endpoint: any })).toEqual([]);
  });

  test('that fails is told with the first line of its body, and not as a lost network', () => {
    const failing = answer(500, {}, '<h1>ReferenceError</h1>\nat x.js:1');
    const found = diagnose(observed({ endpoint: { ...sound, initial: failing, preflight: answer(500) } }));
    expect(found.map(({ message }) => message)).toEqual(['The endpoint answers 500 to a call: "ReferenceError".']);
  });
});

describe('the files of a playlist', () => {
  const child = { kind: 'segment', isDenied: false, source: '', withoutToken: refused, good: refused };

  test('have a fault in common: it is one finding', () => {
    const children = [1, 2, 3].map((i) => ({ ...child, url: `https://cdn.example.com/vod/7/${i}.ts` }));
    expect(codesOf({ children })).toEqual(['child-refused']);
  });

  test('over http, below https: browsers block them, except on loopback', () => {
    const told = (where: string): string | undefined =>
      diagnose(observed({ children: [{ ...child, url: where, good: { ...served, url: where } }] }))[0]?.message;
    expect(told('http://cdn.example.com/vod/7/s.ts')).toContain('http, which browsers block below https');
    for (const host of ['127.0.0.1:8080', 'localhost', '[::1]'])
      expect(told(`http://${host}/vod/7/s.ts`)).not.toContain('browsers block');
  });

  test('on a second host: with tokens a note, without a warning', () => {
    const there = { ...child, url: 'https://cdn2.example.com/vod/7/s.ts', good: undefined! };
    expect(severitiesOf({ children: [{ ...there, good: served }] })).toEqual(['child-other-host note']);
    expect(severitiesOf({ children: [{ ...there, isDenied: true }] })).toEqual(['child-other-host warning']);
  });
});

test('a URL gets the token of its own, then that of the longest prefix, then one that does not say what it opens', () => {
  const origin = 'https://cdn.example.com';
  const [all, short, long] = [{}, { prefix: `${origin}/` }, { prefix: `${origin}/vod/` }];
  const own = { url: `${url}?a`, anyQuery: true };
  expect(tokenFinder([all, short, long, own])(url)).toBe(own);
  expect(tokenFinder([all, short, long, own])(`${origin}/vod/b.ts`)).toBe(long);
  expect(tokenFinder([all, { prefix: 'vod/' }])(url)).toBe(all);
  expect(tokenFinder([{ url: 5 }])(url)).toBeUndefined();
});

test('the exit status is 0 for notes, 1 for anything else, 2 where nobody could be asked', () => {
  const statusOf = (more: Partial<Observations>): number => exitStatus(diagnose(observed(more)), observed(more));
  const down = edge({ withoutToken: failure, tampered: undefined!, good: undefined! });
  expect(statusOf({})).toBe(0);
  expect(statusOf({ edge: down })).toBe(1);
  expect(statusOf({ endpoint: { ...sound, initial: failure } })).toBe(1);
  expect(statusOf({ edge: down, endpoint: { ...sound, initial: failure } })).toBe(2);
  expect(statusOf({ edge: down, endpoint: undefined })).toBe(2);
});
