import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { acquireTokenSource, isTokenSource, withoutOwnOptions } from 'secure-token-core/adapter';

/** The way to get tokens: options of a new token source, a shared token source, or the endpoint alone. */
export type SourceOptions = TokenSourceOptions | { readonly source: TokenSource } | TokenSource | string | URL;

const isObjectOfOptions = (options: SourceOptions): options is TokenSourceOptions | { readonly source: TokenSource } =>
  typeof options === 'object' &&
  !!(options as object | null) &&
  !(options as Partial<URL>).href &&
  !isTokenSource(options);

/**
 * Returns the token source of `options`, and a function that releases it: destroys a source that was made from options,
 * and only leaves a shared one.
 * @param own the names of the options that do not belong to a token source
 * @throws `ERR_OPTIONS`
 */
export function sourceOf(options: SourceOptions, own: readonly string[]): AcquiredTokenSource {
  if (!isObjectOfOptions(options)) return acquireTokenSource(options);
  const forSource = withoutOwnOptions(options, ['source', ...own]) as TokenSourceOptions;
  return acquireTokenSource('source' in options ? options.source : forSource);
}
