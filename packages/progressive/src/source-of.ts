import type { AcquiredTokenSource, TokenSource, TokenSourceOptions } from 'secure-token-core';
import { acquireTokenSource } from 'secure-token-core';

/** Where tokens come from: options of their own, a shared source, or just the endpoint. */
export type SourceOptions = TokenSourceOptions | { readonly source: TokenSource } | TokenSource | string | URL;

/** The token source of `options`, and what gives it up: nothing, if it is shared. @throws `ERR_OPTIONS` */
export const sourceOf = (options: SourceOptions): AcquiredTokenSource =>
  acquireTokenSource(typeof options === 'object' && 'source' in options ? options.source : options);
