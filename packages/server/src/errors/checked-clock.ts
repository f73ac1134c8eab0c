import { optionsError } from './options-error.ts';

/**
 * Wraps the `clock` of the options and checks each value that it returns. With `NaN`, every comparison would say "not
 * expired". With seconds instead of milliseconds, no token would ever expire.
 *
 * @param name of the option
 * @returns whole unix milliseconds: the fractions of a monotonic clock are cut off
 * @throws `ERR_OPTIONS` (the returned function) for a clock that counts in seconds, and for a value that is not a time
 */
export function checkedClock(clock: () => number = Date.now, name = 'clock'): () => number {
  return () => {
    const now: unknown = clock();
    if (typeof now === 'number' && now >= 1e12 && now < 1e13) return Math.floor(now);
    throw optionsError(name, 'Return unix milliseconds, as Date.now does.', now);
  };
}
