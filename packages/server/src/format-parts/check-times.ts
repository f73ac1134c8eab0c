import { optionsError } from '../errors/options-error.ts';

/** The numeric options of the formats. A text such as `'60'` would switch a limit off without an error. */
interface Times {
  readonly maxTtl?: number | undefined;
  readonly ttl?: number | undefined;
  readonly validity?: number | undefined;
  readonly startsAt?: number | undefined;
}

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/**
 * Checks the numeric options.
 *
 * @throws `ERR_OPTIONS` for a value of another type or range; `undefined` selects the default
 */
export function checkTimes({ maxTtl, ttl, validity, startsAt }: Times): void {
  if (maxTtl !== undefined && !(typeof (maxTtl as unknown) === 'number' && maxTtl > 0)) {
    throw optionsError('maxTtl', 'Give a number of seconds, more than 0, or Infinity.', maxTtl);
  }
  if (ttl !== undefined && !(isWhole(ttl) && ttl >= 1)) {
    throw optionsError('ttl', 'Give the seconds of the rule of your CDN, a whole number, at least 1.', ttl);
  }
  if (validity !== undefined && !(isWhole(validity) && validity >= 0)) {
    throw optionsError('validity', 'Give seconds, a whole number, 0 or more.', validity);
  }
  if (startsAt !== undefined && !(isWhole(startsAt) && String(startsAt).length === 10 && startsAt > 0)) {
    throw optionsError('startsAt', 'Give unix seconds, a whole number of ten digits.', startsAt);
  }
}
