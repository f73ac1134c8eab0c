import type Player from 'video.js/dist/types/player.js';

/** A text track of the browser, or one that Video.js emulates. */
interface RemoteTrack extends TextTrack {
  /**
   * Only emulated tracks have this. False: Video.js loads the track when it is switched on (`html5.preloadTextTracks`),
   * as long as it has no cues.
   */
  preload_?: boolean;
}

export type RemoteTrackElement = HTMLTrackElement & { readonly track: RemoteTrack };

type Visit = (element: RemoteTrackElement) => void;

/**
 * Calls `visit` with every remote text track, now and whenever one is added or switched. Call the result to stop.
 * @param leave called at the stop with every remote text track that the player has then
 */
export function followRemoteTextTracks(player: Player, visit: Visit, leave?: Visit): () => void {
  // every tech uses the same lists: this call creates them if there is no tech yet
  const tracks = player.remoteTextTracks() as unknown as Record<
    'on' | 'off',
    (types: string[], listener: () => void) => void
  >;
  const elements = player.remoteTextTrackEls() as unknown as ArrayLike<RemoteTrackElement>;
  const events = ['addtrack', 'change'];
  const follow = (): unknown => Array.from(elements, visit);
  tracks.on(events, follow);
  follow();
  return () => {
    tracks.off(events, follow);
    if (leave) Array.from(elements, leave);
  };
}
