import type Player from 'video.js/dist/types/player.js';
import type { TokenSource } from 'secure-token-core';
import type { PlayerSource } from './source-middleware.ts';

const MESSAGE =
  'videojs-secure-token: player.secureToken() was called after player.src(), so the first request went out without a ' +
  'token. The source is loaded again. To save that request, call player.secureToken() first.';

const EVENTS = ['loadstart', 'loadedmetadata', 'pause'];

/**
 * Another source pauses, and Video.js forgets a `play()` before its `loadstart`: asked for again until something of it
 * has arrived. The `loadstart` of the source before may come late.
 */
function playAgain(player: Player): void {
  const onEvent = ({ type }: Event): void => {
    if (type !== 'loadstart') player.off(EVENTS, onEvent);
    if (type !== 'pause' && player.paused()) Promise.resolve(player.play()).catch(() => undefined);
  };
  player.on(EVENTS, onEvent);
}

/** What players without the plugin were given: they ask for it without tokens. */
export class UnsignedSources {
  readonly #sources = new WeakMap<Player, PlayerSource>();

  note(player: Player, source: PlayerSource): void {
    this.#sources.set(player, source);
  }

  /**
   * The plugin is there now. Loads the source of `player` again if nothing of it has arrived: its first request is
   * under way, and will be refused, or has been. One that was set a moment ago has not gone out: that is signed.
   */
  reload(player: Player, source: TokenSource): void {
    const given = this.#sources.get(player);
    this.#sources.delete(player);
    if (given?.src !== player.currentSrc() || player.readyState() > 0 || !source.protects(given.src)) return;
    // eslint-disable-next-line no-console -- nothing is broken, so there is no event for it
    console.warn(MESSAGE);
    const isPlaying = !player.paused();
    player.src(given);
    if (isPlaying) playAgain(player);
  }
}
