import { createTokenSource } from '../create-token-source.ts';
import type { TokenSourceOptions } from '../contract/token-source-options.ts';
import type { TokenSource } from '../contract/token-source.ts';

export interface AcquiredTokenSource {
  readonly source: TokenSource;
  /**
   * Destroys a source that was made for these options. One that was passed in belongs to the app: it makes no more
   * calls ahead of use once nobody else uses it.
   */
  readonly release: () => void;
}

/**
 * Joins the token source that an adapter was given, or makes one from its options, for one player.
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function acquireTokenSource(options: TokenSourceOptions | TokenSource | string | URL): AcquiredTokenSource {
  const source = createTokenSource(options);
  const isShared = source === options;
  const leave = source.join();
  return {
    source,
    release: () => {
      leave();
      if (!isShared) source.destroy();
    },
  };
}
