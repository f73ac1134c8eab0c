import type { TokenFormat } from './token-format.ts';

/** The URL that is to be signed again; `url` itself unless a token of this format stands in its path. */
export function withoutPathToken(url: URL, format: TokenFormat): URL {
  const bare = format.bare?.(url);
  return bare === undefined || bare.pathname === url.pathname ? url : new URL(bare.href + url.hash);
}
