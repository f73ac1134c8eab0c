import { optionsError } from '../errors/options-error.ts';
import { isPlainObject } from '../errors/plain-object.ts';

/**
 * The error for a value that JSON loses.
 *
 * @param place such as `user.roles[1]`; undefined for the claims as a whole
 * @param isMissing whether there is no value, as of a pattern that did not match; false for a value that JSON cannot
 *   write, such as a promise
 */
export type LostClaim = (place: string | undefined, isMissing: boolean) => Error;

/**
 * The claims as a token has them: sign and compare these, and nothing else. JSON leaves some values out, and writes
 * `null`, `{}` or `[]` for others. A token without the claim, or with an empty one, would open all URLs whose claims
 * differ in it alone.
 *
 * Text, finite numbers, booleans, `null`, lists and plain objects are written, and whatever else has a `toJSON` by what
 * that returns. An object of a class without one is not: what makes it differ from another may be private, or a getter.
 *
 * @throws what `lost` makes
 */
export function writtenClaims(claims: unknown, lost: LostClaim): Readonly<Record<string, unknown>> {
  /** The lists and objects that the value stands in, as they were given: JSON has no circles. */
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

/** @throws `ERR_OPTIONS` about `option` for an `nbf` with which each edge would refuse the token */
export function checkNotBefore({ nbf }: Readonly<Record<string, unknown>>, option: string): void {
  if (nbf !== undefined && !Number.isSafeInteger(nbf))
    throw optionsError(option, '`nbf` is no time in whole unix seconds. Give one, as a number.');
}

/** What to say about a value that JSON cannot write. */
export const unwritable = (place: string): string =>
  `JSON does not have the value at '${place}'. Give text, numbers, plain objects without hidden members, and lists ` +
  'without gaps or names (what a pattern returns for a match has names). Give no promises, and no circles.';

function asJSON(value: unknown, key: string): unknown {
  return hasToJSON(value) ? value.toJSON(key) : value;
}

function hasToJSON(value: unknown): value is { toJSON: (key: string) => unknown } {
  return typeof (value as { toJSON?: unknown } | null | undefined)?.toJSON === 'function';
}

/** Of symbols and of keys that are not enumerable, JSON writes none. */
const hasHiddenMembers = (value: object): boolean => Reflect.ownKeys(value).length !== Object.keys(value).length;

/**
 * Whether JSON writes all that a list has, in this realm or another: not for one of a class, for one with names, of
 * which it writes none, and for one with gaps, for which it writes `null`.
 */
function isPlainList(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value)) return false;
  // `length` is a key, too; places come first
  const keys = Reflect.ownKeys(value);
  if (keys.length !== value.length + 1 || keys.some((key, i) => i < value.length && key !== String(i))) return false;
  // `Array.prototype` of each realm is a list, and stands on `Object.prototype`
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(prototype) && Object.getPrototypeOf(Object.getPrototypeOf(prototype)) === null;
}
