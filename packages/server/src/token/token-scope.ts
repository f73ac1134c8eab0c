import { refusesUrl } from '../errors/options-error.ts';
import { parsedUrl } from '../url/judged-url.ts';
import { judgeScope } from '../url/scope.ts';
import type { JudgedScope } from '../url/scope.ts';
import type { SignedToken, TokenFormat } from './token-format.ts';

/** Tells whether a token may open all of `scope`. */
export type ScopeTest = (scope: JudgedScope) => boolean;

interface Named {
  readonly url?: string | undefined;
  readonly prefix?: string | undefined;
  readonly anyQuery?: boolean | undefined;
}

/**
 * Adds `url` to a token that names neither a URL nor a prefix. Otherwise the client would keep the token for each URL
 * of the call, including those that were denied.
 */
export function withScope(token: SignedToken, url: string): SignedToken {
  return token.url === undefined && token.prefix === undefined ? { ...token, url } : token;
}

/**
 * Returns the scope of the token for `url`, before the token is made.
 *
 * @returns `undefined` for a URL that the format refuses to sign, and for a scope that cannot be judged
 * @throws every error of the format except an `ERR_OPTIONS` about the URL
 */
export async function scopeToOpen(format: TokenFormat, url: URL, expires: number): Promise<JudgedScope | undefined> {
  const { href } = url;
  try {
    if (format.opens) return judgeScope(format.opens(url));
    // A custom format without `opens` shows its scope in a token, which is not handed out.
    return scopeOfToken(withScope(await format.sign(url, expires), href));
  } catch (error) {
    if (refusesUrl(error)) return undefined;
    throw error;
  }
}

/**
 * Whether everything that a token names may be opened: its URL, its prefix, and the URLs to which its `base` leads.
 *
 * @param limit the scope that the format has declared
 */
export function opensOnly(
  { url, prefix, base, anyQuery }: SignedToken,
  format: TokenFormat,
  { limit, mayOpen }: { limit: JudgedScope; mayOpen: ScopeTest },
): boolean {
  const isWithin = (scope: JudgedScope | undefined): boolean =>
    scope !== undefined && mayOpen(scope) && limit.holds(scope);
  // A value that is not text would be written into the response as another text. A prefix and a base have no query and
  // no user name, and are http(s) URLs.
  const isPlain = (each: unknown): boolean => typeof each === 'string' && /^https?:\/\/[^/?#@]+\/[^?#]*$/i.test(each);
  if (url !== undefined && typeof (url as unknown) !== 'string') return false;
  if (![prefix, base].every((each) => each === undefined || isPlain(each))) return false;
  if (prefix !== undefined && !isWithin(scopeOfToken({ prefix }))) return false;
  if (url !== undefined && !isWithin(scopeOfToken({ url, anyQuery }))) return false;
  if (base === undefined) return true;
  const front = parsedUrl(base);
  if (!front) return false;
  const { origin } = front;
  // Only the format can take the token out of a path. Without `bare`, the path has to be allowed as it is.
  const bare = format.bare?.(front);
  const moved = judgeScope({ kind: 'folder', href: bare?.href ?? base });
  if (bare) return bare.origin === origin && isWithin(moved);
  return moved !== undefined && mayOpen(moved);
}

/** Returns the scope of a token as a player reads it: a prefix counts before a URL. */
function scopeOfToken({ url = '', prefix, anyQuery }: Named): JudgedScope | undefined {
  if (prefix !== undefined) return judgeScope({ kind: 'folder', href: prefix });
  return judgeScope({ kind: anyQuery ? 'path' : 'url', href: url });
}
