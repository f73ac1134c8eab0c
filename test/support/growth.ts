import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

type Work = () => unknown;

/** Each size is so many times the one before. */
const step = 4;
/**
 * Four times the input is to take four times the CPU; quadratic work takes sixteen times. Eight lies half-way: a
 * busy machine, a cache or the collection of garbage would have to double a ratio, or to halve it.
 */
const limit = 8;
/** Milliseconds of CPU of the smaller work that are enough to compare: less is noise. */
const enoughMs = 20;
/** The median of three is over the limit when two are. */
const majority = 2;
const attempts = 3;

/**
 * Fails when `work` grows much faster than its size: when four times `size` takes more than eight times the CPU (the
 * median of three), and sixteen times `size` more than eight times the CPU of that. No absolute time is judged.
 *
 * Both steps have to be too large, since one can be: a larger input is the first that does not fit a cache, which makes
 * each of its items dearer, once. Quadratic work takes sixteen times at each step.
 *
 * @param work makes what is measured, for an input of a size
 */
export async function expectLinear(work: (size: number) => Work | Promise<Work>, size: number): Promise<void> {
  const [small, large] = [await work(size), await work(step * size)];
  let largest: Work | undefined;
  const ratios: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await costsAlike(small, large, ratios)) return;
    largest ??= await work(step * step * size);
    if (await costsAlike(large, largest, ratios)) return;
  }
  expect.fail(`with ${step} times the input, the CPU is that of so many times: ${ratios.join(', ')}`);
}

/** Whether the median of the ratios is within the limit. @param ratios to which they are added, as a text */
async function costsAlike(small: Work, large: Work, ratios: string[]): Promise<boolean> {
  const measured = await cpuRatios(small, large);
  ratios.push(measured.map((ratio) => ratio.toFixed(1)).join(' '));
  return measured.filter((ratio) => ratio <= limit).length >= majority;
}

/**
 * Ratios measured in turn, so that whatever else the machine does hits both; no more than decide on the median of three.
 */
async function cpuRatios(smaller: Work, larger: Work): Promise<number[]> {
  await cpuMs(larger, 2);
  // A kernel may count CPU in steps of some milliseconds: what is short reads as nothing.
  let repetitions = 1;
  while ((await cpuMs(smaller, repetitions)) < enoughMs) repetitions *= 2;
  const ratios: number[] = [];
  for (let within = 0, over = 0; within < majority && over < majority;) {
    const small = await cpuMs(smaller, repetitions);
    const ratio = (await cpuMs(larger, repetitions)) / small;
    ratios.push(ratio);
    if (ratio <= limit) within++;
    else over++;
  }
  return ratios;
}

async function cpuMs(work: Work, repetitions: number): Promise<number> {
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
