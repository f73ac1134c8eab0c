import type { SignedRequest } from './token-source.ts';

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
 * Takes over the token with which the edge renews the token of `request` in its answer, if there is one.
 * @param source the parts of the token source
 */
export type Adopt = (request: SignedRequest, answer: EdgeAnswer, source: object) => void;
