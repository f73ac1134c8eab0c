import { expect, test } from 'vitest';
import { expectLinear } from '../../support/growth.ts';

/** Additions, as many as asked for. */
const add = (times: number) => (): number => {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += i % 7;
  return sum;
};
const n = 2 ** 22;

test('work in proportion to its input is accepted', async () => {
  await expectLinear(add(n), add(2 * n));
});

test('one expensive step between the sizes is told from work that grows with each', async () => {
  await expectLinear(add(n), add(4 * n), add(8 * n));
});

test('work that grows with the square of its input is not', async () => {
  await expect(expectLinear(add(n), add(4 * n), add(16 * n))).rejects.toThrow(
    'with twice the input, the CPU is that of',
  );
});
