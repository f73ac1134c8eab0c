import { optionsError } from '../errors/options-error.ts';

/**
 * Checks the option `ttl`.
 *
 * @param maxTtl the longest lifetime of the format, if it is known already
 * @throws `ERR_OPTIONS`
 */
export function checkTtl(ttl: unknown, maxTtl?: number): void {
  if (!(typeof ttl === 'number' && ttl >= 1 && ttl <= (maxTtl ?? Infinity))) {
    const most = maxTtl === undefined ? '' : ` and at most ${maxTtl}, the maxTtl of the format`;
    throw optionsError('ttl', `Give seconds, at least 1${most}.`, ttl);
  }
}

/**
 * Returns the lifetime of new tokens, in whole seconds. Most formats are deterministic: one URL and one expiry give one
 * token. A viewer whose token was refused must get another one, so the new token ends a second later than any token
 * made so far, or a second earlier if the edge would not accept the later end.
 */
export function lifetimeFor(reason: string, ttl: number, formatMaxTtl?: number): number {
  const maxTtl = formatMaxTtl ?? Infinity;
  const lifetime = Math.floor(Math.min(ttl, maxTtl));
  if (reason !== 'refused') return lifetime;
  return lifetime < Math.floor(maxTtl) ? lifetime + 1 : lifetime - 1;
}
