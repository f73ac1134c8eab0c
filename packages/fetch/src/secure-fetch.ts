import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { acquireNamedSource } from './named-source.ts';
import { isRead, urlOf } from './fetch-arguments.ts';
import { SecureRequest } from './secure-request.ts';

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

/** @param uninstalled aborts when requests that wait for a token are to be sent unsigned */
export function signingFetch(
  source: AdapterSource,
  fetch: typeof globalThis.fetch,
  uninstalled: AbortSignal = new AbortController().signal,
): typeof globalThis.fetch {
  return function (this: unknown, ...args: Parameters<typeof globalThis.fetch>) {
    const send: typeof globalThis.fetch = (...sent) => Reflect.apply(fetch, this, sent);
    let isSigned: boolean;
    try {
      isSigned = source.protects(urlOf(args[0])) && isRead(...args);
    } catch (error) {
      // a function in `protect` has thrown, and a fetch rejects instead of throwing
      const mistake = error as Error;
      return Promise.reject(mistake);
    }
    if (!isSigned) return send(...args);
    return new SecureRequest(source, send, args, uninstalled).answer();
  };
}
