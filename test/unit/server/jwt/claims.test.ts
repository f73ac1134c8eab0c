import { runInNewContext } from 'node:vm';
import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { createSigningEndpoint } from '../../../../packages/server/src/index.ts';
import { cloudflareStream, jwt, mux } from '../../../../packages/server/src/jwt.ts';
import { post } from '../../../support/signing-endpoint.ts';
import { NOW, holds, statusOf } from './token-status.ts';

const shared = { keys: [{ key: 'a shared secret of 32 characters' }], algorithm: 'HS256' } as const;
const rsa = await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey);
const url = new URL('https://h/vod/7/a');

/** What a team may have in place of text: JSON would write `{}`. */
class Private {
  readonly #id = '7';
  get id(): string {
    return this.#id;
  }
}

/** Values of which JSON leaves something out, or which it changes. */
const lossy: [string, unknown][] = [
  ['Infinity', Infinity],
  ['an invalid date', new Date(NaN)],
  ['undefined in an object', { id: undefined }],
  ['NaN in a list in an object', { ids: ['7', NaN] }],
  ['a BigInt', 7n],
  ['a promise, as of an async function', Promise.resolve('7')],
  ['an object with private fields and getters', new Private()],
];

describe('what JSON would lose of a claim opens no URL', () => {
  test.each<[string, unknown, string]>([
    ['undefined', undefined, 'url'],
    ['NaN', NaN, 'url'],
    ...lossy.map(([name, value]) => [name, value, 'claims'] as [string, unknown, string]),
  ])('%s', async (_, value, option) => {
    const film = ({ pathname }: URL): unknown => /^\/vod\/(\d+)\//.exec(pathname)?.[1] ?? value;
    const format = jwt({ ...shared, claims: (each) => ({ film: film(each) }) });
    const other = new URL('https://h/admin/a.ts');
    const refusal = { code: 'ERR_OPTIONS', option };
    expect(() => format.sign(other, NOW)).toThrow(expect.objectContaining(refusal));
    expect(() => format.opens!(other)).toThrow(expect.objectContaining(refusal));
    for (const claims of [{}, { film: null }, { film: {} }, { film: [] }, { film: [null] }]) {
      const token = await jwt({ ...shared, claims: () => claims }).sign(other, NOW);
      expect(await statusOf(format, other.href, token)).toBe('403 malformed');
    }
    expect(await statusOf(format, url.href, await format.sign(url, NOW))).toMatch(/^ok/);
  });

  test.each(lossy)('%s, in place of all claims and in `params`', (_, value) => {
    const format = jwt({ ...shared, claims: (() => value) as never });
    expect(() => format.sign(url, NOW)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    const options = { keys: [{ id: 'k', key: rsa }], params: { accessRules: value } };
    for (const make of [mux, cloudflareStream])
      expect(() => make(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', option: 'params' }));
  });
});

test.each<[string, object, problem: number, named: string[]]>([
  ['for the claims is async', { claims: async () => ({ sub: '7' }) }, 503, ['claims']],
  ['for the claims returns undefined as a claim', { claims: () => ({ sub: undefined }) }, 403, []],
  ['for the scope returns nothing', { opens: () => undefined }, 503, ['opens']],
])(
  'if a function %s, the endpoint grants nothing, answers %i, and the log hears of what is wrong',
  async (_, options, problem, named) => {
    const onError = vi.fn();
    const format = jwt({ ...shared, claims: () => ({ sub: '7' }), ...options });
    const endpoint = createSigningEndpoint({ format, allow: 'https://h/', ttl: 300, authorize: () => true, onError });
    expect((await endpoint(post({ urls: [url.href] }))).status).toBe(problem);
    expect(onError.mock.calls.map(([error]) => error.option)).toEqual(named);
  },
);

test('claims from another realm, without a prototype or with one object twice are written as JSON writes them', async () => {
  const twice = ['in two places'];
  const claims = (): Record<string, unknown> => ({
    elsewhere: runInNewContext('({ a: [{ b: 1 }, []] })'),
    list: [{ a: null }, twice, twice, Object.assign(Object.create(null), { b: true })],
    ['__proto__']: { c: '' },
  });
  const format = jwt({ ...shared, claims });
  const token = await format.sign(url, NOW);
  await holds(format, url.href, token);
  const [, payload] = token.query!.token!.split('.');
  expect(Buffer.from(payload!, 'base64url').toString()).toBe(JSON.stringify({ ...claims(), exp: NOW }));
});
