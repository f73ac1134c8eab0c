import type { SignedRequest } from 'secure-token-core';
import { listen, sendSigned } from 'secure-token-core/adapter';
import { probe } from 'secure-token-media-element';
import { requestFor, sendCookies } from './native-source.ts';
import type { Session } from './session.ts';

/** The list of the remote text tracks of a player. */
type TrackList = Record<'on' | 'off', (types: string[], listener: () => void) => void>;

/** Signs the text tracks that the browser loads, including `<track>` elements in the page. Call the result to stop. */
export function signNativeTextTracks(session: Session): () => void {
  const { player, source, events } = session;
  const wait = new AbortController();
  const { signal } = wait;
  /**
   * The URLs of tracks that the browser loads when they are switched on. A track gets its URL only then, with a live
   * token.
   */
  const withheld = new Map<HTMLTrackElement, string>();
  const seen = new WeakSet<HTMLTrackElement>();

  const withhold = (element: unknown): void => {
    if (!(element instanceof HTMLTrackElement) || seen.has(element) || !source.protects(element.src)) return;
    seen.add(element);
    withheld.set(element, source.unsign(element.src));
    element.removeAttribute('src');
  };

  /** Gives a track its URL. Resolves when it is loaded, or to the status of the edge if that fails. */
  const give = (element: HTMLTrackElement, request: SignedRequest): Promise<number | undefined> =>
    new Promise((resolve) => {
      sendCookies(player, request);
      const end = ({ type }: Event): void => {
        for (const stop of stops) stop();
        resolve(type === 'error' ? probe(request, signal) : undefined);
      };
      const stops = [listen(element, ['load', 'error'], end), listen(signal, ['abort'], end)];
      element.src = request.url;
    });

  const load = async (element: HTMLTrackElement, url: string): Promise<void> => {
    try {
      const request = await requestFor(session, url, wait);
      const send = (signed: SignedRequest): Promise<number | undefined> => give(element, signed);
      await sendSigned(source, request, { signal, send, tell: events.tell, failureOf: (status) => status });
    } catch (error) {
      if (!signal.aborted) player.trigger({ type: 'tokenerror', error, detail: { error } });
    }
  };

  // includes the tracks of a `<video>` in the page, which the browser may switch on before there is a tech
  player.$$('track').forEach(withhold);
  // every tech uses the same lists: this call creates them if there is no tech yet
  const tracks = player.remoteTextTracks() as unknown as TrackList;
  const elements = player.remoteTextTrackEls() as unknown as ArrayLike<HTMLTrackElement>;
  const follow = (): void => {
    for (const element of Array.from(elements)) {
      withhold(element);
      const url = withheld.get(element);
      if (!url || element.track.mode === 'disabled') continue;
      withheld.delete(element);
      void load(element, url);
    }
  };
  const types = ['addtrack', 'change'];
  tracks.on(types, follow);
  follow();
  return () => {
    tracks.off(types, follow);
    wait.abort();
    for (const [element, url] of withheld) element.src = url;
  };
}
