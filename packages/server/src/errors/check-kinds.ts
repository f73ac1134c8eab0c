import { optionsError } from './options-error.ts';

/**
 * The options of the handlers that are functions and switches. A call at a viewer's request would fail otherwise, and
 * the text `'false'` would switch on what it names.
 *
 * @param path the option that holds these, such as `expand`
 * @throws `ERR_OPTIONS` for a value of another type; `undefined` is for the default
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
