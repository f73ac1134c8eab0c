import { expect, test } from 'vitest';
import { pauseAfter } from '../../../packages/core/src/calls/backoff.ts';

test.each<[string, Parameters<typeof pauseAfter>, number]>([
  ['the first pause is up to 4.3 s long, by chance', [1, 0, 1], 4.3],
  ['and may be none', [1, 0, 0], 0],
  ['later ones are 4 s long', [2, 4, 0], 4],
  ['to 4.6 s', [9, 59, 1], 4.6],
  ['after a minute of outage 5 s', [2, 60, 0], 5],
  ['to 10 s', [20, 600, 1], 10],
  ['and no longer than the app wants', [2, 4, 1, 3], 3],
])('the pause after failures: %s', (_, args, seconds) => {
  expect(pauseAfter(...args)).toBeCloseTo(seconds, 6);
});
