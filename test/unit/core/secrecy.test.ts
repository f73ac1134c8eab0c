import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { SignedRequest, Token } from 'secure-token-core';
import { hideSignedUrl, textWithoutToken, untouchedRequest } from 'secure-token-core/adapter';
import { hls } from 'secure-token-core/playlists';
import type { Answer } from './lab-answers.ts';
import { each, fail, folder, inTurn } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { fakeTime, lab, watch } from './lab.ts';
import { START, advanceSeconds } from './lab-time.ts';
import { CDN, FOLDER, MASTER, playlist, segment } from './lab-urls.ts';

fakeTime();

const SECRET = 'SECRET'.repeat(3);
const held = (tokens: Partial<Token>[], more = {}, answer?: Answer): Lab =>
  lab(answer, { tokens: tokens.map((it) => ({ prefix: FOLDER, expires: START + 60, ...it })), ...more });

const token = { query: { st: 'SECRET-q' }, headers: { 'x-t': 'SECRET-h' } };
const secret: Answer = (call) => folder(60, FOLDER, { ...token, base: `${CDN}/SECRET-${call.index}/` })(call);
const problem = { detail: `${MASTER}?st=SECRET-problem /vod/a?st=SECRET is not signed. ${SECRET}1` };
test.each<[string, Answer]>([
  ['all goes well', secret],
  ['each URL has a token', each(60, { query: { st: 'SECRET-u' } })],
  ['the endpoint denies', inTurn(secret, fail(403))],
  ['a token is wrong', inTurn(secret, () => ({ tokens: [{ prefix: 'SECRET', query: { st: 'SECRET' } }] }))],
  ['it explains a failure', inTurn(secret, () => Response.json(problem, { status: 403 }))],
  ['there is no network', inTurn(secret, () => Promise.reject(new TypeError('Failed to fetch')))],
])('no token is in any event or error: %s', async (_, answer) => {
  const { source, events } = held([{ query: { st: 'SECRET-page' }, expires: START + 15 }], {}, answer);
  const errors: unknown[] = [];
  const attempt = async <T>(promise: Promise<T>): Promise<T | undefined> => {
    const seen = watch(promise);
    await advanceSeconds(20);
    errors.push(seen.error);
    return seen.value;
  };
  const request = await attempt(source.sign(`${MASTER}?st=SECRET-old`));
  source.learn(MASTER, hls(playlist(1, 9).replaceAll('.ts', '.ts?st=SECRET-list')));
  await attempt(source.sign(`${segment(1)}?st=SECRET-list`));
  const replay = await attempt(source.refused(request!, 403));
  if (replay) await attempt(source.refused(replay, 403));
  await advanceSeconds(3600);
  await attempt(source.sign(segment(3)));
  await attempt(source.renew());
  const shown = [events, errors, events.map(({ detail }) => detail)];
  expect(events.length).toBeGreaterThan(1);
  expect(inspect(shown, { depth: 12, showHidden: true }) + JSON.stringify(shown)).not.toContain('SECRET');
});

const [node, path] = ['https://node.test/', `exp=1~hmac=${SECRET}%3F/2F/`];
const [short, other] = [{ query: { st: SECRET, v: '1' } }, { query: { st: `ab+cd/${SECRET}== x` } }];
const base = { base: `${CDN}/${path}` };
test.each<[string, Partial<Token>, string, string, object?]>([
  ['the query', short, `a?x=1&st=${SECRET}&v=1#t`, `${node}a?x=1&v=1#t`],
  ['in other escapes', other, `a?st=ab%2Bcd%2F${SECRET}%3D%3D+x&x=1+1`, `${node}a?x=1+1`],
  ['the path', base, `${path}a?x=/1//#/t`, `${FOLDER}a?x=/1//#/t`],
  ['the path in other escapes', base, `${path.replace('=', '%3d')}a`, `${FOLDER}a`],
  ['a base without a secret', { base: 'https://copy.test/vod/7/' }, 'vod/7/a', `${node}vod/7/a`],
  ['a path of its own', base, 'exp=1~hmac=theirs/2F/a', `${node}exp=1~hmac=theirs/2F/a`],
])('unsign() of a URL to which the edge has redirected: %s', (_, token, to, shown, options = {}) => {
  const { source } = held([token], options);
  source.allow(CDN);
  source.signNow(MASTER);
  expect(source.unsign(node + to)).toBe(shown);
});

test.each(['url', 'responseURL'] as const)('hideSignedUrl(): no token in `%s`, also later', (name) => {
  let url = '';
  const details = Object.create(Object.defineProperty({}, name, { get: () => url })) as Record<typeof name, string>;
  const { source } = held([{ query: { st: 'SECRET' } }]);
  for (let n = 0; n < 2; n++) hideSignedUrl(details, source);
  expect(details[name]).toBe('');
  url = `${MASTER}?x=1&st=SECRET`;
  expect(details[name]).toBe(`${MASTER}?x=1`);
});

const MAC = 'q'.repeat(22);
const asked = 'HTTPS://CDN.test/a b.ts';
const signed = (token: Partial<Token>, url = asked): SignedRequest => {
  const { headers = {} } = token;
  return { ...untouchedRequest(asked), url, headers, token: { expires: START, ...token } };
};
const akamai = signed({ query: { hdnts: `exp=1~acl=/v/*~hmac=${MAC}` } });
const spaced = signed({ query: { st: `a b${MAC}` } });
const inQuery = signed({ query: { st: MAC, v: '1', short: 'm'.repeat(15) } });
const inHeader = signed({ headers: { authorization: `Bearer ${MAC}`, v: 't t' } });
const inPath = signed({ base: `https://edge-7.cdn.example.com/%7E${MAC}/` });
test.each<[string, string, SignedRequest]>([
  ['the URL as it was signed', `no ${asked}?st=1`, signed({}, `${asked}?st=1`)],
  ['the URL as a browser writes it', 'no https://cdn.test/a%20b.ts?st=1', signed({}, `${asked}?st=1`)],
  ['a parameter', `the signature ${MAC} is wrong`, inQuery],
  ['as searchParams writes it', `?${String(new URLSearchParams({ st: `a b${MAC}` }))}`, spaced],
  ['a part of a parameter', `{"hmac":"${MAC}"}`, akamai],
  ['a folder of the path', `https://backup.test/x/~${MAC}/a b.ts`, inPath],
  ['a header', `invalid JWT '${MAC}'`, inHeader],
  ['a short header', `'t t' is no value`, inHeader],
])('textWithoutToken() replaces a text that quotes %s', (_, text, request) => {
  expect(textWithoutToken(text, request)).toMatch(/quotes the token/);
});

test.each<[string, string, SignedRequest]>([
  ['without a token', `no ${asked}`, untouchedRequest(asked)],
  ['with the URL that was asked for', `no ${asked} or https://cdn.test/a%20b.ts`, inHeader],
  ['with a header that is in that URL', 'no a b', signed({ headers: { v: 'a b' } })],
  ['with a short parameter', `HTTP 1.1: 100% of %E0%A4 %zz ${'m'.repeat(15)}`, inQuery],
  ['with the host of a path token', 'edge-7.cdn.example.com', inPath],
])('textWithoutToken() leaves a text %s', (_, text, request) => {
  expect(textWithoutToken(text, request)).toBe(text);
});
