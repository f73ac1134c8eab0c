import type Player from 'video.js/dist/types/player.js';
import type { TokenSource } from 'secure-token-core';
import { writeMistake } from 'secure-token-core/adapter';
import type { PlayerSource } from './source-middleware.ts';

const MESSAGE =
  'videojs-secure-token: player.secureToken() was called after player.src(), so the first request went out without a ' +
  'token. The source is loaded again. To save that request, call player.secureToken() first.';

/**
 * Events of a source that is loaded again. `loadstart` may still be of the first attempt; after `loadedmetadata` there
 * is media.
 */
const LOADING = ['loadstart', 'loadedmetadata'];

/** The sources of players that do not have the plugin yet. Such players request them without tokens. */
export class UnsignedSources {
  readonly #sources = new WeakMap<Player, PlayerSource>();
  /** The players that were asked to play: a player that has failed does not remember this. */
  readonly #toPlay = new WeakSet<Player>();

  note(player: Player, source: PlayerSource): void {
    this.#sources.set(player, source);
    this.#toPlay.delete(player);
  }

  /** Notes that the app or the viewer plays or pauses. */
  noteWish(player: Player, wish: 'play' | 'pause'): void {
    if (wish === 'play') this.#toPlay.add(player);
    else this.#toPlay.delete(player);
  }

  /**
   * Loads the source of `player` again when the plugin has been added, if nothing of the source has arrived: its first
   * request has no token, so the edge refuses it. A source that was set a moment ago has sent no request yet: its
   * requests will be signed.
   */
  reload(player: Player, source: TokenSource): void {
    const given = this.#sources.get(player);
    this.#sources.delete(player);
    if (given?.src !== player.currentSrc() || player.readyState() > 0 || !source.protects(given.src)) return;
    if (__DEVELOPMENT__) writeMistake(source, MESSAGE);
    player.src(given);
    if (this.#toPlay.has(player)) this.#playAgain(player, given.src);
  }

  /**
   * Plays `src` while it loads: setting a source pauses the player, and Video.js forgets a `play()` before `loadstart`.
   */
  #playAgain(player: Player, src: string): void {
    const onLoading = ({ type }: Event): void => {
      // the source may never arrive, and the app may play another one
      const isAnother = player.currentSrc() !== src;
      if (isAnother || type === 'loadedmetadata') player.off(LOADING, onLoading);
      if (!isAnother && this.#toPlay.has(player) && player.paused())
        Promise.resolve(player.play()).catch(() => undefined);
    };
    player.on(LOADING, onLoading);
  }
}
