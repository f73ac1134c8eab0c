import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { acquireFor } from 'secure-token-core/adapter';
import { wrapSchemePlugins } from './scheme-plugins.ts';
import { Session } from './session.ts';
import type { Engine, EngineClass, ShakaPlayer } from './shaka-types.ts';
import { signing } from './token-transfer.ts';

/** The sessions by the networking engine of their player, which is the same from its creation to its end. */
const sessions = new WeakMap<Engine, Session>();

/**
 * Signs every request of a Shaka player that goes through its networking engine: manifests, segments, init segments,
 * indexes, keys, licences, text, thumbnails, clock synchronisation, preloads. Call it before `load`.
 *
 * @param options `'/token'` stands for `{ endpoint: '/token' }`; a `TokenSource` can be shared, e.g. between players
 * @returns the token source, of the first call if there are several; `player.destroy()` destroys it unless it was
 * passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(
  player: ShakaPlayer,
  options: TokenSourceOptions | TokenSource | string | URL,
): TokenSource {
  const engine = player.getNetworkingEngine() as Engine | null;
  if (!engine)
    throw new SecureTokenError('ERR_OPTIONS', 'The player is destroyed. Call secureToken() with a new player.');
  const engineClass = engine.constructor as EngineClass;
  wrapSchemePlugins(engineClass, signing(engineClass));
  return acquireFor(engine, options, (acquired) => install(player, engine, acquired));
}

/** Makes the source sign the requests of a player until it is destroyed. */
function install(player: ShakaPlayer, engine: Engine, acquired: AcquiredTokenSource): void {
  const former = sessions.get(engine);
  sessions.set(engine, new Session(player, engine, acquired));
  former?.end();
  if (former) return;
  // Shaka has no event for the end of a player
  const destroy = engine.destroy.bind(engine);
  engine.destroy = () => {
    sessions.get(engine)!.end();
    return destroy();
  };
}
