import type { TokenSource } from 'secure-token-core';
import { isTokenSource } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import { failure } from './handle-fetch.ts';
import type { PageSigner } from './page-signer.ts';
import type { LearnText } from './script-delivery.ts';
import { ScriptDelivery } from './script-delivery.ts';
import { isScriptRequest, isWanted, notePageLeaves, notePageListens } from './script-request.ts';
import { SignedFetch } from './signed-fetch.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** The worker's part for requests of scripts. The file for media has none of it. */
export interface ScriptRequests {
  /** Answers a request of a script, if it is to be signed. */
  handleFetch(event: FetchEventLike, signer: TokenSource | PageSigner): void;
  notePageListens(id: string): void;
  notePageLeaves(id: string): void;
}

export const scriptRequests: ScriptRequests = {
  handleFetch(event, signer) {
    const { request } = event;
    if (isScriptRequest(request) && signer.protects(request.url))
      event.respondWith(answer(event, signer).catch(failure));
  },
  notePageListens,
  notePageLeaves,
};

async function answer(event: FetchEventLike, signer: TokenSource | PageSigner): Promise<Response> {
  // where no page can be asked, the request goes out as the page has made it
  if (!(await isWanted(event).catch(() => false))) return fetch(event.request);
  return new SignedFetch(event, signer, new ScriptDelivery(signer, learnBy(signer))).answer();
}

/** Playlists are read ahead by whoever has the tokens. */
const learnBy =
  (signer: TokenSource | PageSigner): LearnText =>
  (url, text) => {
    if (isTokenSource(signer)) signer.learn(url, hlsOrDash(text));
    else signer.learnText(url, text);
  };
