import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { createTokenSource } from 'secure-token-core';
import { ENDPOINT, FOLDER, START, holding } from './lab.ts';

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
  [{ protect: [FOLDER, 'a.com:8443/vod'] }, 'protect[1] is wrong', "'https://a.com:8443/vod/'"],
  [{ protect: 7 }, 'protect is wrong. It is 7', "'https://cdn.example.com/'", 'RegExp', 'function'],
  [{ renewBefore: '10' }, 'renewBefore is wrong. It is text', 'number', '0', '1000000'],
  [{ jitter: 1.5 }, 'jitter is wrong. It is 1.5', 'number', '0', '1'],
  [{ timeout: 0 }, 'timeout is wrong. It is 0', 'seconds'],
  [{ refusals: 403 }, 'refusals is wrong. It is 403', 'list', '[401, 403, 410]'],
  [{ refusals: [401, '403'] }, 'refusals[1] is wrong. It is text'],
  [{ adopt: true }, 'adopt', 'adoptTokens', "'secure-token-core/adopt'"],
  [{ request: null }, 'request is wrong. It is null', 'object'],
  [{ debug: [] }, 'debug is wrong. It is an empty list', 'true or false'],
  [{ retry: { limit: NaN } }, 'retry.limit is wrong. It is NaN', 'number'],
  [{ tokens: {} }, 'tokens is wrong. It is an object', 'list of tokens'],
  [{ tokens: [{ expires }] }, 'tokens[0] without query, headers, base or credentials'],
  [{ tokens: [{ expires, query: {} }] }, 'tokens[0] without url or prefix'],
  [{ tokens: [{ prefix: FOLDER, query: {}, expires: expires * 1000 }] }, 'tokens[0].expires', 'milliseconds'],
  [{ endpoint: undefined }, "Give either 'endpoint' or 'getTokens'"],
  [{ getTokens }, "Give either 'endpoint' or 'getTokens'"],
  // a development build suggests what was meant
  [{ renewbefore: 10 }, "'renewbefore'", "Did you mean 'renewBefore'?"],
  [{ retry: { backofLimit: 10 } }, "'retry.backofLimit'", "'retry.backoffLimit'?"],
  [{ hosts: [] }, "'hosts'", 'Known options: endpoint, '],
])('%j throws ERR_OPTIONS, which names the option and says what to write', (options, ...pieces) => {
  expect(complaint({ endpoint: ENDPOINT, ...options })).toEqual(holding('ERR_OPTIONS: ', ...pieces));
});

test.each<[string, unknown[]]>([
  ['endpoint', [7, {}, 'ftp://api.test/token', 'data:,x', new URL('blob:https://a.test/1'), null, undefined]],
  ['getTokens', ['x', {}, 1]],
  ['request', ['x', 1, true]],
  ['tokens', ['x', null, [null], [{ prefix: '/vod/', query: { st: 'SECRET' }, expires }]]],
  ['protect', [null, {}, [], 'data:,x', '/vod/', [FOLDER, {}], 'cdn.test/vod?SECRET', { source: '^https', flags: '' }]],
  ['renewBefore', [-1, NaN, Infinity]],
  ['readAhead', ['6', -1, NaN, null]],
  ['retry', [3, null, { backoffLimit: -1 }, { limit: '4' }]],
  ['timeout', ['10', -1, NaN, 1e9]],
  ['refusals', [null, {}, [NaN], [{ prefix: 'https://a.test/', statuses: [400] }]]],
  ...['clock', 'fetch', 'random'].map((name): [string, unknown[]] => [name, [0, null]]),
])('%s: other wrong values are named, and never quoted', (name, values) => {
  for (const value of values) {
    const message = complaint({ ...(name === 'getTokens' ? {} : { endpoint: ENDPOINT }), [name]: value });
    expect([value, message]).toEqual([value, holding('ERR_OPTIONS: ', name)]);
    expect(message).not.toContain('SECRET');
  }
});

test('the default build suggests nothing; `undefined` is no option', () => {
  vi.stubGlobal('__DEVELOPMENT__', false);
  expect(complaint({ endpoint: ENDPOINT, renewbefore: 1 })).toMatch(/'renewbefore'\.$/);
  expect(complaint({ endpoint: ENDPOINT, renewbefore: undefined, jitter: undefined })).toBe('nothing');
  vi.unstubAllGlobals();
});

test('right options are taken, also of another realm; changed later, they change nothing', () => {
  const retry = { limit: 0, backoffLimit: 0 };
  const all = { tokens: [], refusals: [], renewBefore: 0, jitter: 1, readAhead: 0, timeout: 0.5, retry };
  for (const it of [
    '/token',
    { href: ENDPOINT, toString: () => ENDPOINT },
    { endpoint: ENDPOINT, request: {} },
    { getTokens, ...all },
  ])
    expect(complaint(it)).toBe('nothing');
  const options = { getTokens, protect: runInNewContext('[/a.test/]') as RegExp[] };
  const source = createTokenSource(options);
  options.protect = [/b.test/];
  expect(['a', 'b'].map((name) => source.protects(`https://${name}.test/x`))).toEqual([true, false]);
  expect(createTokenSource(source), 'a token source').toBe(source);
  source.destroy();
});
