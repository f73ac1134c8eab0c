import { requestFor } from './native-source.ts';
import type { Session } from './persist.ts';
import { sendCookies } from './send-cookies.ts';
import { signRequest } from './sign-request.ts';
import type { Videojs } from './vhs.ts';

type AddTrack = (options?: object, manualCleanup?: boolean) => HTMLTrackElement | undefined;

/** Signs the text tracks of the player, `<track>` elements among them. Call the result to stop. */
export function signRemoteTextTracks(videojs: Videojs, session: Session): () => void {
  const { player, source } = session;
  const add = (player.addRemoteTextTrack as unknown as AddTrack).bind(player);

  /** Video.js loads the track, as it is made: with XMLHttpRequests that sign. */
  const addSigned: AddTrack = (options, manualCleanup) => {
    const { xhr } = videojs;
    const before = { ...xhr };
    const Signing = function (): XMLHttpRequest {
      const request = new XMLHttpRequest();
      signRequest(request, session);
      return request;
    };
    Object.assign(xhr, { XMLHttpRequest: Signing, XDomainRequest: Signing });
    try {
      return add(options, manualCleanup);
    } finally {
      Object.assign(xhr, before);
    }
  };

  // the same lists for every tech, now that they are there before the first one
  const tracks = player.remoteTextTracks() as unknown as Record<'on' | 'off', (types: string[], listener: () => void) => void>;
  const elements = player.remoteTextTrackEls() as unknown as ArrayLike<HTMLTrackElement>;
  /** What the browser loads as soon as it is switched on: it is given its URL then, with a token that lives. */
  const withheld = new Map<HTMLTrackElement, string>();

  const withhold = (element: unknown): void => {
    if (!(element instanceof HTMLTrackElement) || withheld.has(element) || !source.protects(element.src)) return;
    withheld.set(element, source.unsign(element.src));
    element.removeAttribute('src');
  };
  const follow = (): void => {
    for (const element of Array.from(elements)) {
      withhold(element);
      const url = withheld.get(element);
      if (!url || element.track.mode === 'disabled') continue;
      withheld.set(element, '');
      requestFor(session, url, new AbortController()).then(
        (request) => {
          sendCookies(player, request);
          element.src = request.url;
        },
        () => undefined,
      );
    }
  };
  const events = ['addtrack', 'change'];
  tracks.on(events, follow);
  // of a <video> in the page too, which the browser may switch on before there is a tech
  player.$$('track').forEach(withhold);
  follow();
  Object.assign(player, { addRemoteTextTrack: addSigned });
  return () => {
    Reflect.deleteProperty(player, 'addRemoteTextTrack');
    tracks.off(events, follow);
    withheld.forEach((url, element) => url && (element.src = url));
  };
}
