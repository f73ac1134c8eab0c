import { replaceMethod } from 'secure-token-media-element';
import type { RemoteTrackElement } from './follow-remote-text-tracks.ts';
import { followRemoteTextTracks } from './follow-remote-text-tracks.ts';
import type { Session } from './session.ts';
import { signRequest } from './signed-xhr.ts';
import type { Videojs } from './vhs.ts';

type AddTrack = (options?: object, manualCleanup?: boolean) => unknown;

/** Signs the text tracks that Video.js itself loads. Call the result to stop. */
export function signEmulatedTextTracks(videojs: Videojs, session: Session): () => void {
  const { player } = session;
  const adding = player as unknown as { addRemoteTextTrack: AddTrack };
  const add = adding.addRemoteTextTrack.bind(player);
  let stopped = false;

  /** Runs `run`. Requests that Video.js makes meanwhile use an XMLHttpRequest that signs. */
  const signing = <T>(run: () => T): T => {
    if (stopped) return run();
    const { xhr } = videojs;
    const before = { ...xhr };
    const Signing = function (): XMLHttpRequest {
      const request = new XMLHttpRequest();
      signRequest(request, session);
      return request;
    };
    Object.assign(xhr, { XMLHttpRequest: Signing, XDomainRequest: Signing });
    try {
      return run();
    } finally {
      Object.assign(xhr, before);
    }
  };

  /** The listeners for the mode of the tracks that Video.js loads when they are switched on. */
  const listeners = new WeakMap<RemoteTrackElement['track'], () => void>();

  /** Signs a track that Video.js loads when it is switched on: switches the track off and on again inside `signing`. */
  const loadOnceOn = ({ track }: RemoteTrackElement): void => {
    if (track.preload_ !== false) return;
    track.preload_ = true;
    const onMode = (): void => {
      const { mode } = track;
      if (!track.preload_ || mode === 'disabled' || track.cues!.length) return;
      track.preload_ = false;
      track.mode = 'disabled';
      signing(() => (track.mode = mode));
      track.preload_ = true;
    };
    track.addEventListener('modechange', onMode);
    listeners.set(track, onMode);
  };

  /** Lets Video.js load the track again when it is switched on. */
  const giveBack = ({ track }: RemoteTrackElement): void => {
    const onMode = listeners.get(track);
    if (!onMode) return;
    track.removeEventListener('modechange', onMode);
    track.preload_ = false;
  };

  const stop = followRemoteTextTracks(player, loadOnceOn, giveBack);
  const restore = replaceMethod(adding, 'addRemoteTextTrack', (options, manualCleanup) =>
    signing(() => add(options, manualCleanup)),
  );
  return () => {
    restore();
    stop();
    stopped = true;
  };
}
