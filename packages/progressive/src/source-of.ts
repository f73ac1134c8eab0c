import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { createTokenSource } from 'secure-token-core';

/** Where tokens come from: options of their own, a shared source, or just the endpoint. */
export type SourceOptions = TokenSourceOptions | { readonly source: TokenSource } | TokenSource | string | URL;

/** The token source of `options`, and what gives it up: nothing, if it is shared. @throws `ERR_OPTIONS` */
export function sourceOf(options: SourceOptions): { source: TokenSource; release: () => void } {
  const given = typeof options === 'object' && 'source' in options ? options.source : options;
  const source = createTokenSource(given);
  return { source, release: () => source !== given && source.destroy() };
}
