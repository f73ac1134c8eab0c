import { optionsError } from '../errors/options-error.ts';
import { isPlainObject } from '../errors/check-names.ts';

/**
 * Returns the error for a value that JSON loses.
 *
 * @param place such as `user.roles[1]`; `undefined` for the claims as a whole
 * @param isMissing true if there is no value, for example from a pattern that did not match; false for a value that
 *   JSON cannot write, such as a promise
 */
export type LostClaim = (place: string | undefined, isMissing: boolean) => Error;

/**
 * Returns the claims as a token has them: sign and compare these, and nothing else. JSON leaves some values out, and
 * writes `null`, `{}` or `[]` for others. A token without such a claim, or with an empty one, would open all URLs whose
 * claims differ in it alone.
 *
 * Text, finite numbers, booleans, `null`, lists and plain objects are written. Any other value with a `toJSON` is
 * written as what `toJSON` returns. An object of a class without `toJSON` is not written: its difference from another
 * object may be private, or a getter.
 *
 * @throws the error that `lost` returns
 */
export function writtenClaims(claims: unknown, lost: LostClaim): Readonly<Record<string, unknown>> {
  /** The lists and objects that contain the current value, as they were given: JSON has no circular references. */
  const around = new Set([claims]);

  const writtenValue = (given: unknown, key: string, place: string): unknown => {
    const value = asJSON(given, key);
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value;
    if (value === null && given === null) return null;
    if (value === undefined || value === null || typeof value === 'number') throw lost(place, true);
    if (around.has(given)) throw lost(place, false);
    around.add(given);
    const written = isPlainList(value)
      ? value.map((each, i) => writtenValue(each, String(i), `${place}[${i}]`))
      : writtenObject(value, place);
    around.delete(given);
    return written;
  };

  const writtenObject = (value: unknown, place: string | undefined): Readonly<Record<string, unknown>> => {
    if (!isPlainObject(value) || hasHiddenMembers(value)) throw lost(place, false);
    const within = place === undefined ? '' : `${place}.`;
    return Object.fromEntries(Object.keys(value).map((key) => [key, writtenValue(value[key], key, within + key)]));
  };

  return writtenObject(asJSON(claims, ''), undefined);
}

/** @throws `ERR_OPTIONS` about `option` for an `nbf` with which every edge would refuse the token */
export function checkNotBefore({ nbf }: Readonly<Record<string, unknown>>, option: string): void {
  if (nbf !== undefined && !Number.isSafeInteger(nbf))
    throw optionsError(option, '`nbf` is no time in whole unix seconds. Give one, as a number.');
}

/** Returns the message about a value that JSON cannot write. */
export const unwritable = (place: string): string =>
  `JSON does not have the value at '${place}'. Give text, numbers, plain objects without hidden members, and lists ` +
  'without gaps or names (what a pattern returns for a match has names). Give no promises, and no circles.';

function asJSON(value: unknown, key: string): unknown {
  return hasToJSON(value) ? value.toJSON(key) : value;
}

function hasToJSON(value: unknown): value is { toJSON: (key: string) => unknown } {
  return typeof (value as { toJSON?: unknown } | null | undefined)?.toJSON === 'function';
}

/** Whether an object has members whose keys are symbols or not enumerable: JSON leaves them out. */
const hasHiddenMembers = (value: object): boolean => Reflect.ownKeys(value).length !== Object.keys(value).length;

/**
 * Tells whether JSON writes everything that a list has, in this realm or another. It does not for a list of a class,
 * for a list with named members, which it leaves out, and for a list with gaps, for which it writes `null`.
 */
function isPlainList(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  // `length` is a key too; indexes come first
  const keys = Reflect.ownKeys(value);
  if (keys.length !== value.length + 1 || keys.some((key, i) => i < value.length && key !== String(i))) return false;
  // `Array.prototype` of each realm is a list itself, and inherits from `Object.prototype`
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(prototype) && Object.getPrototypeOf(Object.getPrototypeOf(prototype)) === null;
}
