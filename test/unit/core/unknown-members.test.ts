import { describe, expect, test } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { ENDPOINT, FOLDER, MASTER, START, fakeTime, folder, lab, advanceSeconds, seconds, tokenOf } from './lab.ts';

fakeTime();

/** Members that no token has, with values that no option of that name has. */
const strange = {
  endpoint: 7,
  getTokens: 'x',
  request: 'r1',
  tokens: 'x',
  protect: 7,
  renewBefore: 'x',
  jitter: 9,
  readAhead: 'x',
  retry: 'no',
  limit: 'ten',
  backoffLimit: -1,
  timeout: 'soon',
  refusals: 'x',
  clock: 'utc',
  fetch: 1,
  random: 'x',
  source: null,
  token: {},
  id: [],
  toString: 1,
  hasOwnProperty: 1,
};

describe('createTokenSource', () => {
  describe('members that it does not know', () => {
    test.each(Object.entries(strange))('of a token: %s is not looked at', async (name, value) => {
      const { source, types } = lab(folder(300, FOLDER, { [name]: value }));
      expect(tokenOf(await source.sign(MASTER))).toBe('t1');
      expect(types()).toEqual(['tokenrenewed']);
    });

    test('of a token known beforehand: nor there', () => {
      const { source } = lab(folder(), {
        tokens: [{ ...strange, prefix: FOLDER, query: { st: 'page' }, expires: START + 60 }],
      });
      expect(tokenOf(source.signNow(MASTER))).toBe('page');
    });

    test('of a token: they make no other token of it', async () => {
      const { source, types } = lab(({ index }) => ({
        now: seconds(),
        tokens: [{ prefix: FOLDER, query: { st: 'same' }, expires: seconds() + 300, serial: index }],
      }));
      const request = await source.sign(MASTER);
      const replay = source.refused(request, 403);
      await advanceSeconds(5);
      expect(await replay).toBeUndefined();
      expect(types().at(-1)).toBe('tokenerror');
    });

    test('of a token: a number of ours is no member of theirs', async () => {
      const { source } = lab(folder(300, FOLDER, JSON.parse('{"__proto__":{"url":"x","base":7}}') as object));
      expect(tokenOf(await source.sign(MASTER))).toBe('t1');
    });

    test.each([
      'url',
      'prefix',
      'base',
      'expires',
      'query',
      'headers',
      'anyQuery',
      'credentials',
      'limit',
      'backoffLimit',
      'via',
      'as',
    ])('of the options: %s is refused', (name) => {
      expect(() => createTokenSource({ endpoint: ENDPOINT, [name]: -1 })).toThrow(`Unknown option '${name}'.`);
    });

    test('of retry: a member with the name of an option is none, and refused', () => {
      const retry = { limit: 1, fetch: () => undefined } as never;
      expect(() => createTokenSource({ endpoint: ENDPOINT, retry })).toThrow("Unknown option 'retry.fetch'.");
    });
  });
});
