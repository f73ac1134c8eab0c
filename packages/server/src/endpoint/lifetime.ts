import { optionsError } from '../errors/options-error.ts';

/** @param maxTtl of the format, where it is known already @throws `ERR_OPTIONS` */
export function checkTtl(ttl: unknown, maxTtl?: number): void {
  if (!(typeof ttl === 'number' && ttl >= 1 && ttl <= (maxTtl ?? Infinity))) {
    const most = maxTtl === undefined ? '' : ` and at most ${maxTtl}, the maxTtl of the format`;
    throw optionsError('ttl', `Give seconds, at least 1${most}.`, ttl);
  }
}

/**
 * The lifetime of new tokens, in whole seconds. Most formats are deterministic: one URL and one expiry give one token.
 * A viewer whose token was refused must get another one, so it ends a second later than any token made so far; a second
 * earlier where the edge would not accept that.
 */
export function lifetimeFor(reason: string, ttl: number, formatMaxTtl?: number): number {
  const maxTtl = formatMaxTtl ?? Infinity;
  const lifetime = Math.floor(Math.min(ttl, maxTtl));
  if (reason !== 'refused') return lifetime;
  return lifetime < Math.floor(maxTtl) ? lifetime + 1 : lifetime - 1;
}

/**
 * The time by the `clock` of the options. Asked before a session takes a place, which nothing could be signed for.
 *
 * @throws `ERR_OPTIONS` for a clock that counts in seconds, and for what is no time
 */
export function unixSeconds(clock: () => number): number {
  const now: unknown = clock();
  if (typeof now === 'number' && now >= 1e12 && now < 1e13) return Math.floor(now / 1000);
  throw optionsError('clock', 'Return unix milliseconds, as Date.now does.', now);
}
