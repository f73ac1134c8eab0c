import type { TokenFormat } from '../token/token-format.ts';
import { judgeScope } from '../url/judged-scope.ts';
import type { Scope } from '../url/scope.ts';

/**
 * The format as it signs the children of a playlist. What a playlist names is the origin's choice, and no reason to
 * open more: a child gets the token of its folder only where the token of the playlist opens that folder already.
 *
 * @param opened what the token of the playlist opens; a verdict that does not say it is taken for that of a path
 */
export function formatWithin(format: TokenFormat, opened: Scope | undefined): TokenFormat {
  if (!format.signExactly) return format;
  const scope = judgeScope(opened);
  return {
    name: format.name,
    scope: format.scope,
    ...(format.bare && { bare: (url) => format.bare!(url) }),
    verify: (request, now) => format.verify(request, now),
    sign(url, expires) {
      const wanted = judgeScope(format.opens?.(url));
      const isOpened = scope !== undefined && wanted !== undefined && scope.holds(wanted);
      return isOpened ? format.sign(url, expires) : format.signExactly!(url, expires);
    },
  };
}
