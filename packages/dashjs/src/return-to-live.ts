import type { MediaPlayerClass } from 'dashjs';
import { isLeftBehind } from 'secure-token-core/adapter';
import type { Session } from './session.ts';

/** In seconds: for so long dash.js may take to request what a viewer has sought, at the very start of the window. */
const TOLERANCE = 1;

/** An event of a value that dash.js measures from time to time. */
interface Measured {
  readonly metric: string;
}

/** dash.js can seek out of a period only as long as the manifest has it. */
function isPeriodKnown(player: MediaPlayerClass): boolean {
  const id = player.getActiveStream()?.getId();
  return player.getStreamsFromManifest(player.getManifest()).some((stream) => stream.id === id);
}

/** Starts anew, at the live edge. */
function startAnew(player: MediaPlayerClass): void {
  player.attachSource(player.getSource());
  player.play();
}

/**
 * Lets the player go on at its live delay once a wait for a token has outlasted the live window. dash.js seeks to the
 * start of the window as soon as playback has fallen out of it (`updateCurrentTime` in PlaybackController.js), also
 * while nothing can be loaded there, and never again as long as that seek lasts: for ever, once the window has moved
 * on past it, with or without this plugin.
 * @returns what ends that
 */
export function returnToLive({ player, loads }: Session): () => void {
  const look = ({ metric }: Measured): void => {
    if (metric !== 'DVRInfo' || !player.isReady() || !player.isDynamic() || player.isPaused()) return;
    // what is under way may still come: servers keep more than the window
    if (loads.size > 0) return;
    const { start } = player.getDvrWindow();
    if (!isLeftBehind(player.getVideoElement(), start - TOLERANCE)) return;
    if (isPeriodKnown(player)) player.seekToOriginalLive();
    else startAnew(player);
  };
  player.on('metricAdded', look);
  return () => player.off('metricAdded', look);
}
