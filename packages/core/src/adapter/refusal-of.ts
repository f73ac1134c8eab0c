import type { SecureTokenError } from '../contract/secure-token-error.ts';
import type { SignedRequest, TokenSource } from '../contract/token-source.ts';

/**
 * The error of a request that the edge has answered with `status`, unless it is replayed; `undefined` if the edge did
 * not refuse its token. Ask before the replay: without a status it depends on the time.
 */
export const refusalOf = (source: TokenSource, request: SignedRequest, status: number): SecureTokenError | undefined =>
  source.isRefusal(request, status) ? source.explainRefusal(request, status) : undefined;
