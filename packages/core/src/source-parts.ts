import type { Settings } from './contract/options.ts';
import type { Emit, SignedRequest } from './contract/token-source.ts';
import type { HeldToken } from './tokens/held-token.ts';
import type { Protection } from './tokens/protection.ts';
import type { ServerClock } from './tokens/server-clock.ts';
import type { SignedUrls } from './tokens/signed-urls.ts';
import type { TokenStore } from './tokens/token-store.ts';

/** What the parts of a token source share. */
export interface SourceParts {
  readonly settings: Settings;
  readonly clock: ServerClock;
  readonly store: TokenStore;
  readonly urls: SignedUrls;
  readonly protection: Protection;
  readonly emit: Emit;
  /** Whether `key` is signed. */
  readonly isProtected: (key: string) => boolean;
  /** Whether the source was destroyed, or all players have left it: then nothing is asked for ahead of use. */
  readonly isIdle: () => boolean;
  /** Signs a request for `url` with this token. */
  readonly attach: (url: string, held: HeldToken) => SignedRequest;
  /** Asks for what goes out in the same call as a request for `key` that waits. */
  readonly bringAlong: (key: string) => void;
}
