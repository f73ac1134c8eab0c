import { OptionsError, optionsError } from './options-error.ts';

/**
 * Checks the names of options, because a misspelt option would be ignored without an error. Checks also the kinds of
 * those that are functions or switches: a wrong function would fail at the first request of a viewer, and the text
 * `'false'` would switch an option on.
 *
 * @param names all names, with the kind that is checked or `true`; the compiler checks that none is missing
 * @param path the option that contains these, such as `cors`
 * @throws `ERR_OPTIONS` for a name that is not in `names`, for a value of another kind, and if `options` is not an
 *   object; `undefined` selects the default
 */
export function checkNames<T extends object>(
  options: T,
  names: Readonly<Record<keyof T, true | 'function' | 'boolean'>>,
  path?: string,
): void {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null)
    throw optionsError(path ?? 'options', 'Give an object.', options);
  const front = path === undefined ? '' : `${path}.`;
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const kind = Object.hasOwn(names, name) ? names[name as keyof T] : undefined;
    if (kind === undefined)
      throw new OptionsError(
        front + name,
        `Unknown option '${front}${name}'. Known options: ${Object.keys(names).join(', ')}.`,
      );
    if (kind !== true && typeof value !== kind)
      throw optionsError(front + name, kind === 'function' ? 'Give a function.' : 'Give true or false.', value);
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
