import { optionsError } from '../errors/options-error.ts';
import { attachToken } from './attach-token.ts';
import type { SignedToken } from './token-format.ts';

type Opened = Pick<SignedToken, 'url' | 'prefix' | 'anyQuery' | 'base'>;

/**
 * Joins two tokens into one that opens the URLs that both open, until the earlier of their expiries.
 *
 * @param plain the URL without both tokens
 * @throws `ERR_OPTIONS` if no single token can express this
 */
export function joinedToken(plain: URL, first: SignedToken, second: SignedToken): SignedToken {
  const query = { ...first.query, ...second.query };
  const headers = { ...first.headers, ...second.headers };
  const setCookie = [...(first.setCookie ?? []), ...(second.setCookie ?? [])];
  return {
    ...openedByBoth(plain, first, second),
    expires: Math.min(first.expires, second.expires),
    ...(Object.keys(query).length > 0 && { query }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...((first.credentials ?? second.credentials) && { credentials: true }),
    ...(setCookie.length > 0 && { setCookie }),
  };
}

function openedByBoth(plain: URL, first: SignedToken, second: SignedToken): Opened {
  const moved = [first, second].find(({ base }) => base !== undefined);
  if (first.prefix === undefined || second.prefix === undefined) {
    const opensAnyQuery = [first, second].every(({ prefix, anyQuery }) => prefix !== undefined || anyQuery === true);
    return {
      url: plain.href,
      ...(opensAnyQuery && { anyQuery: true }),
      ...(moved && { base: frontOf(plain, moved) }),
    };
  }
  const folders = [first.prefix, second.prefix];
  const prefix = folders.reduce((a, b) => (a.length > b.length ? a : b));
  if (!folders.every((folder) => prefix.startsWith(folder))) throw unjoinable();
  if (moved?.base === undefined) return { prefix };
  return { prefix, base: moved.base + prefix.slice(moved.prefix!.length) };
}

/**
 * Returns the `base` for one URL. A token in the path then replaces the origin and the `/` behind it: see
 * `attachToken`.
 */
function frontOf(plain: URL, moved: SignedToken): string {
  const { origin, pathname } = new URL(attachToken(plain.href, { ...moved, query: {} }));
  if (!pathname.endsWith(plain.pathname)) throw unjoinable();
  return origin + pathname.slice(0, pathname.length - plain.pathname.length + 1);
}

function unjoinable(): Error {
  return optionsError(
    'combine',
    'One token cannot name the URLs that both tokens open. Combine formats that open the same folder, ' +
      'or one in the path with one that opens a folder.',
  );
}
