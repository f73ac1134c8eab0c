import type { TokenFormat } from './token-format.ts';

/** The URL that is to be signed again; `url` itself unless a token of this format stands in its path. */
export function withoutPathToken(url: URL, format: TokenFormat): URL {
  // Others, such as `skd:` and `data:`, have no origin and no token.
  if (!/^https?:$/.test(url.protocol)) return url;
  const bare = format.bare?.(url);
  return bare === undefined || bare.pathname === url.pathname ? url : new URL(bare.href + url.hash);
}
