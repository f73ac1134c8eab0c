import { isPlainObject } from '../errors/plain-object.ts';

/**
 * The error for a value that JSON loses.
 *
 * @param place such as `user.roles[1]`; empty for the claims themselves
 * @param isMissing whether there is no value, as of a pattern that did not match; false for a value that JSON cannot
 *   write, such as a promise
 */
export type LostClaim = (place: string, isMissing: boolean) => Error;

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
  const written = writtenValue(claims, '', '', lost);
  if (!isPlainObject(written)) throw lost('', false);
  return written;
}

function writtenValue(given: unknown, key: string, place: string, lost: LostClaim): unknown {
  const value = hasToJSON(given) ? given.toJSON(key) : given;
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value;
  if (value === null && given === null) return null;
  if (value === undefined || value === null || typeof value === 'number') throw lost(place, true);
  if (Array.isArray(value)) {
    // JSON writes no more of a list than its places, and `null` for a gap; `length` is a key of it, too. The prototype
    // of a list is a list in each realm, and that of a class is not.
    const isPlain = Array.isArray(Object.getPrototypeOf(value));
    if (!isPlain || Reflect.ownKeys(value).length !== value.length + 1) throw lost(place, false);
    return value.map((each, i) => writtenValue(each, String(i), `${place}[${i}]`, lost));
  }
  if (!isPlainObject(value)) throw lost(place, false);
  // Of symbols and of keys that are not enumerable, JSON writes none.
  const keys = Object.keys(value);
  if (Reflect.ownKeys(value).length !== keys.length) throw lost(place, false);
  const within = place === '' ? '' : `${place}.`;
  return Object.fromEntries(keys.map((name) => [name, writtenValue(value[name], name, within + name, lost)]));
}

function hasToJSON(value: unknown): value is { toJSON: (key: string) => unknown } {
  return typeof (value as { toJSON?: unknown } | null | undefined)?.toJSON === 'function';
}
