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
  /** The lists and objects that the value stands in: JSON has no circles. */
  const around = new Set<unknown>();

  const writtenValue = (given: unknown, key: string, place: string | undefined): unknown => {
    const value = hasToJSON(given) ? given.toJSON(key) : given;
    if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value;
    if (value === null && given === null) return null;
    if (value === undefined || value === null || typeof value === 'number') throw lost(place, true);
    if (around.has(value)) throw lost(place, false);
    around.add(value);
    const written = writtenMembers(value, place);
    around.delete(value);
    return written;
  };

  const writtenMembers = (value: unknown, place: string | undefined): unknown => {
    if (isPlainList(value)) return value.map((each, i) => writtenValue(each, String(i), `${place ?? ''}[${i}]`));
    if (!isPlainObject(value) || hasHiddenMembers(value)) throw lost(place, false);
    const within = place === undefined ? '' : `${place}.`;
    return Object.fromEntries(Object.keys(value).map((key) => [key, writtenValue(value[key], key, within + key)]));
  };

  const written = writtenValue(claims, '', undefined);
  if (!isPlainObject(written)) throw lost(undefined, false);
  return written;
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
