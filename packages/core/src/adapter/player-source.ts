import { writeMistake } from '../console-lines.ts';
import type { TokenSourceOptions } from '../contract/options.ts';
import type { AdapterSource, TokenSource } from '../contract/token-source.ts';
import { SOURCE_DESTROYED } from '../contract/token-source.ts';
import { createTokenSource } from '../create-token-source.ts';

type Options = TokenSourceOptions | TokenSource | string | URL;

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
export function acquireTokenSource(options: Options): AcquiredTokenSource {
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

/** What signs the requests of a player. */
export interface PlayerSession {
  /** Returns the source of the player: another one if the app has destroyed the first, and has called again. */
  readonly sourceNow: () => AdapterSource;
  /** Ends the session, because the player has ended. */
  readonly release: () => void;
}

/** The key of the map that all copies of this package share: a page may load a plugin as a module and as a script. */
const SOURCES = Symbol.for('secure-token:sources');

const TWICE =
  'secure-token: a player got a token source for the second time. The first one goes on, and the second one does ' +
  'nothing. Call secureToken() once for each player, and load one copy of the plugin.';

/**
 * Gets the token source of a player, which keeps it until it ends, or until the app destroys the source.
 * @param install called once for the player
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function acquireFor(player: object, options: Options, install: (session: PlayerSession) => void): TokenSource {
  const page = globalThis as { [SOURCES]?: WeakMap<object, AcquiredTokenSource & { isOver?: boolean }> };
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- absent before the first use
  const sources = (page[SOURCES] ??= new WeakMap());
  const present = sources.get(player);
  if (present && !present.isOver) {
    if (present.source !== options) writeMistake(present.source, TWICE, 'troubleshooting.md', 'error');
    return present.source;
  }
  const acquired: AcquiredTokenSource & { isOver?: boolean } = acquireTokenSource(options);
  const { source } = acquired;
  source.addEventListener(SOURCE_DESTROYED, () => (acquired.isOver = true));
  sources.set(player, acquired);
  const sourceNow = (): AdapterSource => sources.get(player)!.source;
  const release = (): void => {
    sources.get(player)?.release();
    sources.delete(player);
  };
  if (!present) install({ sourceNow, release });
  return source;
}
