import type { MediaPlayerClass } from 'dashjs';
import type { TokenSource } from 'secure-token-core';
import { untouchedRequest, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import type { Load, LoaderRequest, LoaderResponse } from './loader.ts';
import { MANIFEST } from './loader.ts';
import type { Session } from './session.ts';
import { sourceUrl } from './session.ts';
import { SignedLoad } from './signed-load.ts';

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
 * @param sessionNow returns the present session; nothing is signed while there is none
 */
export function signLoads(player: MediaPlayerClass, sessionNow: () => Session | undefined): void {
  /** Returns the members that dash.js copies over those of its own loader. */
  function signing(this: Extended): { load: (request: LoaderRequest, response: LoaderResponse) => void } {
    const { load } = this.parent;
    return {
      load(request, response) {
        const session = sessionNow();
        // only the source of the player: another manifest (an XLink, `retrieveManifest`) may belong to an ad server
        const url = request.customData.request?.type === MANIFEST ? sourceUrl(player) : undefined;
        if (url !== undefined) session?.source.allow(url);
        if (session?.source.protects(request.url)) {
          void new SignedLoad(request, response, session, load).run();
          return;
        }
        if (session) watchUnprotected(request, response, session.source);
        load(request, response);
      },
    };
  }

  for (const name of LOADERS) player.extend(name, signing, true);
}
