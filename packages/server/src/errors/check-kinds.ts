import { optionsError } from './options-error.ts';

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
