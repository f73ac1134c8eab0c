import { createTokenSource } from './create-token-source.ts';
import type { TokenSourceOptions } from './token-source-options.ts';
import type { TokenSource } from './token-source.ts';

export interface AcquiredTokenSource {
  readonly source: TokenSource;
  /** Destroys a source that was made for these options; one that was passed in belongs to the app. */
  readonly release: () => void;
}

/**
 * The token source that an adapter was given, or one made from its options, and how to give it up.
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function acquireTokenSource(options: TokenSourceOptions | TokenSource | string | URL): AcquiredTokenSource {
  const source = createTokenSource(options);
  const isShared = source === options;
  return {
    source,
    release: () => {
      if (!isShared) source.destroy();
    },
  };
}
