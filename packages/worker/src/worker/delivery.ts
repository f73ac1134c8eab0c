import type { SignedRequest } from 'secure-token-core';
import type { FetchEventLike } from './worker-scope.ts';

/** The difference between requests of elements and those of scripts. */
export interface Delivery {
  /** The options with which `signed` is sent to the edge. */
  request(event: FetchEventLike, signed: SignedRequest): RequestInit;
  /** The response for the page, made of the edge's answer to `sent`. */
  answer(event: FetchEventLike, sent: SignedRequest, response: Response): Promise<Response>;
  /** The response after a failure without a status: the network, or an answer without CORS headers. */
  failed(event: FetchEventLike, sent: SignedRequest): Promise<Response>;
}
