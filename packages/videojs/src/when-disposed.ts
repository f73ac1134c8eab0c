import type Player from 'video.js/dist/types/player.js';
import type { Videojs } from './vhs.ts';

/**
 * Calls `listener` when `player` is disposed of, also where the app has called `player.off()` before: that takes all
 * listeners from the player, those by which Video.js tells plugins of `dispose` among them. A player disposes of its
 * children, whatever it has lost, and the one that is added here has no element, as the `MediaLoader` of Video.js.
 * @returns what ends that
 */
export function whenDisposed(videojs: Videojs, player: Player, listener: () => void): () => void {
  const Component = videojs.getComponent('Component');
  const withoutElement: object = { createEl: false };
  const child = new Component(player, withoutElement);
  let isAlive = true;
  child.one('dispose', () => {
    isAlive = false;
    listener();
  });
  player.addChild(child);
  return () => {
    // also called by `listener`
    if (!isAlive) return;
    child.off('dispose');
    player.removeChild(child);
    child.dispose();
  };
}
