import { writeMistake } from '../console-lines.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import { isSecureTokenError } from '../contract/errors.ts';
import type { TokenSourceOptions } from '../contract/options.ts';
import type {
  AdapterSource,
  Emit,
  TokenEvent,
  TokenEventDetails,
  TokenEventType,
  TokenSource,
} from '../contract/token-source.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS, TOKEN_EVENTS } from '../contract/token-source.ts';
import { createTokenSource } from '../create-token-source.ts';
import { abortable, listen } from '../waiting.ts';

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

/** The key of the map that all copies of this package share: a page may load a plugin as a module and as a script. */
const SOURCES = Symbol.for('secure-token:sources');

const TWICE =
  'secure-token: this player has a token source already, and the second one does nothing. Call secureToken() once for ' +
  'each player, and load one copy of the plugin.';

/**
 * Gets the token source of a player, which keeps it until it ends, or until the app destroys the source.
 * @param install called with each source that the player gets
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function acquireFor(
  player: object,
  options: Options,
  install: (acquired: AcquiredTokenSource) => void,
): TokenSource {
  const page = globalThis as { [SOURCES]?: WeakMap<object, TokenSource> };
  // absent before the first use
  const sources = (page[SOURCES] ??= new WeakMap<object, TokenSource>());
  const present = sources.get(player);
  if (present) {
    if (present !== options) writeMistake(present, TWICE, 'errors.md', 'error');
    return present;
  }
  const { source, release } = acquireTokenSource(options);
  const forget = (): void => {
    if (sources.get(player) === source) sources.delete(player);
  };
  sources.set(player, source);
  const stop = listen(source, [SOURCE_DESTROYED], forget);
  install({
    source,
    release: () => {
      stop();
      forget();
      release();
    },
  });
  return source;
}

/** Calls `forward` with each event of `source`. @returns a function that stops this */
export function forwardTokenEvents(
  source: TokenSource,
  forward: (type: TokenEventType, detail: TokenEventDetails[TokenEventType]) => unknown,
): () => void {
  return listen(source, TOKEN_EVENTS, ({ type, detail }: TokenEvent) => forward(type as TokenEventType, detail));
}

/** Whether `error` is about one URL: other players that share the source may still play. */
const isOfOneUrl = ({ code, url }: SecureTokenError): boolean =>
  !!url && (code === 'ERR_DENIED' || code === 'ERR_TOKEN_REFUSED');

/**
 * What a player tells its app: what its source tells all players that share it (renewals, failed calls), and what has
 * happened to its own requests.
 */
export class PlayerEvents {
  readonly tell: Emit;
  readonly stop: () => void;
  readonly #told = new WeakSet<SecureTokenError>();

  constructor(source: TokenSource, tell: Emit) {
    this.tell = tell;
    this.stop = forwardTokenEvents(source, (type, detail) => {
      if ('error' in detail ? !isOfOneUrl(detail.error) : type !== 'tokenrefused') tell(type, detail);
    });
  }

  /** Tells, once, of the denial for which a request of the player has failed; ignores any other error. */
  noteFailure(error: unknown): void {
    const isDenial = isSecureTokenError(error) && error.code === 'ERR_DENIED' && isOfOneUrl(error);
    if (!isDenial || this.#told.has(error)) return;
    this.#told.add(error);
    this.tell('tokendenied', { error });
  }
}

/**
 * Calls `ask`, and after each denial once more when the app has called `renew()`: for players that never ask again after
 * a failed request.
 * @param denied gets each denial
 * @throws the reason of `signal`, or what `ask` throws otherwise
 */
export async function askAfterDenials<T>(
  source: TokenSource,
  ask: () => Promise<T>,
  denied: (error: SecureTokenError) => void,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    let goOn!: () => void;
    const renewed = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    // listens before the failure is told: a listener of the app may renew at once
    const stop = listen(source, [SOURCE_RENEWS, SOURCE_DESTROYED], goOn);
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !isSecureTokenError(error) || error.code !== 'ERR_DENIED') throw error;
      denied(error);
      await abortable(renewed, signal);
    } finally {
      stop();
    }
  }
}
