import type { TokenSourceOptions } from '../contract/options.ts';
import type { AdapterSource, TokenSource } from '../contract/token-source.ts';
import { createTokenSource } from '../create-token-source.ts';

export interface AcquiredTokenSource {
  readonly source: AdapterSource;
  /**
   * Destroys a source that was made for these options. A source that was passed in belongs to the app: it makes no more
   * calls ahead of use once no other player uses it.
   */
  readonly release: () => void;
}

/**
 * Joins the token source that an adapter received, or makes one from its options, for one player.
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function acquireTokenSource(options: TokenSourceOptions | TokenSource | string | URL): AcquiredTokenSource {
  const source = createTokenSource(options) as AdapterSource;
  const leave = source.join();
  return {
    source,
    release: () => {
      leave();
      if (source !== options) source.destroy();
    },
  };
}
