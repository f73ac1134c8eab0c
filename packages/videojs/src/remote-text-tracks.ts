import { sendCookies } from './send-cookies.ts';
import type { Session } from './persist.ts';
import { persist } from './persist.ts';
import { signRequest } from './sign-request.ts';
import type { Videojs } from './vhs.ts';
import { techOf } from './vhs.ts';

type TrackOptions = Record<string, unknown> & { src?: string };
type AddTrack = (options?: TrackOptions, manualCleanup?: boolean) => HTMLTrackElement | undefined;

/** Signs the text tracks that are added to the player, `<track>` elements among them. Call the result to stop. */
export function signRemoteTextTracks(videojs: Videojs, session: Session): () => void {
  const { player, source } = session;
  const add = (player.addRemoteTextTrack as unknown as AddTrack).bind(player);

  /** Runs `work` with XMLHttpRequests that sign. */
  const withSigningRequests = <T>(work: () => T): T => {
    const { XMLHttpRequest: original, XDomainRequest: cors } = videojs.xhr;
    const Signing = function (): XMLHttpRequest {
      const xhr = new XMLHttpRequest();
      signRequest(xhr, session);
      return xhr;
    };
    Object.assign(videojs.xhr, { XMLHttpRequest: Signing, XDomainRequest: Signing });
    try {
      return work();
    } finally {
      Object.assign(videojs.xhr, { XMLHttpRequest: original, XDomainRequest: cors });
    }
  };

  /** The browser loads the track: it gets the URL once that is signed. */
  const addNative = (options: TrackOptions & { src: string }, manualCleanup: boolean | undefined): ReturnType<AddTrack> => {
    const { src: url, ...rest } = options;
    const element = add(rest, manualCleanup)!;
    persist(session, new AbortController(), (signing) => source.sign(url, signing))
      .then((request) => {
        sendCookies(player, request);
        element.src = request.url;
      })
      .catch(() => undefined);
    return element;
  };

  const addSigned: AddTrack = (options = {}, manualCleanup) => {
    const { src } = options;
    if (!src || !source.protects(src)) return add(options, manualCleanup);
    if (techOf(player)?.featuresNativeTextTracks) return addNative({ ...options, src }, manualCleanup);
    return withSigningRequests(() => add(options, manualCleanup));
  };
  Object.assign(player, { addRemoteTextTrack: addSigned });
  return () => {
    Reflect.deleteProperty(player, 'addRemoteTextTrack');
  };
}
