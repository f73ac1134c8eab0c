import { vi } from 'vitest';

/** Unix seconds at which every fake clock starts. */
export const START = 1_800_000_000;

export const seconds = (): number => Date.now() / 1000;
export const elapsed = (): number => seconds() - START;

/** Advances the fake clock, with everything that is due in that time. Without an argument: with what is due now. */
export const advanceSeconds = (time = 0): Promise<void> =>
  vi.advanceTimersByTimeAsync(time * 1000).then(() => undefined);
const { setImmediate } = globalThis; // the real one: fake timers come later
/** Advances the clock as `advanceSeconds`, but faster and only as exact as `step`: for hours. */
export const hurry = async (time: number, step = 1): Promise<void> => {
  for (let passed = 0; passed < time; passed += step) {
    vi.advanceTimersByTime(step * 1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
/** Passes time as a sleeping machine does: no timer fires before it wakes. */
export const sleep = async (time: number): Promise<void> => {
  vi.setSystemTime(Date.now() + time * 1000);
  await advanceSeconds();
};
