import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Twice the input may take twice the time, and what the collection of garbage adds; quadratic work takes four times. */
const linear = 2.5;
/** Milliseconds of CPU of the smaller work that are enough to compare: less is noise. */
const enoughMs = 20;
const rounds = 5;
const attempts = 3;

/**
 * Fails when `larger`, with twice the input, takes more than 2.5 times the CPU of `smaller`. No absolute time is judged. A
 * busy machine can make one comparison wrong, and quadratic work look linear in none: three are tried.
 */
export async function expectLinear(smaller: () => unknown, larger: () => unknown): Promise<void> {
  const ratios: number[] = [];
  while (ratios.length < attempts) {
    const ratio = await cpuRatio(smaller, larger);
    if (ratio <= linear) return;
    ratios.push(ratio);
  }
  expect.fail(`with twice the input, the CPU is that of ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')} times`);
}

/** The median of five ratios, measured in turn, so that whatever else the machine does hits both. */
async function cpuRatio(smaller: () => unknown, larger: () => unknown): Promise<number> {
  await cpuMs(larger, 2);
  // A kernel may count CPU in steps of some milliseconds: what is short reads as nothing.
  let repetitions = 1;
  while ((await cpuMs(smaller, repetitions)) < enoughMs) repetitions *= 2;
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // What the round before has left behind is not counted.
    collectGarbage();
    const small = await cpuMs(smaller, repetitions);
    ratios.push((await cpuMs(larger, repetitions)) / small);
  }
  return ratios.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
}

async function cpuMs(work: () => unknown, repetitions: number): Promise<number> {
  const before = process.cpuUsage();
  for (let i = 0; i < repetitions; i++) await work();
  // What the kernel adds is fresh memory, whose price depends on what was given back before.
  return process.cpuUsage(before).user / 1000;
}

/** `unit` again and again, `length` characters. */
export const repeated = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
