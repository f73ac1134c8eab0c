import type { SecureTokenError } from './errors.ts';
import type { SignedRequest } from './token-source.ts';
import type { Token } from './token.ts';

/** The answer of an edge, as `fetch` or an `XMLHttpRequest` gives it. */
export interface EdgeAnswer {
  readonly url?: string;
  readonly responseURL?: string;
  /** The headers of a `Response`; any other object is ignored. */
  readonly headers?: object;
  getAllResponseHeaders?(): string;
  getResponseHeader?(name: string): string | null;
}

/**
 * Returns the token with which the edge renews the token of `request`; an error if that token cannot be used;
 * `undefined` if the answer has none.
 * @param now unix seconds by the clock of the signing endpoint
 */
export type Adopt = (request: SignedRequest, answer: EdgeAnswer, now: number) => Token | SecureTokenError | undefined;
