import { isOptionsError, optionsError } from '../errors/options-error.ts';
import { attachToken } from '../token/attach-token.ts';
import type { SignedToken, TokenFormat, VerifyingTokenFormat } from '../token/token-format.ts';
import { tokenQuery } from '../token/token-query.ts';
import { scopeToOpen } from '../token/token-scope.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { decodeOnce } from '../url/canonical-path.ts';
import { judgeScope } from '../url/scope.ts';

/** A request for a playlist that the edge has let through. */
interface Granted extends Pick<GrantedVerdict, 'expires' | 'conditional' | 'session'> {
  readonly request: Request;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * Returns the format that signs the children of a playlist. The origin chooses the URLs in a playlist, and they must
 * not open more than the viewer's own token, which may be narrower than the tokens that the edge would make. So a child
 * gets the first of these that is possible:
 *
 * - a new token, if it opens only the path of the child;
 * - the token that the viewer has sent, if it opens the child;
 * - a token for the path of the child alone, if the format can make one;
 * - no token.
 */
export function childrenFormat(format: VerifyingTokenFormat, granted: Granted): TokenFormat {
  const { request, now, conditional = false, session } = granted;
  let known: SignedToken | undefined;
  // Computed on demand: most requests are not for a playlist.
  const sent = (): SignedToken => (known ??= sentToken(new URL(request.url), granted.expires, format));
  const opensAlone = async (url: URL, expires: number): Promise<boolean> => {
    const path = judgeScope({ kind: 'path', href: url.origin + url.pathname });
    const opened = await scopeToOpen(format, new URL(url), expires).catch(noneIfOptionsError);
    return opened !== undefined && path?.holds(opened) === true;
  };
  const isOpenedBySent = async ({ href }: URL): Promise<boolean> => {
    const { credentials, prefix = '' } = sent();
    // The token travels in a cookie or a header. No URL can carry it, and `attachToken` throws an error that says so.
    if (credentials === true) return true;
    // A token in the path fits only URLs that begin with its `prefix`.
    if (!href.startsWith(prefix)) return false;
    return (await format.verify({ url: attachToken(href, sent()), headers: request.headers, isUse: false }, now)).ok;
  };
  const signChild = async (url: URL, expires: number): Promise<SignedToken | undefined> => {
    if (!conditional && (await opensAlone(url, expires))) return format.sign(url, expires, session);
    if (await isOpenedBySent(url)) return sent();
    return conditional ? undefined : format.signExactly?.(url, expires, session);
  };

  return {
    name: format.name,
    scope: format.scope,
    ...(format.bare && { bare: (url) => format.bare!(url) }),
    async sign(url, expires): Promise<SignedToken> {
      const token = await signChild(url, expires).catch(noneIfOptionsError);
      if (token) return token;
      throw optionsError('url', 'The token of the playlist does not open this URL, and a new token would open more.');
    },
  };
}

/**
 * Returns `undefined` for an `ERR_OPTIONS`, and throws any other error on. An edge may have a public key alone, and a
 * playlist cannot carry a token of a header: such children stay unsigned, and a plugin asks the endpoint for their
 * tokens.
 */
function noneIfOptionsError(error: unknown): undefined {
  if (!isOptionsError(error)) throw error;
}

/** Returns the token of a request that was let through, in a form that can be put on other URLs. */
function sentToken(asked: URL, expires: number, format: TokenFormat): SignedToken {
  const { parameters = [], cookies = [], headers = [] } = format;
  if (cookies.length + headers.length > 0) return { expires, credentials: true };
  const { values = [] } = tokenQuery(asked.search, parameters) ?? {};
  // With the escapes of values undone, as tokens have them.
  const query: Record<string, string> = {};
  for (const [i, value] of values.entries())
    if (value !== undefined) query[parameters[i]!] = decodeOnce(value) ?? value;
  const path = format.bare?.(asked).pathname ?? asked.pathname;
  return { expires, query, ...(path !== asked.pathname && frontOf(asked, path)) };
}

/**
 * Finds the token of a path: it is in front of the path segments with which both paths end. `prefix` is the part in
 * front of them without the token, and `base` is that part with the token.
 */
function frontOf({ origin, pathname }: URL, bare: string): Pick<SignedToken, 'prefix' | 'base'> {
  const [sent, plain] = [pathname.split('/'), bare.split('/')];
  while (plain.length > 1 && sent.at(-1) === plain.at(-1)) {
    sent.pop();
    plain.pop();
  }
  const folder = (names: readonly string[]): string => `${origin}${names.join('/')}/`;
  return { prefix: folder(plain), base: folder(sent) };
}
