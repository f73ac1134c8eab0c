import type { MediaPlayerClass } from 'dashjs';
import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { PlayerEvents, acquireFor, writeMistake } from 'secure-token-core/adapter';
import { returnToLive } from './return-to-live.ts';
import type { Session } from './session.ts';
import { sourceUrl, trigger } from './session.ts';
import { signLicenses } from './sign-licenses.ts';
import { signLoads } from './sign-loads.ts';

type Options = TokenSourceOptions | TokenSource | string | URL;

/** A player whose requests are signed. */
interface Secured {
  readonly session: Session;
  /** Ends what `secureToken` has begun. */
  end(): void;
}

/** The players whose requests are signed now. */
const secured = new WeakMap<MediaPlayerClass, Secured>();
/** The extended players. dash.js is extended once, and the loaders look up `secured` even if nothing is signed. */
const extended = new WeakSet<MediaPlayerClass>();

const LATE =
  'secure-token-dashjs: secureToken(player) was called after the player was given its source, so the first request ' +
  'went out without a token. The source is loaded again. To save that request, call secureToken(player) first.';

/** Makes `source` sign the requests of `player` until it is reset. */
function install(player: MediaPlayerClass, { source, release }: AcquiredTokenSource): void {
  const events = new PlayerEvents(source, (type, detail) => {
    trigger(player, type, { ...detail, detail });
    // the requests that are denied wait: dash.js itself has nothing to report
    if (type === 'tokendenied') trigger(player, 'error', detail);
  });
  const session: Session = { player, source, events, loads: new Set() };
  const undo = [
    events.stop,
    signLicenses(session),
    returnToLive(session),
    release,
    () => session.loads.forEach((load) => load.release()),
  ];
  secured.get(player)?.end();
  secured.set(player, { session, end: () => undo.forEach((it) => it()) });
  if (extended.has(player)) return;
  extended.add(player);
  signLoads(player, () => secured.get(player)?.session);
  endWith(player, 'reset');
  endWith(player, 'destroy');
  reloadUnsigned(session);
}

/** Makes `player` end its session when it has ended itself: by then it waits for no request. */
function endWith(player: MediaPlayerClass, name: 'reset' | 'destroy'): void {
  const original = player[name].bind(player);
  player[name] = () => {
    original();
    secured.get(player)?.end();
    secured.delete(player);
  };
}

/** Loads the source again if its first request went out without a token: the loaders were those of dash.js until now. */
function reloadUnsigned({ player, source }: Session): void {
  const url = sourceUrl(player);
  if (url === undefined || !player.isReady()) return;
  source.allow(url);
  if (!source.protects(url)) return;
  if (__DEVELOPMENT__) writeMistake(source, LATE);
  // dash.js cannot stop a request that it sends later in this task, and would report its refusal
  setTimeout(() => {
    if (sourceUrl(player) !== url) return;
    const { currentTime, duration } = player.getVideoElement();
    // a live stream starts anew at its edge
    player.attachSource(url, Number.isFinite(duration) ? currentTime : undefined);
  });
}

/**
 * Makes every request of `player` carry a valid token: manifests, segments, init segments, indexes, text, XLink,
 * content steering, DRM licences. Call it before the player gets its source. A later call loads the source again; a
 * development build says so in the console.
 *
 * @param options `'/token'` stands for `{ endpoint: '/token' }`; a `TokenSource` can be shared, e.g. between players
 * @returns the token source, of the first call if there are several; `player.reset()` and `player.destroy()` destroy it
 * unless it was passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(player: MediaPlayerClass, options: Options): TokenSource {
  return acquireFor(player, options, (acquired) => install(player, acquired));
}
