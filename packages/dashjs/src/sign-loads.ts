import type { MediaPlayerClass } from 'dashjs';
import type { TokenSource } from 'secure-token-core';
import { untouchedRequest, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import type { Load, LoaderRequest, LoaderResponse, RequestDetails } from './loader.ts';
import { MANIFEST } from './loader.ts';
import type { Session } from './session.ts';
import { SignedLoad } from './signed-load.ts';
import { sourceUrl } from './source-url.ts';

/** `this` of an extension as dash.js calls it. */
interface Extended {
  readonly parent: { load: Load };
}

/** The loader of whole files, and the loader of segments that are still being made. */
const LOADERS = ['XHRLoader', 'FetchLoader'];

/** Writes to the console if the edge refuses a request that nothing signs. */
function watchUnprotected({ url, customData }: LoaderRequest, response: LoaderResponse, source: TokenSource): void {
  const { onloadend } = customData;
  customData.onloadend = () => {
    writeUnprotectedRefusal(source, untouchedRequest(url), response.status);
    onloadend?.();
  };
}

/**
 * Signs the requests of the loaders that `player` creates from now on. Loaders run after all request interceptors, so
 * the signature covers what interceptors add to a URL.
 *
 * @param sessionNow returns the present session; nothing is signed while there is none
 * @returns a function that tells whether a request came to one of these loaders
 */
export function signLoads(
  player: MediaPlayerClass,
  sessionNow: () => Session | undefined,
): (request: RequestDetails) => boolean {
  const seen = new WeakSet<RequestDetails>();

  /** Returns the members that dash.js copies over those of its own loader. */
  function signing(this: Extended): { load: (request: LoaderRequest, response: LoaderResponse) => void } {
    const { load } = this.parent;
    const signed = (request: LoaderRequest, response: LoaderResponse): void => {
      const { request: details } = request.customData;
      const session = sessionNow();
      if (details) seen.add(details);
      // only the source of the player: another manifest (an XLink, `retrieveManifest`) may belong to an ad server
      const url = details?.type === MANIFEST ? sourceUrl(player) : undefined;
      if (url !== undefined) session?.source.allow(url);
      if (session?.source.protects(request.url)) new SignedLoad(request, response, session, load, signed).start();
      else {
        if (__DEVELOPMENT__ && session) watchUnprotected(request, response, session.source);
        load(request, response);
      }
    };
    return { load: signed };
  }

  for (const name of LOADERS) player.extend(name, signing, true);
  return (request) => seen.has(request);
}
