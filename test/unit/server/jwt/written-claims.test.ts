import { runInNewContext } from 'node:vm';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createSigningEndpoint } from '../../../../packages/server/src/index.ts';
import { cloudflareStream, jwt, mux } from '../../../../packages/server/src/jwt.ts';
import { post } from '../../../support/signing-endpoint.ts';
import { NOW, holds, statusOf } from './token-status.ts';

let rsa: { jwk: JWK };
beforeAll(async () => {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  rsa = { jwk: await exportJWK(privateKey) };
});

describe('the claims of a token', () => {
  const shared = { keys: [{ key: 'a shared secret of 32 characters' }], algorithm: 'HS256' } as const;
  /** What a team may have in place of text: JSON would write `{}`. */
  class Private {
    readonly #id: string;
    constructor(id: string) {
      this.#id = id;
    }
    get id(): string {
      return this.#id;
    }
  }
  /** As a query of an ORM, which asks its database when it is awaited. */
  class LazyQuery {
    then(done: (value: unknown) => void): void {
      done('7');
    }
  }
  class Ids extends Array<string> {}
  const ofGapAndName = Object.assign([], { 1: 'all', id: '7' });
  const circle: Record<string, unknown> = {};
  circle.list = [circle];
  /** As a film of an ORM, whose `toJSON` makes another object each time. */
  const circleOfClass = { toJSON: () => ({ next: circleOfClass }) };
  class Tagged extends Map {
    override readonly [Symbol.toStringTag] = 'Object';
  }

  test.each<[string, unknown, option: string]>([
    ['undefined', undefined, 'url'],
    ['NaN', NaN, 'url'],
    ['Infinity', Infinity, 'url'],
    ['a date that is none', new Date(NaN), 'url'],
    ['of a class that writes itself as null', { toJSON: () => null }, 'url'],
    ['of a class that writes itself as undefined', { toJSON: () => undefined }, 'url'],
    ['undefined in an object', { id: undefined }, 'url'],
    ['undefined in a list', [undefined], 'url'],
    ['undefined in what toJSON returns', { toJSON: () => ({ id: undefined }) }, 'url'],
    ['a function', String, 'claims'],
    ['a symbol', Symbol('7'), 'claims'],
    ['a BigInt', 7n, 'claims'],
    ['a promise, as of an async function', Promise.resolve('7'), 'claims'],
    ['a promise of a library', new LazyQuery(), 'claims'],
    ['a Set', new Set(['7']), 'claims'],
    ['a Map', new Map([['film', '7']]), 'claims'],
    ['a Map under the name of an object', new Tagged().set('film', '7'), 'claims'],
    ['a pattern', /7/, 'claims'],
    ['parameters', new URLSearchParams('film=7'), 'claims'],
    ['an object with private fields and getters', new Private('7'), 'claims'],
    ['an object of a class in a list', [new Private('7')], 'claims'],
    ['an object whose values are those of its prototype', Object.create({ id: '7' }), 'claims'],
    ['an object with a symbol as a key', { [Symbol('id')]: '7' }, 'claims'],
    ['an object with a hidden key', Object.defineProperty({}, 'id', { value: '7' }), 'claims'],
    ['a list with names', Object.assign([], { id: '7' }), 'claims'],
    ['a list with a gap', new Array(1), 'claims'],
    ['a list with a gap and a name', ofGapAndName, 'url'],
    ['a list of a class', new Ids(), 'claims'],
    ['a circle', circle, 'claims'],
    ['a circle of what writes itself', circleOfClass, 'claims'],
    ['what a pattern returns for a match', /7/.exec('7'), 'claims'],
    ['a text in a box, which may have a name', Object.assign(new String('7'), { tenant: 'a' }), 'claims'],
    ['a number in a box', new Number(7), 'claims'],
    ['of a class that writes itself as another', { toJSON: () => new Private('7') }, 'claims'],
  ])('a claim that is %s opens no URL', async (_, value, option) => {
    const film = ({ pathname }: URL): unknown => /^\/vod\/(\d+)\//.exec(pathname)?.[1] ?? value;
    const format = jwt({ ...shared, claims: (url) => ({ film: film(url) }) });
    const other = new URL('https://h/admin/a.ts');
    const refusal = { code: 'ERR_OPTIONS', option };
    await expect(format.sign(other, NOW)).rejects.toMatchObject(refusal);
    expect(() => format.opens!(other)).toThrow(expect.objectContaining(refusal));
    for (const claims of [{}, { film: null }, { film: {} }, { film: [] }, { film: [null] }]) {
      const token = await jwt({ ...shared, claims: () => claims }).sign(other, NOW);
      expect(await statusOf(format, other.href, token)).toBe('403 malformed');
    }
    await holds(format, 'https://h/vod/7/b.ts', await format.sign(new URL('https://h/vod/7/a.m3u8'), NOW));
  });

  test.each([
    [{ film: { ids: ['7', { from: NaN }] } }, "'from'"],
    [{ film: { id: new Private('7') } }, "'id'"],
    [{ film: circle }, 'contain itself'],
  ])('the error names the claim: %#', async (claims, place) => {
    const format = jwt({ ...shared, claims: () => claims });
    await expect(format.sign(new URL('https://h/vod/7/a'), NOW)).rejects.toThrow(place);
    expect(() => mux({ keys: [{ id: 'k', key: rsa.jwk }], params: claims })).toThrow(place);
  });

  test.each<[string, () => unknown]>([
    ['a promise, as of an async function', async () => ({ film: '7' })],
    ['a promise of a library', () => new LazyQuery()],
    ['an object of a class', () => new Private('7')],
    ['a list', () => [{ film: '7' }]],
    ['a circle', () => ({ toJSON: () => circle.list })],
    ['`exp`, which is made by the format', () => ({ film: '7', exp: NOW })],
    ['an empty list', () => []],
    ['text', () => '/vod/7/'],
    ['what writes itself as a list', () => ({ toJSON: () => [{ film: '7' }] })],
  ])('a function for the claims that returns %s opens no URL', async (_, claims) => {
    const format = jwt({ ...shared, claims: claims as never });
    await expect(format.sign(new URL('https://h/vod/7/a'), NOW)).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      option: 'claims',
    });
    const token = await jwt({ ...shared, claims: () => ({}) }).sign(new URL('https://h/vod/7/a'), NOW);
    expect(await statusOf(format, 'https://h/vod/7/a', token)).toBe('403 malformed');
  });

  test.each<[string, (url: URL) => unknown, problem: number]>([
    ['is async', async ({ pathname }) => ({ sub: pathname }), 503],
    ['returns a promise as a claim', ({ pathname }) => ({ sub: Promise.resolve(pathname) }), 503],
    ['returns undefined as a claim', () => ({ sub: undefined }), 403],
    ['returns undefined', () => undefined, 403],
  ])('a function for the claims that %s: the endpoint answers', async (_, claims, problem) => {
    const onError = vi.fn();
    const format = jwt({ ...shared, claims: claims as never });
    const endpoint = createSigningEndpoint({ format, allow: 'https://h/', ttl: 300, authorize: () => true, onError });
    const { status } = await endpoint(post({ urls: ['https://h/vod/7/a'] }));
    expect(status).toBe(problem);
    // what is wrong with the URL is no news, what is wrong with the function is
    expect(onError.mock.calls.map(([error]) => error.option)).toEqual(problem === 503 ? ['claims'] : []);
  });

  test('claims are signed as they are checked: by `toJSON`, and read once', async () => {
    let reads = 0;
    const written = jwt({ ...shared, claims: ({ pathname }) => ({ toJSON: () => ({ film: pathname }) }) });
    const changing = jwt({
      ...shared,
      claims: ({ pathname }) => ({
        get film() {
          return reads++ % 2 === 0 ? pathname : undefined;
        },
      }),
    });
    for (const format of [written, changing]) {
      const token = await format.sign(new URL('https://h/vod/7/a'), NOW);
      expect(decodeJwt(token.query!.token!)).toEqual({ film: '/vod/7/a', exp: NOW });
      await holds(written, 'https://h/vod/7/a', token);
      expect(await statusOf(written, 'https://h/vod/8/a', token)).toBe('403 signature');
    }
  });

  test('dates, and what comes from another realm, are written as JSON writes them', async () => {
    const twice = ['in two places'];
    // not a circle: it is written in full once, and by its id inside
    const film = { toJSON: (key: string) => (key === 'film' ? { self: film } : '7') };
    const claims = (): Record<string, unknown> => ({
      since: new Date(0),
      elsewhere: runInNewContext('({ a: [{ b: 1 }, []], since: new Date(0) })'),
      film,
      list: [{ a: null }, twice, twice, Object.assign(Object.create(null), { b: true })],
      ['__proto__']: { c: '' },
    });
    const format = jwt({ ...shared, claims });
    const token = await format.sign(new URL('https://h/vod/7/a'), NOW);
    await holds(format, 'https://h/vod/7/a', token);
    const [, payload] = token.query!.token!.split('.');
    expect(Buffer.from(payload!, 'base64url').toString()).toBe(JSON.stringify({ ...claims(), exp: NOW }));
  });

  test.each<[string, unknown]>([
    ['an undefined restriction', { playback_restriction_id: undefined, accessRules: undefined }],
    ['undefined in a rule', { accessRules: [{ type: 'ip.src', ip: undefined, action: 'block' }] }],
    ['a function', { accessRules: () => [] }],
    ['NaN', { nbf: NaN }],
    ['a beginning as text', { nbf: '7' }],
    ['a beginning between two seconds', { nbf: 0.5 }],
    ['a Set', { accessRules: new Set([{ type: 'any', action: 'block' }]) }],
    ['a promise', { playback_restriction_id: Promise.resolve('7') }],
    ['a BigInt', { nbf: 7n }],
    ['an object of a class', { accessRules: new Private('7') }],
    ['a date that is none', { nbf: new Date(NaN) }],
    ['no plain object, but one of a class', new Private('7')],
    ['a text in a box', { playback_restriction_id: new String('7') }],
    ['no object, but null', null],
    ['no object, but text', 'downloadable'],
    ['no object, but a list', []],
    ['no object, but a list without a value', [undefined]],
  ])('`params` that would be missing in tokens are refused at once: %s', (_, params) => {
    const options = { keys: [{ id: 'k', key: rsa.jwk }], params: params as Record<string, unknown> };
    for (const format of [mux, cloudflareStream])
      expect(() => format(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', option: 'params' }));
  });
});
