import { isOptionsError, optionsError } from '../errors/options-error.ts';
import { attachToken } from '../token/attach-token.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { scopeToOpen } from '../token/token-scope.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { judgeScope } from '../url/judged-scope.ts';
import { sentToken } from './sent-token.ts';

/** A request for a playlist that was let through. */
interface Granted extends Pick<GrantedVerdict, 'url' | 'expires' | 'carriers' | 'conditional' | 'session'> {
  readonly request: Request;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * The format as it signs the children of a playlist. What a playlist names is the origin's choice, and no reason to
 * open more than the viewer's own token does, which may be narrower than those that the edge would make. So a child
 * gets
 *
 * - a token of its own, where that opens nothing else;
 * - or the token that the viewer has sent, where that opens the child;
 * - or the token of its path alone, of a format that can make one;
 * - or none.
 */
export function childrenFormat(format: VerifyingTokenFormat, granted: Granted): VerifyingTokenFormat {
  const { request, now, conditional = false, session } = granted;
  let known: SignedToken | undefined;
  // Most requests are for no playlist.
  const sent = (): SignedToken => (known ??= sentToken(new URL(request.url), granted, format));
  const opensAlone = async (url: URL, expires: number): Promise<boolean> => {
    const path = judgeScope({ kind: 'path', href: url.origin + url.pathname });
    const opened = await scopeToOpen(format, new URL(url), expires).catch(noneIfOptionsError);
    return opened !== undefined && path?.holds(opened) === true;
  };
  const isOpenedBySent = async ({ href }: URL): Promise<boolean> => {
    const { credentials, prefix = '' } = sent();
    // No URL carries it, which `attachToken` says.
    if (credentials === true) return true;
    // A token in the path has no place elsewhere.
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
    verify: (asked, at) => format.verify(asked, at),
    async sign(url, expires): Promise<SignedToken> {
      const token = await signChild(url, expires).catch(noneIfOptionsError);
      if (token) return token;
      throw optionsError('url', 'The token of the playlist does not open this URL, and a new token would open more.');
    },
  };
}

/**
 * An edge may have a public key alone, and no playlist carries a token of a header: such children stay unsigned, and a
 * plugin asks the endpoint for them.
 */
function noneIfOptionsError(error: unknown): undefined {
  if (!isOptionsError(error)) throw error;
}
