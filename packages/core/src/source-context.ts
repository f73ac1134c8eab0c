import type { Settings } from './contract/options.ts';
import type { Emit } from './contract/token-source.ts';
import type { Protection } from './tokens/protection.ts';
import type { ServerClock } from './tokens/server-clock.ts';
import type { SignedUrls } from './tokens/signed-urls.ts';
import type { TokenStore } from './tokens/token-store.ts';

/** What the parts of a token source share. */
export interface SourceContext {
  readonly settings: Settings;
  readonly clock: ServerClock;
  readonly store: TokenStore;
  readonly urls: SignedUrls;
  readonly protection: Protection;
  readonly emit: Emit;
  /** Whether the source was destroyed, or all players have left it: then nothing is asked for ahead of use. */
  readonly isIdle: () => boolean;
}
