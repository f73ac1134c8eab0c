import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { AcquiredTokenSource, AdapterSource } from 'secure-token-core/adapter';
import { acquireTokenSource, isTokenSource } from 'secure-token-core/adapter';
import { isRead, urlOf } from './fetch-arguments.ts';
import { answerSigned } from './signed-answer.ts';

export type SecureFetch = typeof fetch & {
  /** Decides when tokens are fetched, renewed and replaced. */
  readonly source: TokenSource;
};

/**
 * Returns a fetch that signs requests for protected URLs, waits for their tokens, and sends a refused request once
 * more. Its callers see unsigned URLs. All other requests go to `fetch` unchanged.
 *
 * @param options must have `protect`, because no player says what is protected; or pass a token source, to share it
 * @param fetch sends the requests, and the calls for tokens. @default the present global `fetch`
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureFetch(
  options: TokenSourceOptions | TokenSource,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): SecureFetch {
  const { source } = acquireNamedSource(options, fetch);
  return Object.assign(signingFetch(source, fetch), { source });
}

/** A host that cannot exist (RFC 2606): only a source that signs every URL protects it. */
const ANYWHERE = 'https://anywhere.invalid/';

/**
 * Returns the token source for a fetch, to which no player says what is protected. A source that is made here uses
 * `fetch` for its own calls, unless its options have another one.
 * @throws `ERR_OPTIONS` without `protect`
 */
export function acquireNamedSource(
  options: TokenSourceOptions | TokenSource,
  fetch: typeof globalThis.fetch,
): AcquiredTokenSource {
  const isShared = isTokenSource(options);
  if (isShared ? options.protects(ANYWHERE) : !(options as Partial<TokenSourceOptions> | undefined)?.protect)
    throw new SecureTokenError(
      'ERR_OPTIONS',
      "protect is missing. Write which URLs are signed, such as 'https://cdn.example.com/': fetch sees every request " +
        'of the page.',
    );
  return acquireTokenSource(isShared ? options : { ...options, fetch: options.fetch ?? fetch });
}

/** @param uninstalled aborts with `ERR_DESTROYED` when requests that wait for a token are to be sent without one */
export function signingFetch(
  source: AdapterSource,
  fetch: typeof globalThis.fetch,
  uninstalled?: AbortSignal,
): typeof globalThis.fetch {
  return function (this: unknown, ...args: Parameters<typeof fetch>) {
    let isSigned: boolean;
    try {
      isSigned = source.protects(urlOf(args[0])) && isRead(...args);
    } catch (error) {
      // a function in `protect` has thrown, and a fetch rejects instead of throwing
      const mistake = error as Error;
      return Promise.reject(mistake);
    }
    return isSigned ? answerSigned(source, fetch, args, uninstalled) : Reflect.apply(fetch, this, args);
  };
}
