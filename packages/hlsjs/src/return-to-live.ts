import type Hls from 'hls.js';
import type { Events } from 'hls.js';
import { isLeftBehind } from 'secure-token-core/adapter';

const LEVEL_UPDATED = 'hlsLevelUpdated' as unknown as Events.LEVEL_UPDATED;

/**
 * Lets `hls` go on at its live sync position once a wait for a token has outlasted the live window.
 *
 * hls.js does that itself (`synchronizeToLiveEdge` in stream-controller.ts), but 1.6 and 1.7 only if a segment was
 * requested since they last waited for a playlist, and one that waits longer than the window counts as such a wait.
 * They request a segment only if it follows the last one, by time, number or discontinuity: after a discontinuity in
 * the gap none does, and so nothing is loaded any more, with or without this plugin.
 */
export function returnToLive(hls: Hls): void {
  hls.on(LEVEL_UPDATED, (_, { details }) => {
    // hls.js decides first, in the same task, by what the app has configured
    queueMicrotask(() => {
      const { media, config } = hls;
      // without media also where another listener has destroyed it, and then hls.js throws at who asks for its position
      if (!media || !details.live) return;
      const { liveSyncPosition } = hls;
      if (liveSyncPosition === null || liveSyncPosition > media.duration) return;
      // hls.js 1.5 does not tell it, and needs no help
      const windowStart = details.fragmentStart - config.maxFragLookUpTolerance;
      if (isLeftBehind(media, windowStart)) media.currentTime = liveSyncPosition;
    });
  });
}
