import { isSecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import {
  abortWith,
  carriesToken,
  errorWithoutToken,
  fetchSigned,
  listen,
  reasonOf,
  responseWithoutToken,
  sentRequest,
} from 'secure-token-core/adapter';
import { hlsOrDash, playlistText } from 'secure-token-core/playlists';
import { initOf, signedInit } from './fetch-arguments.ts';
import { readAfter, unsignedResponse, withUrl } from './unsigned-response.ts';

/**
 * Answers a request for a protected URL as fetch does. Waits through an outage of the signing endpoint, because players
 * without a hook do not cope well with a failed request. Answers with 403 if the request finally gets no token.
 * @param args the arguments with which the app has called fetch
 * @param uninstalled ends the wait for a token with `ERR_DESTROYED`
 * @throws what fetch throws, including the reason of the signal
 */
export async function answerSigned(
  source: AdapterSource,
  fetch: typeof globalThis.fetch,
  args: Parameters<typeof globalThis.fetch>,
  uninstalled: AbortSignal | undefined,
): Promise<Response> {
  const asked = new Request(...args);
  if (carriesToken(sentRequest(asked), source)) return fetch(...args);
  const init = initOf(asked, args[1]);
  const { url, method } = asked;
  const waiting = new AbortController();
  const stops = [asked.signal, ...(uninstalled ? [uninstalled] : [])].map((signal) => {
    const end = (): void => abortWith(waiting, reasonOf(signal));
    if (signal.aborted) end();
    return listen(signal, ['abort'], end);
  });
  const how = { signal: waiting.signal, method, fetch, patient: true };
  try {
    const signed = await source.sign(url, how);
    if (!signed.token) return await fetch(asked);
    const send = (it: typeof signed): Promise<Response> => fetch(it.url, { ...init, ...signedInit(asked, it) });
    const { request, answer } = await fetchSigned(source, signed, send, how);
    if (!answer.response) throw errorWithoutToken(answer.error, request) as Error;
    return deliver(source, request.unsignedUrl, answer.response);
  } catch (error) {
    if (!isSecureTokenError(error)) throw error;
    // nothing is signed any more
    if (error.code === 'ERR_DESTROYED') return await fetch(asked);
    return withUrl(responseWithoutToken(error), url);
  } finally {
    for (const stop of stops) stop();
  }
}

function deliver(source: AdapterSource, asked: string, response: Response): Response {
  // relative URIs of a playlist resolve against the URL from which it finally came
  const url = source.unsign(response.url || asked);
  const learn = async (): Promise<void> => {
    const text = await playlistText(response, [url, asked]);
    if (text) source.learn(url, hlsOrDash(text));
  };
  return readAfter(learn(), unsignedResponse(source, response));
}
