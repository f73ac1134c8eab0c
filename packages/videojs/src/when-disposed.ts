import type Player from 'video.js/dist/types/player.js';
import type { Videojs } from './vhs.ts';

/**
 * Calls `listener` when `player` is disposed of, even after the app has called `player.off()`. That call removes all
 * listeners of the player, including those by which Video.js tells plugins of `dispose`. So this function adds a child
 * component: a player always disposes of its children. The child has no element, like the `MediaLoader` of Video.js.
 * @returns a function that ends this
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
    // `listener` calls this, too
    if (!isAlive) return;
    child.off('dispose');
    player.removeChild(child);
    child.dispose();
  };
}
