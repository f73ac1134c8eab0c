import { optionsError } from '../errors/options-error.ts';

/** The options of the formats that are numbers. A text such as `'60'` would switch a limit off without a word. */
interface Times {
  readonly maxTtl?: number | undefined;
  readonly ttl?: number | undefined;
  readonly validity?: number | undefined;
  readonly startsAt?: number | undefined;
}

const isWhole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);

/** @throws `ERR_OPTIONS` for a value of another type or range; `undefined` is for the default */
export function checkTimes({ maxTtl, ttl, validity, startsAt }: Times): void {
  if (maxTtl !== undefined && !(typeof (maxTtl as unknown) === 'number' && maxTtl > 0)) {
    throw optionsError('maxTtl', 'give a positive number of seconds, or Infinity; not a text');
  }
  if (ttl !== undefined && !(isWhole(ttl) && ttl >= 1)) {
    throw optionsError('ttl', 'give the seconds of the rule, a whole number, at least 1');
  }
  if (validity !== undefined && !(isWhole(validity) && validity >= 0)) {
    throw optionsError('validity', 'give seconds, a whole number, 0 or more');
  }
  if (startsAt !== undefined && !(isWhole(startsAt) && String(startsAt).length === 10 && startsAt > 0)) {
    throw optionsError('startsAt', 'give unix seconds, a whole number of ten digits');
  }
}
