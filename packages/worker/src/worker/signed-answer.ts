import type { SignedRequest } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import { fetchSigned, responseWithoutToken } from 'secure-token-core/adapter';
import type { RequestSigner } from './request-signer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** The steps in which requests of media elements and requests of scripts differ. */
export interface Delivery {
  /** Returns the options with which the worker sends `signed` to the edge. */
  request(event: FetchEventLike, signed: SignedRequest): RequestInit;
  /** Resolves to the response for the page, made from the edge's response to `sent`. */
  answer(event: FetchEventLike, sent: SignedRequest, response: Response): Promise<Response>;
  /**
   * Resolves to the response after a failure without a status: of the network, or of a response without CORS headers.
   */
  failed(event: FetchEventLike, sent: SignedRequest): Promise<Response>;
}

/** Signs and sends one request, sends it once more if the edge refuses it, and makes the response. */
export async function answerSigned(
  event: FetchEventLike,
  signer: RequestSigner & { release?(): void },
  delivery: Delivery,
): Promise<Response> {
  const { request } = event;
  const { url, signal, method } = request;
  const send = (signed: SignedRequest): Promise<Response> => fetch(signed.url, delivery.request(event, signed));
  // no referrer: the URL of the worker holds its settings
  const sendAlone: typeof fetch = (target, init) => fetch(target, { ...init, referrerPolicy: 'no-referrer' });
  try {
    const signed = await signer.sign(url, { signal });
    if (!signed.token) return await fetch(request);
    const { request: sent, answer } = await fetchSigned(signer, signed, send, { signal, method, fetch: sendAlone });
    return await (answer.response ? delivery.answer(event, sent, answer.response) : delivery.failed(event, sent));
  } catch (error) {
    return failure(error);
  } finally {
    signer.release?.();
  }
}

/** Returns the response for a player whose request gets no token. */
export const failure = (error: unknown): Response =>
  isSecureTokenError(error) ? responseWithoutToken(error) : Response.error();
