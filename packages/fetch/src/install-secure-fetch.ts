import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { acquireNamedSource, signingFetch } from './secure-fetch.ts';

export interface SecureFetchInstallation {
  /** Decides when tokens are fetched, renewed and replaced. */
  readonly source: TokenSource;
  /**
   * Restores the fetch of the page, and sends all requests that wait for a token without one. Destroys `source`, unless
   * it was passed in.
   */
  uninstall(): void;
}

/**
 * Makes the global `fetch` sign requests for protected URLs, as `secureFetch` does: for players that call it without a
 * hook. Install it before you create the player, and before other scripts keep a reference to the global `fetch`.
 *
 * @param options must have `protect`, because no player says what is protected; or pass a token source, to share it
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function installSecureFetch(options: TokenSourceOptions | TokenSource): SecureFetchInstallation {
  const before = globalThis.fetch;
  const { source, release } = acquireNamedSource(options, before);
  const installation = new AbortController();
  const { signal: uninstalled } = installation;
  const signing = signingFetch(source, before, uninstalled);
  function fetch(this: unknown, ...args: Parameters<typeof before>): Promise<Response> {
    return Reflect.apply(uninstalled.aborted ? before : signing, this, args);
  }
  globalThis.fetch = fetch;

  return {
    source,
    uninstall() {
      if (uninstalled.aborted) return;
      installation.abort(new SecureTokenError('ERR_DESTROYED', 'uninstall() was called.'));
      // code that has wrapped this function since then goes on calling it
      if (globalThis.fetch === fetch) globalThis.fetch = before;
      release();
    },
  };
}
