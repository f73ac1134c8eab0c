import { describe, expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-core';
import { SecureTokenError, isSecureTokenError } from 'secure-token-core';
import type { Answer } from './lab.ts';
import {
  ENDPOINT,
  FOLDER,
  MASTER,
  START,
  advanceSeconds,
  fail,
  fakeTime,
  folder,
  holding,
  inTurn,
  lab,
} from './lab.ts';
import { tokenOf, watch } from './lab.ts';

fakeTime();

const expires = START + 300;
const token = { prefix: FOLDER, query: { st: 'SECRET' }, expires };
const example = '{ "now": 1732450000, "tokens": [], "denied": [] }';
/** Returns the error of the only request, and how often the endpoint was called in a minute. */
async function errorOf(answer: Answer, options = {}): Promise<[SecureTokenError | undefined, number]> {
  const { source, calls } = lab(answer, { retry: { limit: 1 }, ...options });
  const request = watch(source.sign(MASTER));
  await advanceSeconds(60);
  return [request.error, calls.length];
}
const messageOf = async (answer: Answer): Promise<string> => (await errorOf(answer))[0]!.message;

describe('a malformed answer is ERR_SIGNING_RESPONSE: it names the member, never a value, and is final', () => {
  const wrong = (more: object): object => ({ tokens: [{ ...token, ...more }] });
  test.each<[unknown, ...string[]]>([
    [wrong({ expires: 1732450300000 }), 'tokens[0].expires', '1732450300000', 'milliseconds', 'unix seconds'],
    [{ tokens: [token, { ...token, expires: 'SECRET' }] }, 'tokens[1].expires', 'text', 'unix seconds'],
    [wrong({ expires: undefined }), 'tokens[0].expires', 'missing'],
    [wrong({ expires: 0 }), 'tokens[0].expires', '0'],
    [wrong({ url: '/SECRET' }), 'tokens[0].url', 'text', 'absolute'],
    [wrong({ prefix: 'https://cdn.test/SECRET' }), 'tokens[0].prefix', "'/'"],
    [wrong({ prefix: `${FOLDER}?SECRET/` }), 'tokens[0].prefix'],
    [wrong({ base: 'ftp://SECRET/' }), 'tokens[0].base'],
    [{ tokens: [{ url: MASTER, expires, base: 'https://cdn.test/SECRET/' }] }, 'tokens[0]', 'base', 'prefix'],
    [wrong({ query: ['SECRET'] }), 'tokens[0].query', 'list', 'object'],
    [wrong({ query: { st: ['SECRET'] } }), 'tokens[0].query', 'object of texts'],
    [wrong({ query: { st: 'SECRET\ud800' } }), 'tokens[0].query', 'that browsers send'],
    [wrong({ headers: { 'x-t': 'SECRET\nSECRET' } }), 'tokens[0].headers', 'that browsers send', 'line breaks'],
    [wrong({ anyQuery: 'SECRET' }), 'tokens[0].anyQuery', 'text', 'true or false'],
    [wrong({ query: null, credentials: false }), 'tokens[0] without query, headers, base or credentials'],
    [{ tokens: ['SECRET'] }, 'tokens[0]', 'text', "'expires'"],
    [{ token }, 'tokens', example],
    [{ tokens: [], now: '1732450300' }, 'now', 'text', 'unix seconds'],
    [{ tokens: [], denied: 'SECRET' }, 'denied', 'text', 'list of URLs'],
    [new Response('<!doctype html>SECRET'), 'JSON', 'HTML', example],
    [new Response('SECRET'), 'JSON', 'text', example],
    [new Response(''), 'empty', example],
    [[token], 'list', example],
    [new Response('', { status: 404 }), '404', 'Check its URL'],
  ])('%j', async (answer, ...pieces) => {
    const [error, calls] = await errorOf(() => answer);
    const message = holding('ERR_SIGNING_RESPONSE: ', 'signing endpoint', ...pieces);
    expect([error, calls]).toMatchObject([{ code: 'ERR_SIGNING_RESPONSE', message }, 1]);
    expect(String(error)).not.toContain('SECRET');
  });

  test('but what may be left out may be null, a number may stand for a text, and unknown members are ignored', async () => {
    const left = { url: null, base: null, anyQuery: null, credentials: null, toString: 1, endpoint: 7 } as object;
    const more = { query: { st: 'a', e: 5 as never, kid: null as never }, headers: { 'x-e': 5 as never }, ...left };
    const others = { denied: null, now: null, hello: 1 };
    const { source } = lab((call) => ({ ...(folder(300, FOLDER, more)(call) as object), ...others }));
    const { url, headers, token: known } = await source.sign(MASTER);
    expect([url, headers]).toEqual([`${MASTER}?st=a&e=5`, { 'x-e': '5' }]);
    expect(Object.keys(known!).sort()).toEqual(['expires', 'headers', 'prefix', 'query']);
  });
});

describe('a failure of the endpoint', () => {
  const problem = (status: number, body: object) => (): Response => Response.json(body, { status });

  test.each([
    [403, 'ERR_DENIED'],
    [400, 'ERR_SIGNING_RESPONSE'],
    [503, 'ERR_SIGNING_UNAVAILABLE'],
  ])('with %i has its `detail` in the message, in place of our hint', async (status, code) => {
    const message = await messageOf(problem(status, { detail: 'None of these URLs.' }));
    expect(message).toBe(`${code}: The signing endpoint answered ${status}: None of these URLs.`);
  });

  test.each<[string, string]>([
    ['a\r\n\u0007\u202eb\u001b[31m', 'a b [31m'],
    ['"https://c.example/a.m3u8?st=SECRET&e=1" is not signed.', '"https://c.example/a.m3u8?…" is not signed.'],
    ['/vod/a.m3u8?st=SECRET is not signed.', '/vod/a.m3u8?… is not signed.'],
    ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N has ended.', 'Bearer ….….… has ended.'],
    ['st=m6WCATfRgS_5lcyChCPgrw is wrong', '… is wrong'],
    ['expected aBxdEygHyjKz/mNwpQysTyu=', 'expected …'],
    ['Is this yours? Incomprehensibilities.', 'Is this yours? Incomprehensibilities.'],
    ['word '.repeat(100), `${'word '.repeat(40)}…`],
  ])('has no token in the message: %j', async (detail, shown) => {
    expect(await messageOf(problem(403, { detail }))).toBe(`ERR_DENIED: The signing endpoint answered 403: ${shown}`);
  });

  test('has our hint if the explanation is no text, no JSON, or not there within a second', async () => {
    const headers = { 'content-type': 'application/json' };
    for (const body of ['{"detail":{"st":"SECRET"}}', '{"detail":" "}', '{"detail":"SECRET', new ReadableStream()]) {
      const message = await messageOf(() => new Response(body as string, { status: 403, headers }));
      expect(message).toMatch(/This viewer has no access: .*doctor/);
    }
    expect(await messageOf(() => Promise.reject(new TypeError('down')))).toMatch(/did not answer\. .*doctor URL/);
  });

  test('keeps its cause readable, and its `type`, unless that could be a token', async () => {
    const types = ['urn:secure-token:session-limit', 'no URI', 'https://a.test/?st=SECRET', `urn:${'a'.repeat(999)}`];
    for (const [n, type] of types.entries()) {
      const [error] = await errorOf(problem(403, { type }));
      expect([error?.type, await (error?.cause as Response).json()]).toEqual([n ? undefined : type, { type }]);
    }
  });
});

test.each<[string, () => unknown]>([
  ['one token', async () => token],
  ['a list, without a promise', () => [{ ...token, prefix: 'https://b.test/' }, token]],
  ['a token without a scope', async () => ({ ...token, prefix: undefined })],
  ['the answer of an endpoint', async () => ({ tokens: [token], now: START })],
])('getTokens may bring %s', async (_, bring) => {
  const getTokens = vi.fn(bring as () => Promise<Token>);
  const { source } = lab(folder(), { endpoint: undefined as never, getTokens });
  expect(tokenOf(await source.sign(MASTER))).toBe('SECRET');
  const { session } = source;
  const signal = expect.any(AbortSignal) as never;
  expect(getTokens).toHaveBeenCalledExactlyOnceWith({ urls: [MASTER], reason: 'initial', session, signal });
});

const get = (): never => {
  throw new Error('cannot be read');
};
const status = (it: number): Error => Object.assign(new Error('no'), { status: it });
const away = ['ERR_SIGNING_UNAVAILABLE', 2] as const;
test.each<[string, unknown, string, number]>([
  ['an Error', new Error('no'), ...away],
  ['nothing', undefined, ...away],
  ['status 429', status(429), ...away],
  ['an answer of axios', { status: 503, headers: { 'retry-after': '3' } }, ...away],
  ['what cannot be read', new Proxy({}, { get, getPrototypeOf: get }), ...away],
  ['headers that cannot be read', { status: 503, headers: { get } }, ...away],
  ['status 401', status(401), 'ERR_DENIED', 1],
  ['a Response', new Response('', { status: 403 }), 'ERR_DENIED', 1],
  ['our own error', new SecureTokenError('ERR_DENIED', 'no'), 'ERR_DENIED', 1],
  ['status 400', status(400), 'ERR_SIGNING_RESPONSE', 1],
])('getTokens or `request` that throws %s fails as an endpoint does', async (_, thrown, code, calls) => {
  const work = vi.fn((): never => {
    throw thrown;
  });
  for (const options of [{ endpoint: undefined as never, getTokens: work }, { request: work }]) {
    const [error] = await errorOf(folder(), options);
    expect([error?.code, work.mock.calls.splice(0).length]).toEqual([code, calls]);
  }
});

test('what getTokens brings is checked, too', async () => {
  for (const it of [undefined, [], { ...token, expires: undefined }, { ...token, expires: 10n }]) {
    const { source } = lab(folder(), { endpoint: undefined as never, getTokens: (() => it) as never });
    await expect(source.sign(MASTER)).rejects.toThrow(/ERR_SIGNING_RESPONSE.*(getTokens|no token)/);
  }
});

test('a call is a POST of {urls, reason, session} as JSON, with what the team adds', async () => {
  const added = { headers: [['authorization', 'Bearer me']] as [string, string][], credentials: 'include' as const };
  for (const request of [added, () => added, async () => added]) {
    const { source, calls } = lab(inTurn(fail(503), folder()), { request });
    watch(source.sign(MASTER));
    await advanceSeconds(2);
    const { method, credentials, body, headers } = calls[1]!.init;
    expect([method, credentials, headers.get('content-type')]).toEqual(['POST', 'include', 'application/json']);
    expect(body).toBe(JSON.stringify({ urls: [MASTER], reason: 'initial', session: source.session }));
    expect(headers.get('authorization')).toBe('Bearer me');
  }
  const fetch = vi.fn(async () => Response.json({ tokens: [token] }));
  const { source } = lab(folder(), { fetch: undefined as never });
  vi.stubGlobal('fetch', fetch);
  await source.sign(MASTER);
  expect(fetch).toHaveBeenCalledExactlyOnceWith(ENDPOINT, expect.anything());
});

test('an error of ours is known, also one of another realm or copy', () => {
  const known = [Object.assign(new Error('x'), { name: 'SecureTokenError' }), undefined, null, 'x', {}, new Error('x')];
  expect(known.map(isSecureTokenError)).toEqual([true, false, false, false, false, false]);
});
