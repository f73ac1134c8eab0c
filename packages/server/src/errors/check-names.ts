import { OptionsError, optionsError } from './options-error.ts';

/**
 * Returns the edit distance of two texts: the number of letters to change, add or remove. It is written here for two
 * reasons: the edge function contains it, and a library would be a tenth of the size of that function; core has the
 * same function, but shares no code with this package.
 */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of one.split('').entries()) {
    const next = [i + 1];
    for (const [j, otherLetter] of other.split('').entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === otherLetter ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}

/** Returns the name that was probably meant, ignoring case. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((known) => distance(name.toLowerCase(), known.toLowerCase()));
  const least = Math.min(...distances);
  return least <= Math.max(1, name.length / 3) ? names[distances.indexOf(least)] : undefined;
}

/**
 * Checks the names of options, because a misspelt option would be ignored without an error.
 *
 * @param names all names; the compiler checks that none is missing
 * @param path the option that contains these, such as `cors`
 * @throws `ERR_OPTIONS` for a name that is not in `names`, and if `options` is not an object
 */
export function checkNames<T extends object>(options: T, names: Readonly<Record<keyof T, true>>, path?: string): void {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw optionsError(path ?? 'options', 'Give an object.', options);
  }
  const known = Object.keys(names);
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name))?.[0];
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  const prefix = path === undefined ? '' : `${path}.`;
  throw new OptionsError(
    prefix + unknown,
    `Unknown option '${prefix}${unknown}'. ` +
      (meant === undefined ? `Known options: ${known.join(', ')}.` : `Did you mean '${prefix}${meant}'?`),
  );
}

/**
 * Checks the options of the handlers that are functions or switches. Without this check, a call of a wrong value would
 * fail at the first request of a viewer, and the text `'false'` would switch an option on.
 *
 * @param path the prefix of the names in the error: the option that contains these, with a dot, such as `expand.`
 * @throws `ERR_OPTIONS` for a value of another type; `undefined` selects the default
 */
export function checkKinds(
  options: Readonly<Record<string, unknown>>,
  kinds: Readonly<Record<string, 'function' | 'boolean'>>,
  path = '',
): void {
  for (const [name, kind] of Object.entries(kinds)) {
    const value = options[name];
    if (value === undefined || typeof value === kind) continue;
    throw optionsError(path + name, kind === 'function' ? 'Give a function.' : 'Give true or false.', value);
  }
}

/**
 * Whether `value` is an object as braces or `JSON.parse` create it, in this realm or another. Lists, maps, promises and
 * instances of classes are not plain: their content may be in a place that no code here reads.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (Object.prototype.toString.call(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty'))
  );
}
