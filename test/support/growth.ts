import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Twice the input may take twice the time, and what the collection of garbage adds; quadratic work takes four times.
 */
const linear = 2.5;
/** Milliseconds of CPU of the smaller work that are enough to compare: less is noise. */
const enoughMs = 20;
/** The median of five is over the limit when three are. */
const majority = 3;
const attempts = 3;

/**
 * Fails when `larger`, with twice the input, takes more than 2.5 times the CPU of `smaller` (the median of five). No
 * absolute time is judged. A busy machine can make one comparison wrong, and quadratic work look linear in none: three
 * are tried.
 *
 * Where the larger input is the first that does not fit a cache or the young part of the heap, that one doubling costs
 * three times, and the next twice again. `largest`, with twice the input of `larger`, tells the two apart: quadratic
 * work takes four times at each doubling.
 */
export async function expectLinear(
  smaller: () => unknown,
  larger: () => unknown,
  largest?: () => unknown,
): Promise<void> {
  const ratios: string[] = [];
  const isLinear = async (small: () => unknown, large: () => unknown): Promise<boolean> => {
    const measured = await cpuRatios(small, large);
    ratios.push(measured.map((ratio) => ratio.toFixed(1)).join(' '));
    return measured.filter((ratio) => ratio <= linear).length >= majority;
  };
  while (ratios.length < attempts) {
    if (await isLinear(smaller, larger)) return;
    if (largest && (await isLinear(larger, largest))) return;
  }
  expect.fail(`with twice the input, the CPU is that of so many times: ${ratios.join(', ')}`);
}

/**
 * Ratios measured in turn, so that whatever else the machine does hits both; no more than decide on the median of five.
 */
async function cpuRatios(smaller: () => unknown, larger: () => unknown): Promise<number[]> {
  await cpuMs(larger, 2);
  // A kernel may count CPU in steps of some milliseconds: what is short reads as nothing.
  let repetitions = 1;
  while ((await cpuMs(smaller, repetitions)) < enoughMs) repetitions *= 2;
  const ratios: number[] = [];
  for (let within = 0, over = 0; within < majority && over < majority;) {
    const small = await cpuMs(smaller, repetitions);
    const ratio = (await cpuMs(larger, repetitions)) / small;
    ratios.push(ratio);
    if (ratio <= linear) within++;
    else over++;
  }
  return ratios;
}

async function cpuMs(work: () => unknown, repetitions: number): Promise<number> {
  // What was left behind before is not counted: neither the round before, nor the smaller work as a part of the larger.
  collectGarbage();
  const before = process.cpuUsage();
  for (let i = 0; i < repetitions; i++) await work();
  // What the kernel adds is fresh memory, whose price depends on what was given back before.
  return process.cpuUsage(before).user / 1000;
}

/** `unit` again and again, `length` characters. */
export const repeated = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
