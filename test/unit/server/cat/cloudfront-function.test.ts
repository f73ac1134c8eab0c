import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { decode, encode } from 'cborg';
import { Linter } from 'eslint';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import type { CommonAccessTokenOptions } from '../../../../packages/server/src/cat.ts';
import { requestWith } from '../../../support/token-request.ts';

const code = readFileSync(
  new URL('../../../../packages/server/cloudfront/cloudfront-function.js', import.meta.url),
  'utf8',
);
const NOW = 1_795_500_000;
const key = '11'.repeat(32);
const keys = [{ id: 'key-1', key }];
const url = 'https://cdn.example.com/vod/7/index.m3u8';

interface Answer {
  statusCode?: number;
  uri?: string;
  querystring?: Record<string, unknown>;
  headers: Record<string, { value: string }>;
}

/** Maps as AWS hands them out: objects whose keys are texts. */
const asObject = (value: unknown): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([name, inner]) => [String(name), asObject(inner)]))
    : Array.isArray(value)
      ? value.map(asObject)
      : value;

/** `cf` of CloudFront Functions as its documentation has it: HS256 and Mac0 alone, tag 17 required, claims unjudged. */
function fakeCf(store: Readonly<Record<string, string>>) {
  return {
    kvs: () => ({
      get: async (name: string) => store[name] ?? Promise.reject(new Error(`KeyNotFound: ${name}`)),
    }),
    cwt: {
      validateToken(token: Buffer, { key: secret }: { key: Buffer }) {
        if (token.length > 1024) throw new Error('too long');
        const hex = token.toString('hex');
        const front = /^(?:d83d)?(?:d1|d811)/.exec(hex)?.[0];
        if (front === undefined) throw new Error('no tag');
        const [header, unprotected, payload, mac] = decode(token.subarray(front.length / 2), { useMaps: true }) as [
          Uint8Array,
          unknown,
          Uint8Array,
          Uint8Array,
        ];
        if (Buffer.from(header).toString('hex') !== 'a10105') throw new Error('no HS256');
        const signed = encode(['MAC0', header, new Uint8Array(), payload]);
        const expected = createHmac('sha256', secret).update(signed).digest();
        if (!expected.equals(mac)) throw new Error('wrong MAC');
        return {
          protectedHeaders: {},
          unprotectedHeaders: asObject(unprotected),
          payload: asObject(decode(payload, { useMaps: true })),
        };
      },
    },
  };
}

/** Settings of the function, and what it knows of a request beside it. */
interface How {
  settings?: Record<string, unknown>;
  headers?: Record<string, string>;
  ip?: string;
  store?: Record<string, string>;
  now?: number;
}

/** Returns what the function makes of a request. */
async function handled(
  request: Request,
  { settings = {}, headers = {}, ip = '203.0.113.9', store = { 'key-1': key }, now = NOW }: How = {},
): Promise<Answer> {
  const changed = Object.entries(settings).reduce(
    (text, [name, value]) =>
      text.replace(new RegExp(`const ${name} = .*;`), `const ${name} = ${JSON.stringify(value)};`),
    code.replace("import cf from 'cloudfront';", ''),
  );
  const handler = runInNewContext(`${changed}; handler`, {
    cf: fakeCf(store),
    Buffer,
    console: { log: () => undefined },
    Date: { now: () => now * 1000 },
  }) as (event: unknown) => Promise<Answer>;
  const { pathname, searchParams, host } = new URL(request.url);
  const querystring: Record<string, unknown> = {};
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name).map((value) => ({ value }));
    querystring[name] = { ...values[0], ...(values.length > 1 && { multiValue: values }) };
  }
  const sent = Object.entries({ host, ...Object.fromEntries(request.headers), ...headers });
  return handler({
    viewer: { ip },
    request: {
      method: request.method,
      uri: pathname,
      querystring,
      headers: Object.fromEntries(sent.map(([name, value]) => [name, { value }])),
    },
  });
}

const signed = async (options: Partial<CommonAccessTokenOptions> = {}, target = url, expires = NOW + 60) =>
  requestWith(target, await commonAccessToken({ keys, profile: 'cloudfront', ...options }).sign(new URL(url), expires));
const statusOf = ({ statusCode }: Answer): number | string => statusCode ?? 'let through';

describe('the function for CloudFront', () => {
  test('fits into CloudFront Functions: 10 kB, and no syntax beyond its runtime', () => {
    expect(Buffer.byteLength(code)).toBeLessThanOrEqual(10_240);
    const config = { languageOptions: { ecmaVersion: 2017 as const, sourceType: 'module' as const } };
    const beyond = ['SpreadElement', 'ObjectPattern', 'ArrayPattern', 'ForOfStatement', 'ClassDeclaration'];
    const found = new Linter().verify(code, {
      ...config,
      rules: { 'no-restricted-syntax': ['error', ...beyond] },
    });
    expect(found).toEqual([]);
  });

  test('lets through what the format has signed, without the token', async () => {
    const { statusCode, uri, querystring } = await handled(await signed());
    expect([statusCode, uri, querystring]).toEqual([undefined, '/vod/7/index.m3u8', {}]);
    const inHeader = await handled(await signed({ carrier: 'header' }), {
      settings: { CARRIER: 'headers', NAME: 'cta-common-access-token' },
    });
    expect(Object.keys(inHeader.headers)).not.toContain('cta-common-access-token');
    expect(statusOf(inHeader)).toBe('let through');
  });

  test.each<[string, Partial<CommonAccessTokenOptions>, string, How, number | string]>([
    ['another folder', {}, 'https://cdn.example.com/vod/8/index.m3u8', {}, 403],
    ['another host', {}, 'https://cdn.example.org/vod/7/index.m3u8', {}, 403],
    [
      'catu of the standard, which it does not judge',
      { uri: 'any', claims: new Map([[312, new Map()]]) },
      url,
      {},
      403,
    ],
    ['an address that it names', { ipRanges: ['203.0.113.9'] }, url, {}, 'let through'],
    ['another address', { ipRanges: ['203.0.113.8'] }, url, {}, 403],
    [
      'its country',
      { claims: new Map([[316, ['DE']]]) },
      url,
      { headers: { 'cloudfront-viewer-country': 'de' } },
      'let through',
    ],
    [
      'another country',
      { claims: new Map([[316, ['DE']]]) },
      url,
      { headers: { 'cloudfront-viewer-country': 'FR' } },
      403,
    ],
    ['no country', { claims: new Map([[316, ['DE']]]) }, url, {}, 403],
    ['its method', { claims: new Map([[403, ['GET']]]) }, url, {}, 'let through'],
    ['another method', { claims: new Map([[403, ['HEAD']]]) }, url, {}, 403],
    ['an audience that nobody has set', { audience: 'a' }, url, {}, 403],
    ['its audience', { audience: ['b', 'a'] }, url, { settings: { AUDIENCE: 'a' } }, 'let through'],
    ['no audience where one is demanded', {}, url, { settings: { AUDIENCE: 'a' } }, 403],
    ['another issuer', { issuer: 'b' }, url, { settings: { ISSUER: 'a' } }, 403],
    ['its issuer', { issuer: 'a' }, url, { settings: { ISSUER: 'a' } }, 'let through'],
    ['a claim that nobody judges', { claims: new Map([[322, new Map()]]) }, url, {}, 403],
    ['catreplay 1', { claims: new Map([[308, 1]]) }, url, {}, 403],
    ['catreplay 0', { claims: new Map([[308, 0]]) }, url, {}, 'let through'],
    ['nbf ahead', { claims: new Map([[5, NOW + 1]]) }, url, {}, 403],
    ['the second of its end', {}, url, { now: NOW + 60 }, 410],
    ['a second before', {}, url, { now: NOW + 59 }, 'let through'],
    ['a key that is not there', {}, url, { store: {} }, 503],
    ['a key of no bytes', {}, url, { store: { 'key-1': '' } }, 503],
    ['a key that is not hex', {}, url, { store: { 'key-1': 'not hex, and of no byte' } }, 503],
    ['a key with a letter that is not hex', {}, url, { store: { 'key-1': `${key}xx` } }, 503],
    ['a key of fifteen bytes', {}, url, { store: { 'key-1': '11'.repeat(15) } }, 503],
    ['another key', {}, url, { store: { 'key-1': '22'.repeat(32) } }, 403],
    [
      'the second of two keys',
      {},
      url,
      { settings: { KEY_NAMES: ['new', 'key-1'] }, store: { new: '22'.repeat(16), 'key-1': key } },
      'let through',
    ],
    ['a path that leads out of it', {}, 'https://cdn.example.com/vod/7/%2e%2e%2f8/a', {}, 403],
    ['a folder above with a parameter', {}, 'https://cdn.example.com/vod/7/..%3bx/a', {}, 403],
    ['dots that are encoded twice', {}, 'https://cdn.example.com/vod/7/%252e%252e/a', {}, 403],
    ['a backslash that is encoded twice', {}, 'https://cdn.example.com/vod/7/%255c/a', {}, 403],
    ['a folder above with a space', {}, 'https://cdn.example.com/vod/7/..%20/a', {}, 403],
    ['a control character of two bytes', {}, 'https://cdn.example.com/vod/7/%c2%85/a', {}, 403],
    ['bytes that are no text', {}, 'https://cdn.example.com/vod/7/%ff/a', {}, 403],
    ['a percent sign, a space and dots in a name', {}, 'https://cdn.example.com/vod/7/100%25%20..a', {}, 'let through'],
    ['two slashes', {}, 'https://cdn.example.com/vod/7//a', {}, 403],
  ])('%s', async (_, options, target, how, expected) => {
    expect(statusOf(await handled(await signed(options, target), how))).toBe(expected);
  });

  test('a token twice, none, or one that was changed is refused', async () => {
    const { url: at } = await signed();
    for (const wrong of [
      `${at}&CAT=x`,
      url,
      `${url}?CAT=`,
      `${at}=`,
      at.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ])
      expect(statusOf(await handled(new Request(wrong))), wrong).toBe(403);
  });

  test('conditions that AWS writes itself: suffixes, and a list of extensions', async () => {
    const claims = new Map<number, unknown>([
      [
        401,
        new Map<number, unknown>([
          [1, new Map([[2, '.example.com']])],
          [3, new Map([[3, ['.m3u8', '.ts']]])],
        ]),
      ],
    ]);
    const token = await commonAccessToken({ keys, uri: 'any', param: 'CAT', claims }).sign(new URL(url), NOW + 60);
    expect(statusOf(await handled(requestWith(url, token)))).toBe('let through');
    expect(statusOf(await handled(requestWith('https://cdn.example.com/a.mp4', token)))).toBe(403);
    expect(statusOf(await handled(requestWith('https://example.org/a.ts', token)))).toBe(403);
  });

  test('refusals are readable by pages and kept by no cache; preflights pass; other methods do not', async () => {
    const { headers } = await handled(new Request(url));
    expect(headers['access-control-allow-origin']!.value).toBe('*');
    expect(headers['cache-control']!.value).toBe('no-store');
    expect(statusOf(await handled(new Request(url, { method: 'OPTIONS' })))).toBe(204);
    expect(statusOf(await handled(new Request((await signed()).url, { method: 'POST' })))).toBe(403);
    expect(statusOf(await handled(new Request((await signed()).url, { method: 'HEAD' })))).toBe('let through');
  });
});
