import type Player from 'video.js/dist/types/player.js';
import type { TokenSource } from 'secure-token-core';
import { writeMistake } from 'secure-token-core/adapter';
import type { PlayerSource } from './source-middleware.ts';

const MESSAGE =
  'videojs-secure-token: player.secureToken() was called after player.src(), so the first request went out without a ' +
  'token. The source is loaded again. To save that request, call player.secureToken() first.';

/** Events of a source that is loaded again: the first may be of its first try, after the second there is media. */
const LOADING = ['loadstart', 'loadedmetadata'];

/** The sources that players without the plugin were given: they ask for them without tokens. */
export class UnsignedSources {
  readonly #sources = new WeakMap<Player, PlayerSource>();
  /** The players that were asked to play: one that has failed does not remember. */
  readonly #toPlay = new WeakSet<Player>();

  note(player: Player, source: PlayerSource): void {
    this.#sources.set(player, source);
    this.#toPlay.delete(player);
  }

  /** The app or the viewer plays, or pauses. */
  noteWish(player: Player, wish: 'play' | 'pause'): void {
    if (wish === 'play') this.#toPlay.add(player);
    else this.#toPlay.delete(player);
  }

  /**
   * The plugin is there now. Loads the source of `player` again if nothing of it has arrived: its first request is
   * under way, and will be refused, or has been. One that was set a moment ago has not gone out: that is signed.
   */
  reload(player: Player, source: TokenSource): void {
    const given = this.#sources.get(player);
    this.#sources.delete(player);
    if (given?.src !== player.currentSrc() || player.readyState() > 0 || !source.protects(given.src)) return;
    if (__DEVELOPMENT__) writeMistake(source, MESSAGE);
    player.src(given);
    if (this.#toPlay.has(player)) this.#playAgain(player, given.src);
  }

  /** Another source pauses, and Video.js forgets a `play()` that comes before its `loadstart`. */
  #playAgain(player: Player, src: string): void {
    const onLoading = ({ type }: Event): void => {
      // it may never arrive, and the app play something else
      const isAnother = player.currentSrc() !== src;
      if (isAnother || type === 'loadedmetadata') player.off(LOADING, onLoading);
      if (!isAnother && this.#toPlay.has(player) && player.paused())
        Promise.resolve(player.play()).catch(() => undefined);
    };
    player.on(LOADING, onLoading);
  }
}
