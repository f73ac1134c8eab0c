import { OPTIONS, refuse, unknownOption } from '../contract/check-options.ts';

/**
 * Returns the options of an adapter without the options in `own`, which only the adapter knows.
 * @throws `ERR_OPTIONS` if a name is neither one of `own` nor an option of a token source
 */
export function withoutOwnOptions(options: object, own: readonly string[]): object {
  refuse(unknownOption(options, [...OPTIONS, ...own]));
  return Object.fromEntries(Object.entries(options).filter(([name]) => !own.includes(name)));
}
