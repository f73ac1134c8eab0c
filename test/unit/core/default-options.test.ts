import { expect, test } from 'vitest';
import { withDefaults } from '../../../packages/core/src/contract/token-source-options.ts';

const endpoint = '/token';
const defaults = {
  endpoint,
  tokens: [],
  jitter: 0.3,
  readAhead: 6,
  retry: { limit: 4, backoffLimit: 30 },
  timeout: 10,
  refusals: [401, 403, 410],
  clock: Date.now,
  random: Math.random,
};

test('what is left out has the value that docs/options.md names', () => {
  expect(withDefaults({ endpoint })).toEqual(defaults);
});

test('so has what is undefined, as from a variable of the app', () => {
  expect(withDefaults({ endpoint, jitter: undefined as never, retry: undefined as never })).toEqual(defaults);
});

test('what is given stays, and what belongs to it is completed', () => {
  expect(withDefaults({ endpoint, readAhead: 0, retry: { limit: 0 }, renewBefore: 5 })).toEqual({
    ...defaults,
    readAhead: 0,
    retry: { limit: 0, backoffLimit: 30 },
    renewBefore: 5,
  });
});
