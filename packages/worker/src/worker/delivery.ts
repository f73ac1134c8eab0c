import type { SignedRequest } from 'secure-token-core';
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
