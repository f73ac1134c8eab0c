import { describe, expect, test } from 'vitest';
import { createTokenSource, isSecureTokenError } from '../../../packages/core/src/index.ts';
import { ENDPOINT, FOLDER, START, fakeTime } from './lab.ts';

fakeTime();

const expires = START + 300;
const thrown = (options: unknown): unknown => {
  try {
    createTokenSource(options as never).destroy();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('createTokenSource', () => {
  describe('options', () => {
    test.each<[string, unknown[]]>([
      ['endpoint', [7, {}, [], 'ftp://api.test/token', 'data:,x', new URL('blob:https://a.test/1'), true]],
      ['getTokens', ['x', {}, [], 1]],
      ['request', ['x', 1, null, true]],
      [
        'tokens',
        [
          {},
          'x',
          null,
          [null],
          [{}],
          [{ expires }],
          [{ prefix: FOLDER }],
          [{ prefix: '/vod/', expires }],
          [
            { prefix: FOLDER, expires },
            { url: 'x', expires },
          ],
        ],
      ],
      ['protect', [7, null, {}, [], 'data:,x', [7], [null], [FOLDER, {}], 'http://']],
      ['renewBefore', ['10', -1, NaN, null, Infinity, {}]],
      ['jitter', ['0.5', -0.1, 1.1, NaN, null, true]],
      ['readAhead', ['6', -1, NaN, null, Infinity]],
      ['retry', [3, 'x', null, true]],
      ['timeout', ['10', 0, -1, NaN, null, Infinity, 1e9]],
      ['refusals', [403, '403', null, {}, ['403'], [NaN], [null], [[]], [{}], [{ prefix: 'https://a.test/' }]]],
      ['clock', [0, 'x', null, {}]],
      ['fetch', [0, 'x', null, {}]],
      ['random', [0.5, 'x', null, {}]],
    ])('%s: a wrong one is named', (name, values) => {
      for (const value of values) {
        const options = name === 'getTokens' ? {} : { endpoint: ENDPOINT };
        const error = thrown({ ...options, [name]: value });
        expect(isSecureTokenError(error), `${name}: ${JSON.stringify(value)}`).toBe(true);
        expect(error).toMatchObject({
          code: 'ERR_OPTIONS',
          message: expect.stringMatching(new RegExp(`\\b${name}\\b`)),
        });
      }
    });

    test.each([
      ['limit', [-1, '4', NaN, null]],
      ['backoffLimit', [-1, '30', NaN, null, 1e9]],
    ])('retry.%s: a wrong one is named', (name, values) => {
      for (const value of values) {
        expect(thrown({ endpoint: ENDPOINT, retry: { [name]: value } })).toMatchObject({
          code: 'ERR_OPTIONS',
          message: expect.stringContaining(name),
        });
      }
    });

    test.each<[string, unknown[]]>([
      ['endpoint', ['/token', 'token', ENDPOINT, new URL(ENDPOINT)]],
      ['request', [{}, { headers: {} }, () => ({})]],
      [
        'tokens',
        [
          [],
          [{ prefix: FOLDER, expires, query: {} }],
          [{ url: `${FOLDER}a`, expires: expires + 0.5, credentials: true }],
        ],
      ],
      ['protect', [FOLDER, /x/, () => true, [FOLDER, /x/, () => true]]],
      ['renewBefore', [0, 0.5, 3600]],
      ['jitter', [0, 0.5, 1]],
      ['readAhead', [0, 1, 100]],
      ['retry', [{}, { limit: 0 }, { limit: 10 }, { backoffLimit: 0 }, { limit: 1, backoffLimit: 1 }]],
      ['timeout', [0.5, 10, 600]],
      ['refusals', [[], [403], [401, 403, 410, 419], [400, { prefix: 'https://a.test/', statuses: [] }]]],
      ['clock', [Date.now]],
      ['fetch', [globalThis.fetch]],
      ['random', [Math.random]],
    ])('%s: a right one is taken', (name, values) => {
      for (const value of values)
        expect(thrown({ endpoint: ENDPOINT, [name]: value }), `${name}: ${JSON.stringify(value)}`).toBeUndefined();
      if (name !== 'endpoint') expect(thrown({ endpoint: ENDPOINT, [name]: undefined })).toBeUndefined();
    });

    test.each<[string, unknown]>([
      ['nothing', undefined],
      ['null', null],
      ['an empty text', ''],
      ['no options', {}],
      ['both', { endpoint: ENDPOINT, getTokens: async () => [] }],
      ['an empty endpoint', { endpoint: '' }],
    ])('exactly one of endpoint and getTokens: %s', (_, options) => {
      expect(thrown(options)).toMatchObject({ code: 'ERR_OPTIONS', message: expect.stringMatching(/endpoint/) });
    });

    test('a message never quotes a value', () => {
      expect(String(thrown({ endpoint: ENDPOINT, tokens: [{ query: { st: 'SECRET' } }] }))).not.toContain('SECRET');
    });

    test('options that change later change nothing', () => {
      const options = { endpoint: ENDPOINT, refusals: [403] };
      const source = createTokenSource(options);
      options.endpoint = 'https://evil.test/';
      expect(source.signNow(`${FOLDER}a`)).toBeUndefined();
      source.destroy();
    });

    test('a token source is returned as it is', () => {
      const source = createTokenSource(ENDPOINT);
      expect(createTokenSource(source)).toBe(source);
      source.destroy();
    });
  });
});
