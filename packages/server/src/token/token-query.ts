import { optionsError } from '../errors/options-error.ts';

interface TokenQuery {
  /** In the order of the names asked for. */
  readonly values: readonly (string | undefined)[];
  /** The query without them: `''`, or with its `?`. */
  readonly rest: string;
}

/**
 * Reads parameters from the query as it was sent. `URLSearchParams` would decode names and values, and take the first
 * of two equal names where another server takes the last one.
 *
 * @returns `undefined` when a name occurs twice, in another case or percent-encoded: servers disagree about those
 */
export function tokenQuery(search: string, names: readonly string[]): TokenQuery | undefined {
  const values: (string | undefined)[] = names.map(() => undefined);
  if (search.length < 2) return { values, rest: '' };
  const rest: string[] = [];
  // Once for all pairs, of which a stranger may send thousands; most requests have none but the token's.
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

/** A query without these parameters, however often and in whichever spelling they are there. */
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
 * Names of parameters that `tokenQuery` can tell apart.
 * @throws `ERR_OPTIONS` for other characters than `-._~`, letters and digits, and for two names that differ in nothing
 *   but their case
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

/** Lower case, escapes of ASCII undone; never throws, since the rest of the query is not ours. */
export function foldName(name: string): string {
  const decoded = name.includes('%')
    ? name.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    : name;
  return decoded.toLowerCase();
}
