import type { SignedRequest } from 'secure-token-core';
import type { FetchEventLike } from './worker-scope.ts';

/** What differs between the requests of elements and those of scripts. */
export interface Delivery {
  /** How `signed` is sent to the edge. */
  request(event: FetchEventLike, signed: SignedRequest): RequestInit;
  /** What the page is given of the edge's answer to `sent`. */
  answer(event: FetchEventLike, sent: SignedRequest, response: Response): Promise<Response>;
  /** What it is given after a failure without a status: the network, or an answer without CORS headers. */
  failed(event: FetchEventLike, sent: SignedRequest): Promise<Response>;
}
