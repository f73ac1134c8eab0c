import { expect, test } from 'vitest';
import { expectLinear, expectSameCost } from '../support/growth.ts';

/** Additions, as many as asked for. */
const add = (times: number) => (): number => {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += i % 7;
  return sum;
};
const n = 2 ** 18;

test('work in proportion to its input is accepted', async () => {
  await expectLinear((size) => add(size), n);
});

test('one expensive step between the sizes is told from work that grows with each', async () => {
  await expectLinear((size) => add(size === n ? n / 4 : size), n);
});

test('work that grows with the square of its input is refused', async () => {
  await expect(expectLinear((size) => add((size / n) * size), n)).rejects.toThrow(
    'with 4 times the input, the CPU is that of',
  );
});

test('work that is to cost the same, and grows with its input, is refused', async () => {
  await expectSameCost(add(n), add(2 * n));
  await expect(expectSameCost(add(n), add(32 * n))).rejects.toThrow('the CPU is that of');
});
