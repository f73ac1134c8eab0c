import { optionsError } from '../errors/options-error.ts';

interface TokenQuery {
  /** The values, in the order of the requested names. */
  readonly values: readonly (string | undefined)[];
  /** The query without the parameters: `''`, or with its `?`. */
  readonly rest: string;
}

/**
 * Reads parameters from the query as it was sent. `URLSearchParams` would decode names and values, and take the first
 * of two equal names where another server takes the last one.
 *
 * @returns `undefined` if a name occurs twice, in another case or percent-encoded: servers disagree about such names
 */
export function tokenQuery(search: string, names: readonly string[]): TokenQuery | undefined {
  const values: (string | undefined)[] = names.map(() => undefined);
  if (search.length < 2) return { values, rest: '' };
  const rest: string[] = [];
  // Computed once for all pairs, because an attacker may send thousands; most requests have only those of the token.
  let folded: readonly string[] | undefined;
  for (const pair of search.slice(1).split('&')) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const index = names.indexOf(name);
    if (index >= 0) {
      if (values[index] !== undefined) return undefined;
      values[index] = equals < 0 ? '' : pair.slice(equals + 1);
    } else {
      folded ??= names.map((each) => each.toLowerCase());
      if (folded.includes(foldName(name))) return undefined;
      rest.push(pair);
    }
  }
  const query = rest.join('&');
  return { values, rest: query && `?${query}` };
}

/** Returns a query without these parameters, however often and in whichever spelling they occur. */
export function withoutParameters(search: string, names: readonly string[]): string {
  if (search.length < 2 || names.length === 0) return search;
  const folded = names.map((each) => each.toLowerCase());
  const rest = search
    .slice(1)
    .split('&')
    .filter((pair) => !folded.includes(foldName(pair.replace(/=.*/s, ''))))
    .join('&');
  return rest && `?${rest}`;
}

/**
 * Checks that `tokenQuery` can tell these names of parameters apart.
 * @throws `ERR_OPTIONS` for other characters than `-._~`, letters and digits, and for two names that differ only in
 *   case
 */
export function checkParameterNames(option: string, names: readonly string[]): void {
  const isName = (name: unknown): boolean => typeof name === 'string' && /^[\w.~-]+$/.test(name);
  if (!names.every(isName) || new Set(names.map((name) => name.toLowerCase())).size !== names.length) {
    throw optionsError(
      option,
      'A name is used twice, or has characters that are not allowed. ' +
        'Give different names made of letters, digits and -._~',
    );
  }
}

/**
 * Writes a name in lower case and decodes its escapes of ASCII. Never throws, because other code wrote most of the
 * query.
 */
export function foldName(name: string): string {
  const decoded = name.includes('%')
    ? name.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    : name;
  return decoded.toLowerCase();
}
