import type { TokenFormat } from './token-format.ts';

/** Returns the URL to sign again: without the token of this format in its path, or `url` itself if there is none. */
export function withoutPathToken(url: URL, format: TokenFormat): URL {
  // URLs with other schemes, such as `skd:` and `data:`, have no origin and no token.
  if (!/^https?:$/.test(url.protocol)) return url;
  const bare = format.bare?.(url);
  return bare === undefined || bare.pathname === url.pathname ? url : new URL(bare.href + url.hash);
}
