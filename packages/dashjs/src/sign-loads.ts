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

/** One for whole files, one for segments that are still being made. */
const LOADERS = ['XHRLoader', 'FetchLoader'];

/** Tells the console of a request that the edge refuses because nothing signs it. */
function watchUnprotected({ url, customData }: LoaderRequest, response: LoaderResponse, source: TokenSource): void {
  const { onloadend } = customData;
  customData.onloadend = () => {
    writeUnprotectedRefusal(source, untouchedRequest(url), response.status);
    onloadend?.();
  };
}

/**
 * Signs what the loaders of `player` load, those that it makes from now on. They come after all request interceptors:
 * what these add to a URL is signed.
 *
 * @param sessionNow nothing is signed while it is `undefined`
 * @returns whether a request came to one of these loaders
 */
export function signLoads(
  player: MediaPlayerClass,
  sessionNow: () => Session | undefined,
): (request: RequestDetails) => boolean {
  const seen = new WeakSet<RequestDetails>();

  /** dash.js copies over its own loader what this returns. */
  function signing(this: Extended): { load: (request: LoaderRequest, response: LoaderResponse) => void } {
    const { load } = this.parent;
    const signed = (request: LoaderRequest, response: LoaderResponse): void => {
      const { request: details } = request.customData;
      const session = sessionNow();
      if (details) seen.add(details);
      // a manifest of its own accord (an XLink, `retrieveManifest`) may belong to an ad server
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
