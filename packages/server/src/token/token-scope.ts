import { refusesUrl } from '../errors/options-error.ts';
import { judgeScope } from '../url/judged-scope.ts';
import type { JudgedScope } from '../url/judged-scope.ts';
import { parsedUrl } from '../url/parsed-url.ts';
import type { SignedToken, TokenFormat } from './token-format.ts';

/** Whether a token may open all of `scope`. */
export type ScopeTest = (scope: JudgedScope) => boolean;

interface Named {
  readonly url?: string | undefined;
  readonly prefix?: string | undefined;
  readonly anyQuery?: boolean | undefined;
}

/** A token that names nothing would be kept for each URL of the call, also for those that were denied. */
export function withScope(token: SignedToken, url: string): SignedToken {
  return token.url === undefined && token.prefix === undefined ? { ...token, url } : token;
}

/**
 * Returns the scope of the token for `url`, before the token is made.
 *
 * @returns `undefined` for a URL that the format refuses to sign, and for an answer that cannot be judged
 * @throws what the format throws beside an `ERR_OPTIONS` about the URL
 */
export async function scopeToOpen(format: TokenFormat, url: URL, expires: number): Promise<JudgedScope | undefined> {
  const { href } = url;
  try {
    if (format.opens) return judgeScope(format.opens(url));
    // A format of the team's own says it with a token, which is not handed out.
    return scopeOfToken(withScope(await format.sign(url, expires), href));
  } catch (error) {
    if (refusesUrl(error)) return undefined;
    throw error;
  }
}

/**
 * Whether everything that a token names may be opened: its URL, its prefix, and where its `base` leads.
 *
 * @param limit what its format said that it would open
 */
export function opensOnly(
  { url, prefix, base, anyQuery }: SignedToken,
  format: TokenFormat,
  { limit, mayOpen }: { limit: JudgedScope; mayOpen: ScopeTest },
): boolean {
  // What is no text would be written into the answer as another one.
  if ([url, prefix, base].some((each: unknown) => each !== undefined && typeof each !== 'string')) return false;
  const isWithin = (scope: JudgedScope | undefined): boolean =>
    scope !== undefined && mayOpen(scope) && limit.holds(scope);
  // Neither has a query or a user name, and only http(s) has a place in them.
  const isPlain = (each: string | undefined): boolean =>
    each === undefined || /^https?:\/\/[^/?#@]+\/[^?#]*$/i.test(each);
  if (!isPlain(prefix) || !isPlain(base)) return false;
  if (prefix !== undefined && !isWithin(scopeOfToken({ prefix }))) return false;
  if (url !== undefined && !isWithin(scopeOfToken({ url, anyQuery }))) return false;
  if (base === undefined) return true;
  const front = parsedUrl(base);
  if (!front) return false;
  const { origin } = front;
  // Only the format can take the token out of a path. Without that, the path as it stands has to be allowed.
  const bare = format.bare?.(front);
  const moved = judgeScope({ kind: 'folder', href: bare?.href ?? base });
  if (bare) return bare.origin === origin && isWithin(moved);
  return moved !== undefined && mayOpen(moved);
}

/** As a player takes it: a prefix comes before a URL. */
function scopeOfToken({ url = '', prefix, anyQuery }: Named): JudgedScope | undefined {
  if (prefix !== undefined) return judgeScope({ kind: 'folder', href: prefix });
  return judgeScope({ kind: anyQuery ? 'path' : 'url', href: url });
}
