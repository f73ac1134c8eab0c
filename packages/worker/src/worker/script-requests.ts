import type { AdapterSource } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import { PageSigner } from './page-signer.ts';
import { ScriptDelivery } from './script-delivery.ts';
import { isScriptRequest, isWanted, notePageListens } from './script-request.ts';
import { answerSigned } from './signed-answer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** The part of the worker for requests of scripts. `token-worker.js` does not contain it. */
export interface ScriptRequests {
  /** Answers a request of a script for a protected URL: signs it if its page wants that. */
  handleFetch(event: FetchEventLike, signer: AdapterSource | PageSigner): void;
  notePageListens(id: string): void;
}

export const scriptRequests: ScriptRequests = {
  handleFetch(event, signer) {
    const { request } = event;
    if (isScriptRequest(request) && signer.protects(request.url)) event.respondWith(answer(event, signer));
  },
  notePageListens,
};

async function answer(event: FetchEventLike, signer: AdapterSource | PageSigner): Promise<Response> {
  // if the worker cannot ask a page, the request goes out as the page has made it
  if (!(await isWanted(event).catch(() => false))) return fetch(event.request);
  // the holder of the tokens reads ahead
  const learnText = (url: string, text: string): void => {
    if (signer instanceof PageSigner) signer.learnText(url, text);
    else signer.learn(url, hlsOrDash(text));
  };
  return answerSigned(event, signer, new ScriptDelivery(signer, learnText));
}
