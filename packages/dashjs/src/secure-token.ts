import type { MediaPlayerClass } from 'dashjs';
import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import type { AcquiredTokenSource } from 'secure-token-core/adapter';
import { acquireTokenSource, createSourceUser, forwardEventsBefore } from 'secure-token-core/adapter';
import { reloadUnsigned } from './late-install.ts';
import { createLicenseFilter } from './license-filter.ts';
import { returnToLive } from './return-to-live.ts';
import type { Session } from './session.ts';
import { signClock } from './sign-clock.ts';
import { ShownFailure } from './shown-failure.ts';
import { signLoads } from './sign-loads.ts';
import { trigger } from './trigger.ts';

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

/**
 * Registers the filter for licences and certificates, and returns a function that removes it. dash.js itself drops
 * filters in `reset()`; filters for certificates are new in 5.1.
 */
function signLicenses(session: Session): () => void {
  const { player } = session;
  const end = new AbortController();
  const filter = createLicenseFilter(session, end.signal);
  const { registerCertificateRequestFilter, unregisterCertificateRequestFilter } = player as Partial<MediaPlayerClass>;
  player.registerLicenseRequestFilter(filter);
  registerCertificateRequestFilter?.(filter as never);
  return () => {
    end.abort();
    player.unregisterLicenseRequestFilter(filter);
    unregisterCertificateRequestFilter?.(filter as never);
  };
}

function secure(player: MediaPlayerClass, { source, release }: AcquiredTokenSource): Secured {
  const user = createSourceUser(source);
  const session: Session = { player, source, user, failure: new ShownFailure(), loads: new Set() };
  const undo = [
    forwardEventsBefore(source, (type, detail) => trigger(player, type, { ...detail, detail }), user),
    signLicenses(session),
    returnToLive(session),
    () => session.loads.forEach((load) => load.release()),
    release,
  ];
  return { session, end: () => undo.forEach((it) => it()) };
}

function endWith(player: MediaPlayerClass, name: 'reset' | 'destroy'): void {
  const original = player[name].bind(player);
  player[name] = () => {
    secured.get(player)?.end();
    secured.delete(player);
    original();
  };
}

/**
 * Makes every request of `player` carry a valid token: manifests, segments, init segments, indexes, text, XLink,
 * content steering, the time of the server, DRM licences. Call it before the player gets its source. A later call loads
 * the source again; a development build says so in the console. After `initialize()` dash.js requests the time of the
 * server (`UTCTiming`) without a token.
 *
 * @param options `'/token'` stands for `{ endpoint: '/token' }`; a `TokenSource` can be shared, e.g. between players
 * @returns the token source; `player.reset()` and `player.destroy()` destroy it unless it was passed in
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export function secureToken(player: MediaPlayerClass, options: Options): TokenSource {
  const former = secured.get(player);
  // the app may pass in the source that an earlier call has made: to replace it would destroy it
  if (former?.session.source === options) return former.session.source;
  const acquired = acquireTokenSource(options);
  const { source } = acquired;
  former?.end();
  secured.set(player, secure(player, acquired));
  if (extended.has(player)) return source;
  extended.add(player);
  const sessionNow = (): Session | undefined => secured.get(player)?.session;
  const isSigned = signLoads(player, sessionNow);
  signClock(player, sessionNow);
  endWith(player, 'reset');
  endWith(player, 'destroy');
  reloadUnsigned(player, source, isSigned);
  return source;
}
