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

/** The part of the worker for requests of scripts. `token-worker.js` does not contain it. */
export interface ScriptRequests {
  /** Answers a request of a script for a protected URL: signs it if its page wants that. */
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
  // if the worker cannot ask a page, the request goes out as the page has made it
  if (!(await isWanted(event).catch(() => false))) return fetch(event.request);
  return new SignedFetch(event, signer, new ScriptDelivery(signer, learnBy(signer))).answer();
}

/** Returns a function that passes a playlist to the holder of the tokens, which reads ahead. */
const learnBy =
  (signer: TokenSource | PageSigner): LearnText =>
  (url, text) => {
    if (isTokenSource(signer)) signer.learn(url, hlsOrDash(text));
    else signer.learnText(url, text);
  };
