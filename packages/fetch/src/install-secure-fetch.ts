import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { acquireNamedSource } from './named-source.ts';
import { signingFetch } from './secure-fetch.ts';

export interface SecureFetchInstallation {
  /** Decides when tokens are fetched, renewed and replaced. */
  readonly source: TokenSource;
  /**
   * Gives the page its fetch back; what waits for a token is sent as it is. Destroys `source` unless it was passed in.
   */
  uninstall(): void;
}

/**
 * Makes the global `fetch` sign requests for protected URLs, as `secureFetch` does: for players that call it without a
 * hook. Install it before the player is created, and before other scripts keep the fetch that they find.
 *
 * @param options with `protect`, because no player says what is protected; or a token source, to share it
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function installSecureFetch(options: TokenSourceOptions | TokenSource): SecureFetchInstallation {
  const before = globalThis.fetch;
  const { source, release } = acquireNamedSource(options, before);
  const installation = new AbortController();
  const uninstalled = installation.signal;
  const signing = signingFetch(source, before, uninstalled);

  function fetch(this: unknown, ...args: Parameters<typeof globalThis.fetch>): Promise<Response> {
    return Reflect.apply(uninstalled.aborted ? before : signing, this, args);
  }
  globalThis.fetch = fetch;

  return {
    source,
    uninstall() {
      if (uninstalled.aborted) return;
      installation.abort();
      // whoever has wrapped it since goes on calling it
      if (globalThis.fetch === fetch) globalThis.fetch = before;
      release();
    },
  };
}
