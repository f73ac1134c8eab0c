import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import type { SecureTokenError, Token } from 'secure-token-core';
import { createTokenSource, isSecureTokenError } from 'secure-token-core';
import type { Answer } from './lab-answers.ts';
import { fail, folder, inTurn } from './lab-answers.ts';
import { fakeTime, holding, lab, tokenOf, watch } from './lab.ts';
import { START, advanceSeconds } from './lab-time.ts';
import { ENDPOINT, FOLDER, MASTER } from './lab-urls.ts';

fakeTime();

const expires = START + 300;
const getTokens = async (): Promise<never[]> => [];
/** Returns the message about wrong options; it begins with the code. */
function complaint(options: unknown): string {
  try {
    createTokenSource(options as never).destroy();
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each<[object, ...string[]]>([
  [{ protect: 'cdn.example.com' }, 'protect is wrong', "'https://cdn.example.com/'"],
  [{ protect: [FOLDER, 'a.com:8443/vod'] }, 'protect[1]', "'https://a.com:8443/vod/'"],
  [{ protect: 7 }, 'protect is wrong. It is 7', "'https://cdn.example.com/'", 'RegExp', 'function'],
  [{ refusals: 403 }, 'refusals is wrong. It is 403', 'list', '[401, 403, 410]'],
  [{ adopt: true }, 'adopt', 'adoptTokens', "'secure-token-core/adopt'"],
  [{ tokens: [{ expires }] }, 'tokens[0] without base, query, headers or credentials'],
  [{ tokens: [{ prefix: FOLDER, query: {}, expires: expires * 1000 }] }, 'tokens[0].expires', 'milliseconds'],
  [{ endpoint: undefined }, "Give either 'endpoint' or 'getTokens'"],
  [{ renewbefore: 10 }, "'renewbefore'", "Did you mean 'renewBefore'?"],
  [{ retry: { backofLimit: 10 } }, "'retry.backofLimit'", "'retry.backoffLimit'?"],
  [{ hosts: [] }, "'hosts'", 'Known options: endpoint, '],
])('%j throws ERR_OPTIONS, which names the option and says what to write', (options, ...pieces) => {
  expect(complaint({ endpoint: ENDPOINT, ...options })).toEqual(holding('ERR_OPTIONS: ', ...pieces));
});

test.each<[string, unknown[]]>([
  ['endpoint', [7, {}, 'ftp://api.test/token', 'data:,x', new URL('blob:https://a.test/1'), null, undefined]],
  ['tokens', ['x', null, [null], [{ prefix: '/vod/', query: { st: 'SECRET' }, expires }]]],
  ['tokens', [undefined, 0, -1, String(expires)].map((it) => [{ prefix: FOLDER, query: {}, expires: it }])],
  ['tokens', ['SECRET', ['SECRET'], { st: ['SECRET'] }].map((it) => [{ prefix: FOLDER, expires, query: it }])],
  ['protect', [null, {}, [], 'data:,x', '/vod/', [FOLDER, {}], 'cdn.test/vod?SECRET', { source: '^https', flags: '' }]],
  ...['renewBefore', 'readAhead', 'timeout'].map((name): [string, unknown[]] => [name, ['6', -1, NaN, null, 1e9]]),
  ['retry', [3, null, { backoffLimit: -1 }, { limit: '4' }]],
  ['refusals', [null, {}, [NaN], [{ prefix: 'https://a.test/', statuses: [400] }]]],
  ...['clock', 'fetch', 'random'].map((name): [string, unknown[]] => [name, [0, null]]),
])('%s: other wrong values are named, and never quoted', (name, values) => {
  for (const value of values) {
    const message = complaint({ endpoint: ENDPOINT, [name]: value });
    expect(message, String(value)).toEqual(holding('ERR_OPTIONS: ', name));
    expect(message).not.toContain('SECRET');
  }
});

test('right options are taken, also of another realm; changed later, they change nothing', () => {
  const all = { tokens: [], refusals: [], renewBefore: 0, jitter: 1, readAhead: 0, timeout: 0.5, protect: undefined };
  for (const it of ['/token', { href: ENDPOINT, toString: () => ENDPOINT }, { getTokens, request: {}, ...all }])
    expect(complaint(it)).toBe('nothing');
  const options = { getTokens, protect: runInNewContext('[/a.test/]') as RegExp[] };
  const source = createTokenSource(options);
  options.protect = [/b.test/];
  expect(['a', 'b'].map((name) => source.protects(`https://${name}.test/x`))).toEqual([true, false]);
  expect(createTokenSource(source), 'a token source').toBe(source);
  expect(isSecureTokenError({ name: 'SecureTokenError' }), 'of another realm').toBe(true);
  source.destroy();
  vi.stubGlobal('__DEVELOPMENT__', false);
  expect(complaint({ endpoint: ENDPOINT, renewbefore: 1 }), 'no suggestion').toMatch(/'renewbefore'\.$/);
});

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

const wrong = (more: object): object => ({ tokens: [{ ...token, ...more }] });
test.each<[unknown, ...string[]]>([
  [wrong({ expires: 1732450300000 }), 'tokens[0].expires', '1732450300000', 'milliseconds', 'unix seconds'],
  [{ tokens: [token, { ...token, expires: 'SECRET' }] }, 'tokens[1].expires', 'text', 'unix seconds'],
  [wrong({ prefix: 'https://cdn.test/SECRET' }), 'tokens[0].prefix', "'/'"],
  [{ tokens: [{ url: MASTER, expires, base: 'https://cdn.test/SECRET/' }] }, 'tokens[0]', 'base', 'prefix'],
  [wrong({ query: { st: 'SECRET\ud800' } }), 'tokens[0].query', 'that browsers send'],
  [wrong({ headers: { 'x-t': 'SECRET\nSECRET' } }), 'tokens[0].headers', 'that browsers send', 'line breaks'],
  [wrong({ query: null, credentials: false }), 'tokens[0] without base, query, headers or credentials'],
  [{ token }, 'tokens', example],
  [new Response('<!doctype html>SECRET'), 'JSON', 'HTML', example],
  [new Response('', { status: 404 }), '404', 'Check its URL'],
])('%j is a final ERR_SIGNING_RESPONSE, which names the member, never a value', async (answer, ...pieces) => {
  const [error, calls] = await errorOf(() => answer);
  const message = holding('ERR_SIGNING_RESPONSE: ', 'signing endpoint', ...pieces);
  expect(error).toMatchObject({ code: 'ERR_SIGNING_RESPONSE', message });
  expect(calls).toBe(1);
  expect(String(error)).not.toContain('SECRET');
});

test('what may be left out may be null, a number may stand for a text, unknown members are ignored', async () => {
  const left = { url: null, base: null, anyQuery: null, credentials: null, toString: 1, endpoint: 7 } as object;
  const more = { query: { st: 'a', e: 5 as never, kid: null as never }, headers: { 'x-e': 5 as never }, ...left };
  const others = { denied: null, now: null, hello: 1 };
  const { source } = lab((call) => ({ ...(folder(300, FOLDER, more)(call) as object), ...others }));
  const { url, headers, token: known } = await source.sign(MASTER);
  expect(url).toBe(`${MASTER}?st=a&e=5`);
  expect(headers).toEqual({ 'x-e': '5' });
  expect(Object.keys(known!).sort()).toEqual(['expires', 'headers', 'prefix', 'query']);
});

const problem = (status: number, body: object) => (): Response => Response.json(body, { status });

test('a failure has the `detail` of the endpoint in the message, in place of our hint', async () => {
  const codes = { 403: 'ERR_DENIED', 400: 'ERR_SIGNING_RESPONSE', 503: 'ERR_SIGNING_UNAVAILABLE' };
  for (const [status, code] of Object.entries(codes)) {
    const message = await messageOf(problem(Number(status), { detail: 'None of these URLs.' }));
    expect(message).toBe(`${code}: The signing endpoint answered ${status}: None of these URLs.`);
  }
});

test.each<[string, string]>([
  ['a\r\n\u0007\u202eb\u001b[31m', 'a b [31m'],
  ['"https://c.example/a?e=1&st=SECRET" and /a?SECRET', '"https://c.example/a?…" and /a?…'],
  ['Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N has ended.', 'Bearer ….….… has ended.'],
  ['Is this yours? Incomprehensibilities.', 'Is this yours? Incomprehensibilities.'],
  ['word '.repeat(100), `${'word '.repeat(40)}…`],
  ['a'.repeat(200), 'a'.repeat(200)],
  ['a'.repeat(201), `${'a'.repeat(200)}…`],
  ['123456789012345 and 123456789012345a', '123456789012345 and …'],
  ['12345678901234567890 is a number', '12345678901234567890 is a number'],
  ['aaaaaaaaaaaaaaa= and a1, 2b', '… and a1, 2b'],
  ['two  spaces, and what is at the ends ', 'two spaces, and what is at the ends'],
])('a `detail` is shown without tokens: %j', async (detail, shown) => {
  expect(await messageOf(problem(403, { detail }))).toBe(`ERR_DENIED: The signing endpoint answered 403: ${shown}`);
});

test('a failure has our hint if its explanation is no text, no JSON, or not there within a second', async () => {
  const headers = { 'content-type': 'application/json' };
  for (const body of ['{"detail":{"st":"SECRET"}}', '{"detail":" "}', '{"detail":"SECRET', new ReadableStream()]) {
    const message = await messageOf(() => new Response(body as string, { status: 403, headers }));
    expect(message).toMatch(/This viewer has no access: .*doctor/);
  }
  expect(await messageOf(() => Promise.reject(new TypeError('down')))).toMatch(
    /did not answer\. .*doctor https:\/\/cdn\.test\/\S+ --endpoint https:\/\/api\.test\/token'\.$/,
  );
});

test('a failure keeps its cause readable, and its `type`, unless that could be a token', async () => {
  const others = [`see urn:secure-token:session-limit`, '1rn:a', 7, ['urn:a'], null];
  const long = `urn:${'a'.repeat(999)}`;
  const types = ['urn:secure-token:session-limit', 'no URI', 'https://a.test/?st=SECRET', long, ...others];
  for (const [n, type] of types.entries()) {
    const [error] = await errorOf(problem(403, { type }));
    expect(error?.type).toEqual(n ? undefined : type);
    expect(await (error?.cause as Response).json()).toEqual({ type });
  }
});

test('getTokens may bring a token, a list, or the answer of an endpoint, with or without a promise', async () => {
  const other = { ...token, prefix: 'https://b.test/' };
  for (const brought of [token, [other, token], { ...token, prefix: undefined }, { tokens: [token], now: START }]) {
    const getTokens = vi.fn((): Promise<Token> => brought as never);
    const { source } = lab(folder(), { endpoint: undefined as never, getTokens });
    expect(tokenOf(await source.sign(MASTER))).toBe('SECRET');
    const { session } = source;
    const signal = expect.any(AbortSignal) as never;
    expect(getTokens).toHaveBeenCalledExactlyOnceWith({ urls: [MASTER], reason: 'initial', session, signal });
  }
});

const get = (): never => {
  throw new Error('cannot be read');
};
const status = (it: number): Error => Object.assign(new Error('no'), { status: it });
const away = ['ERR_SIGNING_UNAVAILABLE', 2] as const;
test.each<[string, unknown, string, number]>([
  ['what cannot be read', new Proxy({}, { get, getPrototypeOf: get }), ...away],
  ['status 401', status(401), 'ERR_DENIED', 1],
  ['a Response', new Response('', { status: 403 }), 'ERR_DENIED', 1],
  ['status 400', status(400), 'ERR_SIGNING_RESPONSE', 1],
])('getTokens or `request` that throws %s fails as an endpoint does', async (_, thrown, code, calls) => {
  const work = vi.fn((): never => {
    throw thrown;
  });
  for (const options of [{ endpoint: undefined as never, getTokens: work }, { request: work }]) {
    const [error] = await errorOf(folder(), options);
    expect(error?.code).toEqual(code);
    expect(work.mock.calls.splice(0).length).toEqual(calls);
  }
});

test.each<[string, unknown, RegExp, number]>([
  [
    'of a misspelt name, at once',
    new ReferenceError('token is not defined'),
    /ReferenceError: token is not defined/,
    1,
  ],
  ['of a page that is no JSON', new SyntaxError('Unexpected token <'), /SyntaxError: Unexpected token </, 2],
  ['that names a token', new Error('no https://api.test/?key=0123456789'), /Error: no https:\/\/api\.test\/\?…\.$/, 2],
  ['of a status', { status: 502 }, /threw status 502\.$/, 2],
])('an error of getTokens %s is told as it is, without a word of an endpoint', async (_, thrown, message, calls) => {
  const getTokens = vi.fn((): never => {
    throw thrown;
  });
  const [error] = await errorOf(folder(), { endpoint: undefined as never, getTokens });
  expect(error?.message).toMatch(message);
  expect(/endpoint|doctor/.test(error!.message)).toBe(false);
  expect(getTokens.mock.calls.length).toEqual(calls);
});

test('a misspelt name in `request`, or once getTokens has worked, fails as an endpoint does that is away', async () => {
  const misspelt = vi.fn((): never => {
    throw new ReferenceError('token is not defined');
  });
  const [error] = await errorOf(folder(), { request: misspelt });
  expect(error?.code).toBe('ERR_SIGNING_UNAVAILABLE');
  const tokens = [{ ...token, prefix: 'https://other.test/' }];
  const [later] = await errorOf(folder(), { endpoint: undefined as never, getTokens: misspelt, tokens });
  expect(later?.code).toBe('ERR_SIGNING_UNAVAILABLE');
});

test.each<[string, unknown]>([
  ['no headers', { status: 503 }],
  ['headers that are a plain object', { status: 503, headers: { 'retry-after': '1' } }],
  ['headers without Retry-After', { status: 503, headers: new Headers() }],
  ['a Retry-After that is no time', { status: 503, headers: new Headers({ 'retry-after': 'soon' }) }],
  [
    'a Retry-After in the past',
    { status: 503, headers: new Headers({ 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' }) },
  ],
])('an error of getTokens with %s has no `retryAfter`', async (_, thrown) => {
  const getTokens = (): never => {
    throw thrown as Error;
  };
  const [error] = await errorOf(folder(), { endpoint: undefined as never, getTokens });
  expect(error?.status).toBe(503);
  expect(error?.retryAfter).toBeUndefined();
});

test('a call is a POST of {urls, reason, session} as JSON, with what the team adds', async () => {
  const added = { headers: [['authorization', 'Bearer me']] as [string, string][], credentials: 'include' as const };
  for (const request of [added, () => added, async () => added]) {
    const { source, calls } = lab(inTurn(fail(503), folder()), { request });
    watch(source.sign(MASTER));
    await advanceSeconds(5);
    const { method, credentials, body, headers } = calls[1]!.init;
    expect(method).toBe('POST');
    expect(credentials).toBe('include');
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toBe(JSON.stringify({ urls: [MASTER], reason: 'initial', session: source.session }));
    expect(headers.get('authorization')).toBe('Bearer me');
  }
});
