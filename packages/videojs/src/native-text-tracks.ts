import type { SignedRequest } from 'secure-token-core';
import { SOURCE_RENEWS, renewWorker } from 'secure-token-core/adapter';
import { probe } from 'secure-token-media-element';
import { followRemoteTextTracks } from './follow-remote-text-tracks.ts';
import { requestFor } from './native-source.ts';
import { sendCookies } from './send-cookies.ts';
import type { Session } from './session.ts';
import { replayForPlayer, signOrWait } from './session.ts';

/** Signs the text tracks that the browser loads, including `<track>` elements in the page. Call the result to stop. */
export function signNativeTextTracks(session: Session): () => void {
  const { player, source } = session;
  /**
   * The URLs of tracks that the browser loads when they are switched on. A track gets its URL only then, with a live
   * token.
   */
  const withheld = new WeakMap<Element, string>();

  const withhold = (element: unknown): void => {
    if (!(element instanceof HTMLTrackElement) || withheld.has(element) || !source.protects(element.src)) return;
    withheld.set(element, source.unsign(element.src));
    element.removeAttribute('src');
  };
  const wait = new AbortController();
  const { signal } = wait;
  /**
   * The number of calls of `renew()` so far. One listener counts them for all tracks, because a page may load and
   * remove any number of tracks.
   */
  let renewals = 0;
  source.addEventListener(SOURCE_RENEWS, () => renewals++, { signal });
  /** Loads a track. A refused request is replayed once, like every request. */
  const load = (element: HTMLTrackElement, url: string): void => {
    /** The request that the element loads. Absent if the browser reports an error because the element has no URL. */
    let request: SignedRequest | undefined;
    /**
     * The value of `renewals` when the element got its URL. If `renewals` has grown since, a denial is older than the
     * renewal.
     */
    let renewalsBefore = 0;
    const give = (asked: Promise<SignedRequest | undefined>): void =>
      void asked.then(
        (signed) => {
          if (!signed || signal.aborted) return;
          sendCookies(player, signed);
          renewalsBefore = renewals;
          element.src = (request = signed).url;
        },
        (error: unknown) => signal.aborted || player.trigger({ type: 'tokenerror', error, detail: { error } }),
      );
    /**
     * Loads the track again after a renewal, if its request has no token: a worker has signed and replayed that
     * request. The element first loses its URL, because a browser loads the same URL only once.
     */
    const loadOnceRenewed = (): void => {
      if (signal.aborted) return;
      const loadAgain = (): void => {
        if (signal.aborted) return;
        element.removeAttribute('src');
        give(requestFor(session, url, wait));
      };
      const onRenewal = (): void => {
        renewalsBefore = renewals;
        // loads again even if the renewal fails, perhaps for another URL, because denials are lifted then, too. If the
        // endpoint denies this URL again, the element fires `error` again.
        void renewWorker().then(loadAgain, loadAgain);
      };
      if (renewals > renewalsBefore) onRenewal();
      else source.addEventListener(SOURCE_RENEWS, onRenewal, { signal, once: true });
    };
    const replay = (): void => {
      const refused = request;
      if (!refused) return;
      if (!refused.token) {
        loadOnceRenewed();
        return;
      }
      const replayed = async (): Promise<SignedRequest | undefined> => {
        const status = await probe(refused, signal);
        return signOrWait(session, wait, (options) => replayForPlayer(session, refused, status, options));
      };
      give(replayed());
    };
    element.addEventListener('error', replay, { signal });
    give(requestFor(session, url, wait));
  };

  const inPage = (): NodeListOf<HTMLTrackElement> => player.$$('track') as NodeListOf<HTMLTrackElement>;
  // includes the tracks of a `<video>` in the page, which the browser may switch on before there is a tech
  inPage().forEach(withhold);
  const stop = followRemoteTextTracks(player, (element) => {
    withhold(element);
    const url = withheld.get(element);
    if (!url || element.track.mode === 'disabled') return;
    withheld.set(element, '');
    load(element, url);
  });
  return () => {
    stop();
    wait.abort();
    for (const element of inPage()) {
      const url = withheld.get(element);
      if (url) element.src = url;
    }
  };
}
