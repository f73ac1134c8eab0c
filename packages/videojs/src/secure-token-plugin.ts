import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { acquireTokenSource, createSourceUser, forwardEventsBefore } from 'secure-token-core/adapter';
import type Player from 'video.js/dist/types/player.js';
import { signEmulatedTextTracks } from './emulated-text-tracks.ts';
import { signNativeTextTracks } from './native-text-tracks.ts';
import { LastRefusal } from './last-refusal.ts';
import { createPlaybackFailure } from './playback-failure.ts';
import { UnsignedSources } from './late-plugin.ts';
import { signLicenseRequests } from './license-requests.ts';
import type { Session } from './session.ts';
import type { NextMiddleware, PlayerSource, SourceMiddleware } from './source-middleware.ts';
import { createSourceMiddleware } from './source-middleware.ts';
import { unsignGetters } from './unsigned-getters.ts';
import { signVhsRequests } from './vhs-requests.ts';
import type { Videojs } from './vhs.ts';
import { whenDisposed } from './when-disposed.ts';

export type SecureTokenOptions = TokenSourceOptions | TokenSource | string | URL;

/** The plugin, as `player.secureToken()` returns it. */
export interface SecureTokenPlugin {
  /** The token source. It decides when tokens are fetched, renewed and replaced. */
  readonly source: TokenSource;
  /**
   * Restores the player to its state before the plugin, and destroys `source` unless the app passed it in. The player
   * calls this when it is disposed of.
   */
  dispose(): void;
}

interface PluginBase {
  player: Player;
  dispose(): void;
}

/** The version of this package. The build inserts it. */
declare const PACKAGE_VERSION: string;

const NAME = 'secureToken';

/**
 * Registers the plugin with `videojs`, once. If the page has `window.videojs` when this package loads, the package
 * calls this itself.
 * @returns the class of the plugin, of which Video.js makes the instances
 */
export function registerSecureToken(
  videojs: object,
  // no `Player` here: node16 and bundler resolution import that type from a CommonJS file in different ways
): new (player: object, options: SecureTokenOptions) => SecureTokenPlugin {
  const vjs = videojs as Videojs;
  const known = vjs.getPlugin(NAME) as unknown;
  if (known) return known as ReturnType<typeof registerSecureToken>;
  const Base = vjs.getPlugin('plugin') as unknown as new (player: Player) => PluginBase;
  const middlewares = new WeakMap<Player, SourceMiddleware>();
  const sessions = new WeakMap<Player, Session>();
  const unsigned = new UnsignedSources();
  const signLicenses = signLicenseRequests(vjs);

  class SecureToken extends Base implements SecureTokenPlugin {
    static readonly VERSION: string = PACKAGE_VERSION;
    static readonly defaultState: object = {};
    readonly source: TokenSource;
    #undo: readonly (() => void)[];

    constructor(player: Player, options: SecureTokenOptions) {
      // first, because this throws if an option is wrong
      const { source, release } = acquireTokenSource(options);
      super(player);
      this.source = source;
      const user = createSourceUser(source);
      const failure = createPlaybackFailure(player, source);
      const refusal = new LastRefusal(player);
      const session: Session = { player, source, user, failure, refusal, waits: new Set() };
      const stopEvents = forwardEventsBefore(
        source,
        (type, detail) => player.trigger({ ...detail, type, detail }),
        user,
      );
      const middleware = createSourceMiddleware(vjs, session);
      middlewares.set(player, middleware);
      sessions.set(player, session);
      const url = player.currentSrc();
      if (url) source.allow(url);
      this.#undo = [
        signVhsRequests(vjs, session),
        signEmulatedTextTracks(vjs, session),
        signNativeTextTracks(session),
        signLicenses(session),
        unsignGetters(player, source),
        () => middlewares.delete(player),
        () => sessions.delete(player),
        () => middleware.dispose(),
        () => failure.dispose(),
        () => session.waits.forEach((wait) => wait.abort()),
        stopEvents,
        whenDisposed(vjs, player, () => this.dispose()),
        release,
      ];
      unsigned.reload(player, source);
    }

    override dispose(): void {
      for (const undo of this.#undo) undo();
      super.dispose();
    }
  }

  vjs.registerPlugin(NAME, SecureToken);
  vjs.use('*', ((player: Player) => ({
    setSource: (source: PlayerSource, next: NextMiddleware) => {
      const middleware = middlewares.get(player);
      if (middleware) {
        middleware.setSource(source, next);
        return;
      }
      unsigned.note(player, source);
      next(null, source);
    },
    callPlay: () => unsigned.noteWish(player, 'play'),
    callPause: () => unsigned.noteWish(player, 'pause'),
  })) as never);
  // replaces the error before the app hears of it: an app shows the first error that it gets
  vjs.hook('beforeerror', (player: Player, error: object | string | number | null) => {
    const { failure, refusal } = sessions.get(player) ?? {};
    return failure && refusal?.last && error !== null ? failure.insteadOf(error, refusal.last) : error;
  });
  return SecureToken as ReturnType<typeof registerSecureToken>;
}
