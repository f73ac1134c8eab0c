import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { acquireTokenSource, forwardEventsBefore } from 'secure-token-core/adapter';
import { eventMaker } from './event-class.ts';
import { wrapSchemePlugins } from './scheme-plugins.ts';
import { Session } from './session.ts';
import type { Engine, EngineClass, ShakaPlayer } from './shaka-types.ts';
import { signing } from './token-transfer.ts';

/** A player whose requests are signed. */
interface Secured {
  readonly session: Session;
  /** Ends what `secureToken` has begun. */
  end(): void;
}

/** The secured players by their networking engine: a player has the same engine from its creation to its end. */
const secured = new WeakMap<Engine, Secured>();

function engineOf(player: ShakaPlayer): Engine {
  const engine = player.getNetworkingEngine() as Engine | null;
  if (engine) return engine;
  throw new SecureTokenError('ERR_OPTIONS', 'The player is destroyed. Call secureToken() with a new player.');
}

/** Makes `now` replace the session of `engine`, and end when `engine` is destroyed: Shaka has no event for that. */
function replace(engine: Engine, now: Secured): void {
  const former = secured.get(engine);
  secured.set(engine, now);
  if (former) {
    former.session.replaceBy(now.session);
    former.end();
    return;
  }
  const destroy = engine.destroy.bind(engine);
  engine.destroy = () => {
    secured.get(engine)?.end();
    return destroy();
  };
}

/**
 * Signs every request of a Shaka player that goes through its networking engine: manifests, segments, init segments,
 * indexes, keys, licences, text, thumbnails, clock synchronisation, preloads. Call it before `load`. A second call for
 * the same player replaces the token source.
 *
 * @param options `'/token'` stands for `{ endpoint: '/token' }`; a `TokenSource` can be shared, e.g. between players
 * @returns the token source; `player.destroy()` destroys it unless it was passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(
  player: ShakaPlayer,
  options: TokenSourceOptions | TokenSource | string | URL,
): TokenSource {
  const engine = engineOf(player);
  const engineClass = engine.constructor as EngineClass;
  wrapSchemePlugins(engineClass, signing(engineClass));
  const former = secured.get(engine)?.session.source;
  // the app may pass in the source that an earlier call has made: to replace it would destroy it
  if (former === options) return former;
  const { source, release } = acquireTokenSource(options);
  const session = new Session(player, source);
  const events = eventMaker(engineClass);
  const { dispatchEvent } = player as ShakaPlayer & Pick<EventTarget, 'dispatchEvent'>;
  const stopForwarding = forwardEventsBefore(
    source,
    (type, detail) => dispatchEvent.call(player, events.make(type, detail)),
    session.user,
  );
  const end = (): void => {
    engine.unregisterRequestFilter(session.filter);
    stopForwarding();
    release();
  };
  replace(engine, { session, end });
  engine.registerRequestFilter(session.filter);
  return source;
}
