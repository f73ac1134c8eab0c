import type Hls from 'hls.js';
import type { Events } from 'hls.js';
import { isLeftBehind } from 'secure-token-core/adapter';

const LEVEL_UPDATED = 'hlsLevelUpdated' as unknown as Events.LEVEL_UPDATED;

/**
 * Makes `hls` continue at its live sync position after a wait for a token has outlasted the live window.
 *
 * hls.js does that itself (`synchronizeToLiveEdge` in stream-controller.ts), but 1.6 and 1.7 do so only if they have
 * requested a segment since they last waited for a playlist. They also wait if the playlist is older than its window.
 * They request a segment only if it follows the last one, by time, number or discontinuity. If the gap contains a
 * discontinuity, no segment does, and hls.js loads nothing any more, with or without this plugin.
 */
export function returnToLive(hls: Hls): void {
  hls.on(LEVEL_UPDATED, (_, { details }) => {
    // lets hls.js decide first: it does so in the same task, as the app has configured it
    queueMicrotask(() => {
      const { media, config } = hls;
      // another listener may have destroyed hls.js: then it has no media, and `liveSyncPosition` would throw
      if (!media || !details.live) return;
      const { liveSyncPosition } = hls;
      if (liveSyncPosition === null || liveSyncPosition > media.duration) return;
      // hls.js 1.5 has no `fragmentStart`, and needs no help
      const windowStart = details.fragmentStart - config.maxFragLookUpTolerance;
      if (isLeftBehind(media, windowStart)) media.currentTime = liveSyncPosition;
    });
  });
}
