import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { acquireTokenSource, isTokenSource, withoutOwnOptions } from 'secure-token-core/adapter';

/** Where tokens come from: options of their own, a shared source, or just the endpoint. */
export type SourceOptions = TokenSourceOptions | { readonly source: TokenSource } | TokenSource | string | URL;

const isObjectOfOptions = (options: SourceOptions): options is TokenSourceOptions | { readonly source: TokenSource } =>
  typeof options === 'object' &&
  !!(options as object | null) &&
  !(options as Partial<URL>).href &&
  !isTokenSource(options);

/**
 * The token source of `options`, and what gives it up: nothing, if it is shared.
 * @param own the names of those options that are none of a token source
 * @throws `ERR_OPTIONS`
 */
export function sourceOf(options: SourceOptions, own: readonly string[]): AcquiredTokenSource {
  if (!isObjectOfOptions(options)) return acquireTokenSource(options);
  const forSource = withoutOwnOptions(options, ['source', ...own]) as TokenSourceOptions;
  return acquireTokenSource('source' in options ? options.source : forSource);
}
