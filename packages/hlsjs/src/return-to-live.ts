import type Hls from 'hls.js';
import type { Events, Fragment, LevelDetails } from 'hls.js';
import { isLeftBehind } from 'secure-token-core/adapter';

const MANIFEST_LOADING = 'hlsManifestLoading' as unknown as Events.MANIFEST_LOADING;
const LEVEL_UPDATED = 'hlsLevelUpdated' as unknown as Events.LEVEL_UPDATED;
const FRAG_LOADING = 'hlsFragLoading' as unknown as Events.FRAG_LOADING;
const FRAG_LOADED = 'hlsFragLoaded' as unknown as Events.FRAG_LOADED;

/**
 * Makes `hls` continue at its live sync position after a wait for a token has outlasted the live window.
 *
 * hls.js does that itself (`synchronizeToLiveEdge` in stream-controller.ts), but 1.6 and 1.7 do so only if they have
 * requested a segment since they last waited for a playlist. They also wait if the playlist is older than its window.
 * They request a segment only if it follows the last one, by time, number or discontinuity. If the gap contains a
 * discontinuity, no segment does, and hls.js loads nothing any more, with or without this plugin.
 */
export function returnToLive(hls: Hls): void {
  const startSegment = new StartSegment(hls);
  hls.on(LEVEL_UPDATED, (_, { details, level }) => {
    // lets hls.js decide first: it does so in the same task, as the app has configured it
    queueMicrotask(() => {
      const { media, config } = hls;
      // another listener may have destroyed hls.js: then it has no media, and `liveSyncPosition` would throw
      if (!media || !details.live) return;
      const { liveSyncPosition } = hls;
      if (liveSyncPosition === null) return;
      // a change of the audio track also empties the buffer, but the element keeps its metadata
      const hasNothingYet = media.readyState === 0;
      if (hasNothingYet && hls.audioTracks.length > 0 && startSegment.isGone(details, level)) {
        startSegment.forget();
        hls.startLoad(liveSyncPosition);
        return;
      }
      if (liveSyncPosition > media.duration) return;
      // hls.js 1.5 has no `fragmentStart`, and needs no help
      const windowStart = details.fragmentStart - config.maxFragLookUpTolerance;
      if (isLeftBehind(media, windowStart)) media.currentTime = liveSyncPosition;
    });
  });
}

/**
 * The last segment of the main playlist that has arrived, while hls.js requests no other one. hls.js buffers the first
 * one only when the first segment of a separate audio rendition has arrived, and requests no audio segment that begins
 * after that video segment. If the live window moves past it meanwhile, hls.js waits for ever, with or without this
 * plugin.
 */
class StartSegment {
  #loaded: Fragment | undefined;

  constructor(hls: Hls) {
    hls.on(MANIFEST_LOADING, () => this.forget());
    hls.on(FRAG_LOADING, (_, { frag }) => {
      if (isMainSegment(frag)) this.#loaded = undefined;
    });
    hls.on(FRAG_LOADED, (_, { frag }) => {
      if (isMainSegment(frag)) this.#loaded = frag;
    });
  }

  /**
   * Whether the segment is one of `level`, and the live window has passed it by its own length. Until then the server
   * still has the audio segment (RFC 8216 section 6.2.2), which may be under way.
   */
  isGone({ startSN, endSN }: LevelDetails, level: number): boolean {
    return this.#loaded?.level === level && Number(this.#loaded.sn) + (endSN - startSN + 1) < startSN;
  }

  forget(): void {
    this.#loaded = undefined;
  }
}

const isMainSegment = ({ type, sn }: Fragment): boolean => (type as string) === 'main' && sn !== 'initSegment';
