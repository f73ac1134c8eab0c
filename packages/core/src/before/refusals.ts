import type { SecureTokenError } from '../contract/errors.ts';
import type { AdapterSource, SignedRequest, TokenSource } from '../contract/token-source.ts';

/**
 * Returns the error with which a request ends if the edge has answered it with `status`, and no replay helps;
 * `undefined` if the edge did not refuse its token. Call this before the replay: without a status, the result depends
 * on the time.
 */
export const refusalOf = (source: TokenSource, request: SignedRequest, status: number): SecureTokenError | undefined =>
  source.isRefusal(request, status) ? (source as AdapterSource).explainRefusal(request, status) : undefined;
