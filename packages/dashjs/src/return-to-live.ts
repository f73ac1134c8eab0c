import type { MediaPlayerClass } from 'dashjs';
import { isLeftBehind } from 'secure-token-core/adapter';
import type { Session } from './session.ts';

/** Seconds that dash.js may take to request the position that a viewer has sought, at the very start of the window. */
const TOLERANCE = 1;

/** The event of a value that dash.js measures from time to time. */
interface Measured {
  readonly metric: string;
}

/** Tells whether the manifest still has the present Period: only then can dash.js seek out of it. */
function isPeriodKnown(player: MediaPlayerClass): boolean {
  const id = player.getActiveStream()?.getId();
  return player.getStreamsFromManifest(player.getManifest()).some((stream) => stream.id === id);
}

/** Starts playback anew, at the live edge. */
function startAnew(player: MediaPlayerClass): void {
  player.attachSource(player.getSource());
  player.play();
}

/**
 * Makes the player continue at its live delay after a wait for a token has outlasted the live window. dash.js seeks to
 * the start of the window as soon as playback has fallen out of it (`updateCurrentTime` in PlaybackController.js), even
 * while it can load nothing there. It does not seek again as long as that seek lasts. The seek lasts for ever once the
 * window has moved on past it, with or without this plugin.
 * @returns a function that ends this
 */
export function returnToLive({ player, loads }: Session): () => void {
  const look = ({ metric }: Measured): void => {
    if (metric !== 'DVRInfo' || !player.isReady() || !player.isDynamic() || player.isPaused()) return;
    // requests under way may still succeed: servers keep more than the window
    if (loads.size > 0) return;
    const { start } = player.getDvrWindow();
    if (!isLeftBehind(player.getVideoElement(), start - TOLERANCE)) return;
    if (isPeriodKnown(player)) player.seekToOriginalLive();
    else startAnew(player);
  };
  player.on('metricAdded', look);
  return () => player.off('metricAdded', look);
}
