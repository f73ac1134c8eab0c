import { optionsError } from './options-error.ts';

/**
 * The `clock` of the options. Each of its readings is checked: with `NaN` every comparison would say "not expired", and
 * with seconds nothing would be.
 *
 * @param name of the option
 * @returns whole unix milliseconds; a monotonic clock has fractions
 * @throws `ERR_OPTIONS` (the returned function), for a clock that counts in seconds, and for what is no time
 */
export function checkedClock(clock: () => number = Date.now, name = 'clock'): () => number {
  return () => {
    const now: unknown = clock();
    if (typeof now === 'number' && now >= 1e12 && now < 1e13) return Math.floor(now);
    throw optionsError(name, 'Return unix milliseconds, as Date.now does.', now);
  };
}
