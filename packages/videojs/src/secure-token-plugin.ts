import type { TokenSource, TokenSourceOptions } from 'secure-token-core';
import { PlayerEvents, acquireTokenSource, writeMistake } from 'secure-token-core/adapter';
import { replaceMethod } from 'secure-token-media-element';
import type Player from 'video.js/dist/types/player.js';
import type { NextMiddleware, PlayerSource } from './native-source.ts';
import { SourceMiddleware } from './native-source.ts';
import { signNativeTextTracks } from './native-text-tracks.ts';
import { PlaybackFailure } from './playback-failure.ts';
import { PlayerRequests } from './player-requests.ts';
import type { Session } from './session.ts';
import { unsignGetters } from './unsigned-getters.ts';
import type { Videojs } from './vhs.ts';

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
  /** `null` once the plugin is disposed of. */
  player: Player | null;
  dispose(): void;
}

/** The version of this package. The build inserts it. */
declare const PACKAGE_VERSION: string;

const NAME = 'secureToken';

const LATE =
  'videojs-secure-token: player.secureToken() was called after player.src(), so the first request went out without a ' +
  'token. The source is loaded again. To save that request, call player.secureToken() first.';

/** A player with the plugin. */
interface Followed {
  readonly failure: PlaybackFailure;
  readonly middleware: SourceMiddleware;
}

/** What a player without the plugin was asked for: a player that has failed does not remember `play()`. */
interface Asked {
  readonly given: PlayerSource;
  plays: boolean;
}

/**
 * Loads the source that `player` got without the plugin again if nothing of it has arrived: its first request has no
 * token, so the edge refuses it.
 */
function reloadUnsigned(player: Player, source: TokenSource, { given, plays }: Asked): void {
  if (given.src !== player.currentSrc() || player.readyState() > 0 || !source.protects(given.src)) return;
  if (__DEVELOPMENT__) writeMistake(source, LATE);
  player.src(given);
  // setting a source pauses the player, and Video.js forgets a `play()` before `loadstart`
  if (plays) player.one('loadedmetadata', () => void Promise.resolve(player.play()).catch(() => undefined));
}

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
  const requests = new PlayerRequests(vjs);
  const followed = new WeakMap<Player, Followed>();
  const unsigned = new WeakMap<Player, Asked>();

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
      const failure = new PlaybackFailure(player);
      const events = new PlayerEvents(source, (type, detail) => {
        // a request may outlive its player
        if (!player.isDisposed()) player.trigger({ ...detail, type, detail });
      });
      const session: Session = { player, source, failure, events, waits: new Set() };
      const middleware = new SourceMiddleware(vjs, session);
      followed.set(player, { failure, middleware });
      const dispose = player.dispose.bind(player);
      const url = player.currentSrc();
      if (url) source.allow(url);
      this.#undo = [
        requests.follow(session),
        signNativeTextTracks(session),
        unsignGetters(player, source),
        () => followed.delete(player),
        () => middleware.dispose(),
        () => failure.dispose(),
        () => session.waits.forEach((wait) => wait.abort()),
        events.stop,
        // `player.off()` of the app removes the listener by which Video.js tells plugins of the end
        replaceMethod(player, 'dispose', () => {
          dispose();
          if (this.player) this.dispose();
        }),
        release,
      ];
      const asked = unsigned.get(player);
      if (asked) reloadUnsigned(player, source, asked);
    }

    override dispose(): void {
      for (const undo of this.#undo) undo();
      super.dispose();
    }
  }

  vjs.registerPlugin(NAME, SecureToken);
  vjs.use('*', ((player: Player) => ({
    setSource: (given: PlayerSource, next: NextMiddleware) => {
      const middleware = followed.get(player)?.middleware;
      if (middleware) {
        middleware.setSource(given, next);
        return;
      }
      unsigned.set(player, { given, plays: false });
      next(null, given);
    },
    callPlay: () => {
      const asked = unsigned.get(player);
      if (asked) asked.plays = true;
    },
  })) as never);
  // replaces the error before the app hears of it: an app shows the first error that it gets
  vjs.hook('beforeerror', (player: Player, error: unknown) => followed.get(player)?.failure.insteadOf(error) ?? error);
  return SecureToken as ReturnType<typeof registerSecureToken>;
}
